"""The columns of an import: their names, and where a file has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any, NamedTuple

from shop.orders.importing.exceptions import ImportFailed

Number = str | int | float | Decimal


class Row(NamedTuple):
    """One order line as it comes in: text as a file has it, or values that are typed already.

    A column that is left out takes its default. `line` and `source` (the untouched row) only
    serve to report a row that is refused.
    """

    order_id: str | int | float
    product_id: str | int | float
    ordered_at: str | date | None = None
    customer_id: str | int | float | None = None
    quantity: Number | None = 1
    unit_price: Number | None = 0
    product_name: str | None = None
    category: str | None = None
    line: int = 0
    source: Sequence[object] = ()


class Refusal(NamedTuple):
    """A row that can't be used, and why."""

    line: int
    reason: str
    source: Sequence[object]


COLUMNS = Row._fields[:-2]
REQUIRED = ("order_id", "product_id")


def parse_renames(arguments: Iterable[str]) -> dict[str, str]:
    """What `--map ours=theirs` says, by our name."""
    renames: dict[str, str] = {}
    for argument in arguments:
        ours, equals, theirs = (part.strip() for part in argument.partition("="))
        if not equals or not theirs:
            raise ImportFailed(f"--map {argument}: write it as ours=theirs.")
        if ours not in COLUMNS:
            raise ImportFailed(f"--map {argument}: {ours!r} is none of {', '.join(COLUMNS)}.")
        if ours in renames:
            raise ImportFailed(f"--map {argument}: {ours} is mapped twice.")
        renames[ours] = theirs
    return renames


def locate(header: Sequence[str], renames: Mapping[str, str]) -> dict[str, int]:
    """The position in `header` of each of our columns that the file has."""
    theirs = {ours: renames.get(ours, ours) for ours in COLUMNS}
    missing = [
        name
        for ours, name in theirs.items()
        if (ours in REQUIRED or ours in renames) and name not in header
    ]
    if missing:
        raise ImportFailed(
            f"There is no column {', '.join(missing)}. The columns are: {', '.join(header)}. "
            f"Name the ones to use with --map, such as --map {REQUIRED[0]}={header[0]}."
        )
    found = {ours: header.index(name) for ours, name in theirs.items() if name in header}
    for position in found.values():
        if header.count(header[position]) > 1:
            raise ImportFailed(f"More than one column is called {header[position]}.")
    return found


def positions(found: Mapping[str, int], width: int) -> list[int]:
    """Where each of `COLUMNS` is in the cells of a row that has its `defaults` appended."""
    appended = count(width)
    return [found[name] if name in found else next(appended) for name in COLUMNS]


def defaults(found: Mapping[str, int]) -> list[Any]:
    """The values of the columns that a file lacks."""
    return [Row._field_defaults[name] for name in COLUMNS if name not in found]
