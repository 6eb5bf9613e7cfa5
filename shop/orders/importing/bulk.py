"""SQL for the two writes of an import that take minutes with `bulk_create` and `bulk_update`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from shop.catalog.models import Variant
from shop.orders.models import OrderLine


class LineValues(NamedTuple):
    """A row of the order lines, by the names of its fields."""

    order: int
    variant: int | None
    product_code: str
    sku: str
    name: str
    unit_price: Decimal
    quantity: int


def insert_lines(lines: Sequence[LineValues]) -> None:
    """Inserts order lines without a model instance for each."""
    quote = connection.ops.quote_name
    column_of = {field.name: field.column for field in OrderLine._meta.concrete_fields}
    columns = [quote(str(column_of[name])) for name in LineValues._fields]
    target = f"{quote(OrderLine._meta.db_table)} ({', '.join(columns)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {target} FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {target} VALUES ({marks})", lines)  # noqa: S608


def update_prices(prices: Iterable[tuple[Decimal, str]]) -> None:
    """Sets the prices of variants, by SKU."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(Variant._meta.db_table)} SET price = %s WHERE sku = %s",  # noqa: S608
            list(prices),
        )
