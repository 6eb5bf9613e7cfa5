"""Many who buy, cancel and log in at once: nothing is sold twice and nobody waits for ever."""

from collections import Counter

import pytest
from django.contrib.auth.models import AnonymousUser

from shop.carts import services as carts
from shop.carts.models import Cart, CartStatus
from shop.catalog.models import Variant
from shop.exceptions import CartClosed, IllegalTransition, NotFound, OutOfStock
from shop.orders import outbox
from shop.orders.models import Order, OutboxMessage
from shop.orders.services import CheckoutRequest, cancel, checkout
from tests import factories
from tests.shop.threads import at_once

pytestmark = [pytest.mark.row_locks, pytest.mark.django_db(transaction=True)]

GUEST = AnonymousUser()
REQUEST = CheckoutRequest(email="ada@example.com", idempotency_key="key")
THREADS = 16
ROUNDS = 10


def outcome_of(action, *expected):
    """The name of the expected failure of an action, or "done"."""
    try:
        action()
    except expected as error:
        return type(error).__name__
    return "done"


def stock():
    return dict(Variant.objects.values_list("sku", "stock"))


def test_160_want_the_last_50():
    milk = factories.variant(sku="MILK", stock=50)
    wishes = [[factories.cart([(milk, 1)]).pk for _ in range(ROUNDS)] for _ in range(THREADS)]

    def buy(thread):
        return Counter(
            outcome_of(lambda: checkout(cart_id, GUEST, REQUEST), OutOfStock)  # noqa: B023
            for cart_id in wishes[thread]
        )

    assert sum(at_once(THREADS, buy), Counter()) == {"done": 50, "OutOfStock": 110}
    assert Order.objects.count() == 50
    assert stock() == {"MILK": 0}


def test_carts_with_the_same_goods_in_opposite_orders():
    milk, bread = (
        factories.variant(sku="MILK", stock=200),
        factories.variant(sku="BREAD", stock=200),
    )
    there, back = [(milk, 1), (bread, 1)], [(bread, 1), (milk, 1)]
    wishes = [
        [factories.cart(back if thread % 2 else there).pk for _ in range(ROUNDS)]
        for thread in range(THREADS)
    ]

    def buy(thread):
        for cart_id in wishes[thread]:
            checkout(cart_id, GUEST, REQUEST)

    at_once(THREADS, buy)
    assert Order.objects.count() == 160
    assert stock() == {"MILK": 40, "BREAD": 40}


def test_one_fills_a_cart_with_what_another_buys():
    milk, bread = (
        factories.variant(sku="MILK", stock=900),
        factories.variant(sku="BREAD", stock=900),
    )
    ordered = [
        [factories.cart([(milk, 1), (bread, 1)]).pk for _ in range(ROUNDS)] for _ in range(THREADS)
    ]
    lines = [carts.LineInput(bread.pk, 1), carts.LineInput(milk.pk, 1)]

    def buy_or_fill(thread):
        for cart_id in ordered[thread]:
            if thread % 2:
                checkout(cart_id, GUEST, REQUEST)
            else:
                carts.create_cart(GUEST, lines)

    at_once(THREADS, buy_or_fill)
    assert stock() == {"MILK": 820, "BREAD": 820}


def test_some_cancel_what_others_buy():
    milk, bread = (
        factories.variant(sku="MILK", stock=200),
        factories.variant(sku="BREAD", stock=200),
    )
    there, back = [(milk, 1), (bread, 1)], [(bread, 1), (milk, 1)]
    placed = [checkout(factories.cart(back).pk, GUEST, REQUEST) for _ in range(80)]
    wishes = [factories.cart(there).pk for _ in range(80)]

    def buy_or_cancel(thread):
        for number in range(thread // 2, 80, THREADS // 2):
            if thread % 2:
                checkout(wishes[number], GUEST, REQUEST)
            else:
                cancel(placed[number])

    at_once(THREADS, buy_or_cancel)
    assert stock() == {"MILK": 120, "BREAD": 120}  # 200 − 80 cancelled + 80 back − 80 sold


def test_one_checkout_sent_eight_times():
    milk = factories.variant(sku="MILK", stock=10)
    cart_id = factories.cart([(milk, 1)]).pk
    orders = at_once(8, lambda _: checkout(cart_id, GUEST, REQUEST))
    assert orders == [Order.objects.get()] * 8
    assert stock() == {"MILK": 9}


def test_one_order_cancelled_eight_times():
    order = factories.order(["MILK"])
    outcomes = at_once(8, lambda _: outcome_of(lambda: cancel(order), IllegalTransition))
    assert Counter(outcomes) == {"done": 1, "IllegalTransition": 7}
    assert stock() == {"MILK": 11}


def test_one_variant_added_eight_times():
    milk = factories.variant(stock=10)
    cart = factories.cart()
    at_once(8, lambda _: carts.add_lines(cart.pk, GUEST, [carts.LineInput(milk.pk, 1)]))
    assert cart.lines.get().quantity == 8


@pytest.mark.parametrize("bought_before", [True, False])
def test_eight_logins_with_a_cart_each_end_with_one_cart(bought_before):
    user = factories.customer().user if bought_before else factories.user()
    milk = factories.variant()
    guests = [factories.cart([(milk, 1)]).pk for _ in range(8)]
    at_once(8, lambda number: carts.claim_cart(guests[number], user))
    assert Cart.objects.get(status=CartStatus.OPEN).lines.get().quantity == 8


def test_one_cart_claimed_eight_times_is_merged_once():
    customer = factories.customer()
    own = factories.cart(owner=customer)
    guest = factories.cart([(factories.variant(), 1)])
    outcomes = at_once(
        8, lambda _: outcome_of(lambda: carts.claim_cart(guest.pk, customer.user), NotFound)
    )
    assert Counter(outcomes) == {"done": 1, "NotFound": 7}
    assert own.lines.get().quantity == 1


def test_a_login_during_the_checkout_of_the_customers_own_cart():
    milk = factories.variant(stock=100)

    def check_out_and_log_in(customer):
        own = factories.cart([(milk, 1)], owner=customer).pk
        guest = factories.cart([(milk, 1)]).pk
        at_once(
            2,
            lambda number: (
                checkout(own, customer.user, REQUEST)
                if number
                else carts.claim_cart(guest, customer.user)
            ),
        )

    for _ in range(20):
        check_out_and_log_in(factories.customer())
    assert Order.objects.count() == 20


def test_a_cart_is_changed_before_its_checkout_or_refused():
    milk = factories.variant(stock=100)

    def add_and_check_out(number):
        if number:
            return checkout(cart.pk, GUEST, REQUEST)
        add = [carts.LineInput(milk.pk, 1)]
        return outcome_of(lambda: carts.add_lines(cart.pk, GUEST, add), CartClosed)

    for _ in range(20):
        cart = factories.cart([(milk, 1)])
        outcome, order = at_once(2, add_and_check_out)
        assert order.lines.get().quantity == (2 if outcome == "done" else 1)


def test_an_account_used_for_the_first_time_eight_times():
    user = factories.user()
    made = at_once(8, lambda _: carts.create_cart(user).cart.customer)
    assert len(set(made)) == 1


def test_eight_deliveries_hand_over_each_message_once(monkeypatch):
    seen = []
    monkeypatch.setattr(
        outbox, "_handlers", {"test": lambda payload: seen.append(payload["order"])}
    )
    for number in range(40):
        OutboxMessage.objects.create(topic="test", payload={"order": number})
    delivered = at_once(8, lambda _: outbox.deliver())
    assert sum(delivered) == 40
    assert sorted(seen) == list(range(40))
