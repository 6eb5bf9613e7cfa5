"""A customer who is busy while being erased comes first or finds nothing."""

from collections import Counter

import pytest

from shop.carts.models import Cart
from shop.customers.models import Customer, ErasureReceipt
from shop.customers.privacy import erase_customer
from shop.exceptions import NotFound
from shop.orders.models import Order
from shop.orders.services import CheckoutRequest, checkout
from shop.support import services as support
from shop.support.models import Message, Ticket
from tests import factories
from tests.shop.threads import at_once

pytestmark = [pytest.mark.row_locks, pytest.mark.django_db(transaction=True)]

ROUNDS = 15
REQUEST = CheckoutRequest("ann@example.com", "key")


def done(action):
    """Whether it was done, and did not find everything gone."""
    try:
        action()
    except NotFound:
        return False
    return True


def test_checkout_and_erasure():
    variant = factories.variant(stock=100)
    placed = 0
    for _ in range(ROUNDS):
        ann = factories.customer()
        cart = factories.cart([(variant, 1)], owner=ann)
        actions = [
            lambda cart=cart, ann=ann: checkout(cart.pk, ann.user, REQUEST),
            lambda ann=ann: erase_customer(ann, None),
        ]

        bought, erased = at_once(2, lambda number: done(actions[number]))  # noqa: B023

        placed += bought
        assert erased
        assert not Customer.objects.exists()
        assert not Cart.objects.exists()
        assert set(Order.objects.values_list("customer", "email")) <= {(None, "")}
    assert Order.objects.count() == placed


def test_a_reply_and_erasure():
    for _ in range(ROUNDS):
        ann = factories.customer()
        ticket = factories.ticket(ann)
        actions = [
            lambda ticket=ticket, ann=ann: support.reply(ticket.pk, ann.user, "Hello?"),
            lambda ann=ann: erase_customer(ann, None),
        ]

        _, erased = at_once(2, lambda number: done(actions[number]))  # noqa: B023

        assert erased
        assert (Ticket.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.parametrize("account", [True, False])
def test_two_erasures_at_once_are_one(account):
    for number in range(1, 6):
        ann = factories.customer() if account else factories.customer(user=None)
        factories.cart(owner=ann)

        outcomes = at_once(4, lambda _: done(lambda: erase_customer(ann, None)))  # noqa: B023

        assert Counter(outcomes) == {True: 1, False: 3}
        assert ErasureReceipt.objects.count() == number
