"""What adapters over Django models have in common: reading by key ranges, keys as text, times."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Expression, Field, QuerySet
from django.utils import timezone

from recommendations.stores.base import ChangedOrder, OrderLineFact
from recommendations.stores.paths import Path

ROWS_A_QUERY = 20_000
ORDERS_A_RANGE = 5_000
ORDERS_A_QUERY = 500


def key_ranges(
    queryset: QuerySet[Any], *paths: str | Expression, size: int | None = None
) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a table in batches, by ranges of its primary key, whatever its type.

    Constant memory and short queries on any database, where a server-side cursor would keep one
    open for the length of a training run.
    """
    size = size or ROWS_A_QUERY
    rows_by_key = queryset.order_by("pk").values_list("pk", *paths)
    rows = list(rows_by_key[:size])
    while rows:
        yield [row[1:] for row in rows]
        if len(rows) < size:
            return
        rows = list(rows_by_key.filter(pk__gt=rows[-1][0])[:size])


def facts_by_order(
    orders: QuerySet[Any],
    columns: Sequence[str],
    head: Callable[..., tuple[str, str | None, datetime | None]],
    lines: QuerySet[Any],
    product: str | Expression,
    relation: str = "order",
) -> Iterator[OrderLineFact]:
    """The lines of these orders, which `relation` leads to, by ranges of the orders' primary key.

    head: `columns` of an order → its key, buyer and time. Orders and lines are read each by
    itself: joined, the columns of an order are sent and converted again for each of its lines,
    which takes six times as long.
    """
    of_orders = lines.order_by().values_list(relation, product)
    for rows in key_ranges(orders, "pk", *columns, size=ORDERS_A_RANGE):
        heads = {pk: head(*row) for pk, *row in rows}
        between = {f"{relation}__gte": rows[0][0], f"{relation}__lte": rows[-1][0]}
        for pk, key in of_orders.filter(**between):
            if pk in heads:
                order, buyer, ordered_at = heads[pk]
                yield OrderLineFact(order, str(key), buyer, ordered_at)


def with_lines(
    orders: Iterable[tuple[Any, str]],
    lines_of: Callable[[Collection[Any]], Iterable[OrderLineFact]],
) -> Iterator[ChangedOrder]:
    """Orders, given as what finds their lines and their key, with the lines of many from one
    query."""
    orders = iter(orders)
    while batch := dict(islice(orders, ORDERS_A_QUERY)):
        lines: dict[str, list[OrderLineFact]] = {key: [] for key in batch.values()}
        for line in lines_of(list(batch)):
            lines[line.order].append(line)
        yield from (ChangedOrder(key, found) for key, found in lines.items())


def column_values(field: Field[Any, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Key → the value to look for in this column; a key that can't be in it is left out."""
    return {key: value for key in keys if (value := _column_value(field, key)) is not None}


def _column_value(field: Field[Any, Any], key: str) -> Any:
    if "\x00" in key:
        return None  # PostgreSQL refuses the whole query
    try:
        value = field.to_python(key)
        field.run_validators(value)
    except (ValidationError, ValueError, OverflowError):
        return None
    return value


def known_keys(
    queryset: QuerySet[Any], column: Path, keys: Iterable[str], result: str | Expression
) -> dict[str, str]:
    """Key → `result` as text, for those of the keys that are in this column."""
    wanted = column_values(column.field, keys)
    rows = queryset.filter(**{f"{column.lookup}__in": list(wanted.values())}).order_by()
    found = {str(key): str(value) for key, value in rows.values_list(column.lookup, result)}
    return {key: found[str(value)] for key, value in wanted.items() if str(value) in found}


def moment(value: Any) -> datetime | None:
    """A date or time of the host as an aware datetime: a date is its first moment."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    if isinstance(value, datetime) and timezone.is_naive(value):
        return timezone.make_aware(value)
    return value if isinstance(value, datetime) else None
