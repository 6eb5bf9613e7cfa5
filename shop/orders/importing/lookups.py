from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet

#: SQLite takes 999 parameters in a query, unless it was compiled for more.
KEYS_PER_QUERY = 900


def lookup(
    rows: QuerySet[Any], field: str, keys: Collection[object], *columns: str
) -> Iterator[tuple[Any, ...]]:
    """The `columns` of the rows whose `field` is among `keys`, whatever their number."""
    remaining = iter(keys)
    while batch := list(islice(remaining, KEYS_PER_QUERY)):
        yield from rows.filter(**{f"{field}__in": batch}).values_list(*columns)
