"""What the database itself refuses, whoever writes to it."""

import pytest

from shop.carts.models import CartLine
from tests import factories
from tests.shop.refusals import refused_by_database

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return factories.cart([(factories.variant(), 1)]).lines.get()


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_quantity_is_positive(line, quantity):
    with refused_by_database():
        CartLine.objects.filter(pk=line.pk).update(quantity=quantity)
    with refused_by_database():
        line.cart.lines.create(variant=factories.variant(), quantity=quantity)


def test_a_variant_is_in_a_cart_once(line):
    with refused_by_database():
        line.cart.lines.create(variant=line.variant, quantity=1)


def test_texts_of_the_admin(line):
    assert str(line) == f"1 × {line.variant}"
    assert str(line.cart) == f"Cart {str(line.cart.pk)[:8]}"
