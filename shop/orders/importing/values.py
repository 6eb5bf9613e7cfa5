"""From the values of a row to the typed line that is written, or the reason why not.

Real files repeat their values (the date of an order, the name of a product, small quantities), so
each conversion is cached: a row costs a few dictionary look-ups.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from shop.orders.importing.columns import Number, Row
from shop.orders.importing.exceptions import RowRefused

MAX_CODE = 64
MAX_NAME = 255
MAX_CATEGORY_NAME = 120
MAX_QUANTITY = 2**31 - 1
MAX_PRICE = Decimal(10) ** 10
CENT = Decimal("0.01")
EXAMPLE_DATES = "2025-12-31 or 2025-12-31T18:30:00Z"
#: The first year MariaDB's DATETIME holds.
MIN_YEAR = 1000

# Decimal() also takes underscores, NaN and the digits of other scripts.
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d{1,2})?|[+-]?\.\d+", re.ASCII)

_cached = lru_cache(maxsize=2**14, typed=True)


class Line(NamedTuple):
    """A row that can be used."""

    order_id: str
    cancelled: bool
    product_id: str
    placed_at: datetime
    customer_id: str
    quantity: int
    unit_price: Decimal
    product_name: str
    category: tuple[str, ...]
    row: Row


def to_line(row: Row, product_id: str, cancelled_prefix: str, now: datetime) -> Line:
    """The typed line of a row. Raises `RowRefused` with the reason where it can't be used."""
    order_id = code("order_id", row.order_id)
    cancelled = bool(cancelled_prefix) and order_id.startswith(cancelled_prefix)
    return Line(
        order_id,
        cancelled,
        product_id,
        now if row.ordered_at is None else moment(row.ordered_at),
        text("customer_id", row.customer_id, MAX_CODE),
        quantity(row.quantity, cancelled),
        price(row.unit_price),
        text("product_name", row.product_name, MAX_NAME),
        category_path(row.category),
        row,
    )


@_cached
def text(column: str, value: object, longest: int) -> str:
    """Text without blanks at its ends. An id that was read as a number, 17850.0, is 17850."""
    if isinstance(value, float):
        value = None if math.isnan(value) else int(value) if value.is_integer() else value
    found = "" if value is None else str(value).strip()
    if len(found) > longest:
        raise RowRefused(f"{column} is longer than {longest} characters")
    if "\0" in found:
        raise RowRefused(f"{column} has a NUL character")
    return found


def code(column: str, value: object) -> str:
    """An identifier: text that must be there."""
    found = text(column, value, MAX_CODE)
    if not found:
        raise RowRefused(f"{column} is empty")
    return found


@_cached
def category_path(value: str | None) -> tuple[str, ...]:
    """The names of a path written `Food > Fruit`, from the root down."""
    names = text("category", value, MAX_NAME * 4).split(">")
    return tuple(text("category", name, MAX_CATEGORY_NAME) for name in names if name.strip())


@_cached
def quantity(value: Number | None, cancelled: bool) -> int:
    """A whole number of pieces. In a cancelled order the sign says what the status says as well."""
    number = _number("quantity", value)
    if number != number.to_integral_value():
        raise RowRefused("quantity is not a whole number")
    if cancelled:
        number = abs(number)
    if number <= 0:
        raise RowRefused("quantity is not above 0")
    if number > MAX_QUANTITY:
        raise RowRefused(f"quantity is above {MAX_QUANTITY}")
    return int(number)


@_cached
def price(value: Number | None) -> Decimal:
    """A price in whole cents, rounded half up."""
    number = _number("unit_price", value)
    if number < 0:
        raise RowRefused("unit_price is negative")
    if number >= MAX_PRICE - CENT / 2:
        raise RowRefused(f"unit_price is not below {MAX_PRICE}")
    return abs(number.quantize(CENT, ROUND_HALF_UP))  # abs: -0 is a number too


@_cached
def moment(value: str | date) -> datetime:
    """The time of an ISO date. Without a zone it is UTC, without a time midnight."""
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value.strip())
        elif not isinstance(value, datetime):
            value = datetime.combine(value, time())
        aware = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        raise RowRefused(f"ordered_at is not an ISO date such as {EXAMPLE_DATES}") from None
    if aware.year < MIN_YEAR:
        raise RowRefused(f"ordered_at is before the year {MIN_YEAR}")
    return aware


def _number(column: str, value: Number | None) -> Decimal:
    written = "" if value is None else str(value).strip()
    if not written:
        raise RowRefused(f"{column} is empty")
    if not NUMBER.fullmatch(written):
        raise RowRefused(f"{column} is not a number")
    return Decimal(written)
