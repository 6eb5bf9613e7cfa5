from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from shop.orders.importing.columns import Row
from shop.orders.importing.exceptions import RowRefused
from shop.orders.importing.values import Line, to_line

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def line_of(*, prefix: str = "", **values: Any) -> Line:
    return to_line(Row(**{"order_id": "1", "product_id": "P"} | values), "P", prefix, NOW)


def test_a_row_of_required_columns_takes_the_defaults():
    line = line_of()
    assert (line.order_id, line.product_id, line.customer_id) == ("1", "P", "")
    assert (line.quantity, line.unit_price, line.placed_at) == (1, Decimal("0.00"), NOW)
    assert (line.product_name, line.category, line.cancelled) == ("", (), False)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2025-03-01T12:30:00Z", datetime(2025, 3, 1, 12, 30, tzinfo=UTC)),
        ("2025-03-01T12:30:00+02:00", datetime(2025, 3, 1, 10, 30, tzinfo=UTC)),
        ("2025-03-01T12:30:00", datetime(2025, 3, 1, 12, 30, tzinfo=UTC)),
        ("2025-03-01 12:30:05", datetime(2025, 3, 1, 12, 30, 5, tzinfo=UTC)),
        (" 2025-03-01 ", datetime(2025, 3, 1, tzinfo=UTC)),
        (date(2025, 3, 1), datetime(2025, 3, 1, tzinfo=UTC)),
        (datetime(2025, 3, 1, 12), datetime(2025, 3, 1, 12, tzinfo=UTC)),
    ],
)
def test_dates_become_utc(written, moment):
    assert line_of(ordered_at=written).placed_at == moment


@pytest.mark.parametrize(
    ("quantity", "number"), [("3", 3), (" 3 ", 3), ("3.0", 3), (3.0, 3), ("1e3", 1000)]
)
def test_quantities_are_whole_numbers(quantity, number):
    assert line_of(quantity=quantity).quantity == number


@pytest.mark.parametrize(
    ("price", "cents"),
    [("2.5", "2.50"), (2.55, "2.55"), ("0.005", "0.01"), ("0.001", "0.00"), ("-0", "0.00")],
)
def test_prices_are_rounded_to_cents(price, cents):
    assert str(line_of(unit_price=price).unit_price) == cents


def test_ids_read_as_numbers_are_the_ids_that_were_written():
    line = line_of(order_id=536365, customer_id=17850.0)
    assert (line.order_id, line.customer_id) == ("536365", "17850")
    assert line_of(customer_id=float("nan")).customer_id == ""


def test_a_cancelled_order_has_its_quantities_without_the_sign():
    line = line_of(order_id="C7", quantity="-4", prefix="C")
    assert (line.cancelled, line.quantity) == (True, 4)


def test_a_category_is_a_path():
    assert line_of(category=" Food >Fruit > Red ").category == ("Food", "Fruit", "Red")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"order_id": " "}, "order_id is empty"),
        ({"order_id": "9" * 65}, "order_id is longer than 64 characters"),
        ({"customer_id": "9" * 65}, "customer_id is longer than 64 characters"),
        ({"product_name": "a" * 256}, "product_name is longer than 255 characters"),
        ({"category": "a > " + "b" * 121}, "category is longer than 120 characters"),
        ({"product_name": "a\0b"}, "product_name has a NUL character"),
        ({"quantity": ""}, "quantity is empty"),
        ({"quantity": None}, "quantity is empty"),
        ({"quantity": "two"}, "quantity is not a number"),
        ({"quantity": "1_000"}, "quantity is not a number"),
        ({"quantity": "1.5"}, "quantity is not a whole number"),
        ({"quantity": "0"}, "quantity is not above 0"),
        ({"quantity": "-1"}, "quantity is not above 0"),
        ({"quantity": "0", "order_id": "C1", "prefix": "C"}, "quantity is not above 0"),
        ({"quantity": "2147483648"}, "quantity is above 2147483647"),
        ({"unit_price": ""}, "unit_price is empty"),
        ({"unit_price": "free"}, "unit_price is not a number"),
        ({"unit_price": float("nan")}, "unit_price is not a number"),
        ({"unit_price": "-0.01"}, "unit_price is negative"),
        ({"unit_price": "1e10"}, "unit_price is not below 10000000000"),
        ({"unit_price": "9999999999.995"}, "unit_price is not below 10000000000"),
        (
            {"ordered_at": "03/01/2025"},
            "ordered_at is not an ISO date such as 2025-12-31 or 2025-12-31T18:30:00Z",
        ),
        (
            {"ordered_at": ""},
            "ordered_at is not an ISO date such as 2025-12-31 or 2025-12-31T18:30:00Z",
        ),
        ({"ordered_at": "0001-01-01"}, "ordered_at is before the year 1000"),
    ],
)
def test_what_can_not_be_used_is_refused_with_its_reason(values, reason):
    with pytest.raises(RowRefused) as refused:
        line_of(**values)
    assert str(refused.value) == reason
