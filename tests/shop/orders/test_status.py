"""The life of an order: which moves are legal, what each one does, and when goods come back."""

import pytest

from shop.catalog.models import Variant
from shop.orders.models import OrderStatus, OutboxMessage
from shop.orders.services import cancel, change_status, refund
from tests import factories
from tests.shop.refusals import refused

pytestmark = pytest.mark.django_db

LEGAL = {
    ("PENDING", "CONFIRMED"),
    ("PENDING", "CANCELLED"),
    ("CONFIRMED", "PAID"),
    ("CONFIRMED", "CANCELLED"),
    ("PAID", "SHIPPED"),
    ("PAID", "REFUNDED"),
    ("SHIPPED", "DELIVERED"),
    ("SHIPPED", "REFUNDED"),
    ("DELIVERED", "REFUNDED"),
}
PAIRS = [(before, after) for before in OrderStatus for after in OrderStatus]

#: The moves after which the goods are on the shelf again.
RESTOCKING = {("PENDING", "CANCELLED"), ("CONFIRMED", "CANCELLED"), ("PAID", "REFUNDED")}


def pairs(which):
    return pytest.mark.parametrize(("before", "after"), which, ids="→".join)


@pairs([pair for pair in PAIRS if pair in LEGAL])
def test_a_legal_move_is_made_and_written_down(before, after):
    clerk = factories.staff()
    order = factories.order(["MILK"], status=before)
    assert change_status(order, after, by=clerk, note="by phone").status == after
    order.refresh_from_db()
    assert order.status == after
    [change] = order.history.all()
    assert (change.from_status, change.to_status) == (before, after)
    assert (change.by, change.note) == (clerk, "by phone")
    [message] = OutboxMessage.objects.all()
    assert (message.topic, message.payload) == (f"order.{after.lower()}", {"order": order.number})


@pairs([pair for pair in PAIRS if pair not in LEGAL])
def test_any_other_move_is_refused_and_changes_nothing(before, after):
    order = factories.order(["MILK"], status=before)
    with refused("ILLEGAL_TRANSITION", "status"):
        change_status(order, after)
    order.refresh_from_db()
    assert order.status == before
    assert not order.history.exists()
    assert not OutboxMessage.objects.exists()
    assert Variant.objects.get().stock == 10


def test_the_refusal_names_the_legal_moves():
    order = factories.order(status=OrderStatus.PAID)
    with pytest.raises(Exception, match="PAID can move to SHIPPED, REFUNDED, not to PENDING"):
        change_status(order, OrderStatus.PENDING)


def test_a_note_too_long_to_keep_is_refused():
    order = factories.order()
    with refused("INVALID", "note"):
        cancel(order, note="x" * 256)
    assert cancel(order, note="x" * 255).history.get().note == "x" * 255


@pairs([pair for pair in PAIRS if pair in LEGAL])
def test_goods_come_back_unless_the_parcel_has_left(before, after):
    order = factories.order(["MILK", "BREAD"], status=before, quantity=3)
    change_status(order, after)
    back = 13 if (before, after) in RESTOCKING else 10
    assert list(Variant.objects.values_list("stock", flat=True)) == [back, back]


def test_cancelling_again_restocks_no_more():
    order = factories.order(["MILK"])
    cancel(order)
    with refused("ILLEGAL_TRANSITION", "status"):
        cancel(order)
    assert Variant.objects.get().stock == 11


def test_the_status_in_the_database_counts_and_not_the_one_in_hand():
    order = factories.order(["MILK"], status=OrderStatus.PENDING)
    change_status(order, OrderStatus.CONFIRMED)
    assert order.status == OrderStatus.PENDING
    assert change_status(order, OrderStatus.PAID).status == OrderStatus.PAID


def test_refunding_again_restocks_no_more():
    order = factories.order(["MILK"], status=OrderStatus.PAID)
    refund(order)
    with refused("ILLEGAL_TRANSITION", "status"):
        refund(order)
    assert Variant.objects.get().stock == 11


def test_a_line_whose_product_is_gone_has_nothing_to_restock():
    order = factories.order(["MILK", "BREAD"])
    Variant.objects.get(sku="MILK").product.delete()
    assert cancel(order).status == OrderStatus.CANCELLED
    assert Variant.objects.get(sku="BREAD").stock == 11
