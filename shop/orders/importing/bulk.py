"""SQL for the two writes of an import that take minutes with `bulk_create` and `bulk_update`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Field

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


def update_amounts(column: Field[Any, Any], amounts: Sequence[tuple[Decimal, int]]) -> None:
    """Sets a column of amounts, by primary key."""
    quote = connection.ops.quote_name
    table = quote(column.model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET {quote(str(column.column))} = %s WHERE id = %s",  # noqa: S608
            amounts,
        )


def check_keys_at_once() -> None:
    """Has PostgreSQL check foreign keys with each statement, until the transaction ends.

    Otherwise COMMIT checks all that came in, and meets `statement_timeout` on a large file.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
