"""What the shop tells of its orders, beyond the contract."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from recommendations.stores.base import Scope
from shop.carts.models import Cart
from shop.orders.models import Order, OrderStatus
from shop.orders.services import change_status
from shop.reviews.models import Review
from shop.store import ShopStore
from tests import factories

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=300)


def changed(since):
    return {one.order: len(one.lines) for one in ShopStore().changed_orders(Scope(), since)}


def test_orders_are_found_by_when_they_came_in_not_by_their_date():
    old = factories.order(["tea"], placed_at=LONG_AGO)
    Order.objects.filter(pk=old.pk).update(updated_at=LONG_AGO)
    imported = factories.order(["tea", "cup"], placed_at=LONG_AGO)
    assert changed(LONG_AGO + timedelta(days=1)) == {imported.number: 2}


def test_an_order_that_is_taken_back_comes_without_lines():
    order = factories.order(["tea", "cup"])
    Order.objects.update(updated_at=LONG_AGO)
    change_status(order, OrderStatus.CANCELLED)
    assert changed(LONG_AGO + timedelta(days=1)) == {order.number: 0}


def test_many_orders_cost_few_queries(django_assert_num_queries):
    for _ in range(5):
        factories.order(["tea", "cup"])
    with django_assert_num_queries(3):
        assert len(changed(LONG_AGO)) == 5


@pytest.mark.parametrize("unknown", ["", "never", "x\x00", str(uuid4())])
def test_a_cart_is_found_by_its_id(unknown):
    cart = Cart.objects.create()
    for code in ("tea", "cup"):
        cart.lines.create(variant=factories.variant(sku=code), quantity=1)
    assert ShopStore().products_in_cart(str(cart.pk), Scope()) == ["tea", "cup"]
    assert ShopStore().products_in_cart(unknown, Scope()) == []


def test_published_ratings_and_orders_taken_back_speak_of_a_product():
    tea, cup = factories.product("tea"), factories.product("cup")
    for rating, status in ((5, "PUBLISHED"), (2, "PUBLISHED"), (1, "PENDING"), (1, "REJECTED")):
        Review.objects.create(
            product=tea, customer=factories.customer(user=None), rating=rating, status=status
        )
    factories.order(["tea", "cup"], status=OrderStatus.REFUNDED)
    factories.order(["tea", "tea"], status=OrderStatus.CANCELLED)
    factories.order(["cup"])
    found = {
        doc.key: (doc.rating, doc.ratings, doc.returns) for doc in ShopStore().products(Scope())
    }
    assert found == {tea.code: (3.5, 2, 2), cup.code: (None, 0, 1)}
