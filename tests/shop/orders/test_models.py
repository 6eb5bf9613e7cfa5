"""What the database itself refuses, whoever writes to it."""

import pytest

from shop.orders.models import Order, OrderLine
from tests import factories
from tests.shop.refusals import refused_by_database

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "wrong", [{"quantity": 0}, {"quantity": -1}, {"unit_price": "-0.01"}], ids=str
)
def test_lines_have_a_positive_quantity_and_no_negative_price(wrong):
    order = factories.order(["MILK"])
    with refused_by_database():
        OrderLine.objects.update(**wrong)
    right = {"product_code": "X", "sku": "X", "name": "X", "unit_price": 1, "quantity": 1}
    with refused_by_database():
        order.lines.create(**right | wrong)


def test_a_price_of_nothing_is_a_price():
    factories.order(["MILK"])
    OrderLine.objects.update(unit_price=0)
    assert OrderLine.objects.get().unit_price == 0


def test_a_number_names_one_order():
    order = factories.order()
    with refused_by_database():
        Order.objects.create(number=order.number, currency="USD", total=0)


def test_numbers_differ_by_case():
    for number in ("A12b", "A12B"):
        Order.objects.create(number=number, currency="USD", total=0)
    assert Order.objects.get(number="A12b").number == "A12b"


def test_a_cart_is_ordered_once():
    cart = factories.cart()
    Order.objects.create(number="1", cart=cart, currency="USD", total=0)
    with refused_by_database():
        Order.objects.create(number="2", cart=cart, currency="USD", total=0)
