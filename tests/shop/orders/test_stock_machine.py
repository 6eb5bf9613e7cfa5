"""Any sequence of what customers and staff do: no piece of stock appears or is lost."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from shop.carts import services as carts
from shop.carts.models import CartLine
from shop.catalog.models import Variant
from shop.exceptions import EmptyCart, IllegalTransition, OutOfStock
from shop.orders.models import Order, OrderLine, OrderStatus
from shop.orders.services import CheckoutRequest, cancel, change_status, checkout, refund
from tests import factories

GUEST = AnonymousUser()
INITIAL_STOCK = {"MILK": 5, "BREAD": 20, "EGGS": 40}

quantities = st.integers(1, 9)
skus = st.sampled_from(sorted(INITIAL_STOCK))


def request_for(cart):
    return CheckoutRequest("ada@example.com", f"key of {cart.pk}")


class Shop(RuleBasedStateMachine):
    open_carts = Bundle("open_carts")
    orders = Bundle("orders")

    def __init__(self):
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize()
    def fill_the_shelves(self):
        self.variants = {
            sku: factories.variant(sku=sku, stock=stock) for sku, stock in INITIAL_STOCK.items()
        }
        #: The orders whose goods went back to the shelf.
        self.restocked = set()

    @rule(target=open_carts, sku=skus, quantity=quantities)
    def come_in(self, sku, quantity):
        cart = carts.create_cart(GUEST).cart
        self.add(cart, sku, quantity)
        return cart

    @rule(cart=open_carts, sku=skus, quantity=quantities)
    def add(self, cart, sku, quantity):
        stock = Variant.objects.get(sku=sku).stock
        try:
            carts.add_lines(cart.pk, GUEST, [carts.LineInput(self.variants[sku].pk, quantity)])
        except OutOfStock:
            assert stock == 0
        else:
            assert 1 <= cart.lines.get(variant__sku=sku).quantity <= stock

    @rule(cart=open_carts, sku=skus, quantity=quantities)
    def update(self, cart, sku, quantity):
        line = cart.lines.filter(variant__sku=sku).select_related("variant").first()
        if line is None:
            return
        try:
            carts.update_lines(cart.pk, GUEST, [carts.LineUpdate(line.pk, quantity)])
        except OutOfStock:
            assert line.variant.stock == 0
        else:
            kept = CartLine.objects.get(pk=line.pk).quantity
            assert kept == min(quantity, line.variant.stock)

    @rule(cart=open_carts, sku=skus)
    def remove(self, cart, sku):
        line = cart.lines.filter(variant__sku=sku).first()
        if line is not None:
            carts.remove_lines(cart.pk, GUEST, [line.pk])
            assert not cart.lines.filter(variant__sku=sku).exists()

    @rule(target=orders, cart=consumes(open_carts))
    def order(self, cart):
        short = cart.lines.filter(quantity__gt=F("variant__stock")).exists()
        empty = not cart.lines.exists()
        try:
            order = checkout(cart.pk, GUEST, request_for(cart))
        except OutOfStock:
            assert short
        except EmptyCart:
            assert empty
        else:
            assert not (short or empty)
            return order
        return multiple()

    @rule(target=orders, sku=skus, quantity=quantities)
    def buy(self, sku, quantity):
        return self.order(self.come_in(sku, quantity))

    @rule(order=orders)
    def send_the_checkout_again(self, order):
        assert checkout(order.cart.pk, GUEST, request_for(order.cart)) == order

    @rule(order=orders, to=st.sampled_from(["PAID", "SHIPPED", "DELIVERED"]))
    def process(self, order, to):
        path = ["PENDING", "CONFIRMED", "PAID", "SHIPPED", "DELIVERED"]
        status = Order.objects.get(pk=order.pk).status
        if status in path:
            for step in path[path.index(status) + 1 : path.index(to) + 1]:
                change_status(order, OrderStatus(step))

    @rule(order=orders)
    def take_back(self, order):
        before = Order.objects.get(pk=order.pk).status
        undo = refund if before in ("PAID", "SHIPPED", "DELIVERED") else cancel
        try:
            undo(order)
        except IllegalTransition:
            assert before in ("CANCELLED", "REFUNDED")
            return
        if before in ("PENDING", "CONFIRMED", "PAID"):
            self.restocked.add(order.pk)

    @invariant()
    def every_piece_is_on_the_shelf_or_in_an_order(self):
        sold = dict(
            OrderLine.objects.exclude(order__in=self.restocked)
            .values_list("sku")
            .annotate(Sum("quantity"))
        )
        shelf = dict(Variant.objects.values_list("sku", "stock"))
        assert {sku: shelf[sku] + sold.get(sku, 0) for sku in shelf} == INITIAL_STOCK
        assert min(shelf.values()) >= 0

    @invariant()
    def every_order_costs_the_sum_of_its_lines(self):
        for order in Order.objects.prefetch_related("lines"):
            assert order.total == sum(line.quantity * line.unit_price for line in order.lines.all())


@pytest.mark.django_db
def test_no_sequence_of_actions_loses_stock():
    run_state_machine_as_test(Shop, settings=settings(max_examples=40, stateful_step_count=30))
