"""Checkout: what an order is made of, when it is refused, and what sending it again does."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser

from shop.carts.models import Cart, CartStatus
from shop.carts.services import create_cart
from shop.catalog.models import Product, PublicationState, Variant
from shop.orders import services
from shop.orders.models import Order, OrderStatus, OutboxMessage
from shop.orders.services import CheckoutRequest, checkout
from tests import factories
from tests.shop.refusals import refused

pytestmark = pytest.mark.django_db

GUEST = AnonymousUser()
REQUEST = CheckoutRequest(email="ada@example.com", idempotency_key="key-1")


def stock_of(*variants):
    return [Variant.objects.get(pk=variant.pk).stock for variant in variants]


def test_a_variant_deleted_while_the_cart_is_ordered_refuses_the_order(monkeypatch):
    """Between reading the lines and locking the variants."""
    kept, gone = factories.variant(stock=3), factories.variant()
    cart = factories.cart([(kept, 1), (gone, 1)])
    take_stock = services._take_stock

    def delete_first(lines):
        Variant.objects.filter(pk=gone.pk).delete()
        return take_stock(lines)

    monkeypatch.setattr(services, "_take_stock", delete_first)
    with refused("OUT_OF_STOCK", "cart", "lines", "1"):
        checkout(cart.pk, GUEST, REQUEST)
    assert stock_of(kept) == [3]
    assert not Order.objects.exists()


class TestPlacing:
    def test_the_order_has_the_prices_of_the_catalogue(self):
        milk = factories.variant(sku="MILK", price="1.19")
        bread = factories.variant(sku="BREAD", price="2.50")
        cart = factories.cart([(milk, 3), (bread, 2)])
        order = checkout(cart.pk, GUEST, REQUEST)
        assert [(line.sku, line.unit_price, line.quantity) for line in order.lines.all()] == [
            ("MILK", Decimal("1.19"), 3),
            ("BREAD", Decimal("2.50"), 2),
        ]
        assert order.total == Decimal("8.57")  # 3 × 1.19 + 2 × 2.50
        assert (order.currency, order.email) == ("USD", "ada@example.com")

    def test_it_is_pending_and_its_history_begins(self):
        order = checkout(factories.cart([(factories.variant(), 1)]).pk, GUEST, REQUEST)
        assert order.status == OrderStatus.PENDING
        assert list(order.history.values_list("from_status", "to_status")) == [("", "PENDING")]

    def test_it_takes_stock_down_to_nothing(self):
        milk, bread = factories.variant(stock=3), factories.variant(stock=5)
        checkout(factories.cart([(milk, 3), (bread, 2)]).pk, GUEST, REQUEST)
        assert stock_of(milk, bread) == [0, 3]

    def test_it_belongs_to_the_customer_of_the_cart(self):
        user = factories.user()
        cart = create_cart(user).cart
        cart.lines.create(variant=factories.variant(), quantity=1)
        assert checkout(cart.pk, user, REQUEST).customer.user == user

    def test_a_guest_orders_as_nobody(self):
        order = checkout(factories.cart([(factories.variant(), 1)]).pk, GUEST, REQUEST)
        assert order.customer is None

    def test_it_closes_the_cart_and_keeps_it(self):
        cart = factories.cart([(factories.variant(), 1)])
        order = checkout(cart.pk, GUEST, REQUEST)
        cart.refresh_from_db()
        assert (cart.status, order.cart, cart.lines.count()) == (CartStatus.ORDERED, cart, 1)

    def test_numbers_cannot_be_guessed_from_one_another(self):
        numbers = {
            checkout(factories.cart([(milk, 1)]).pk, GUEST, REQUEST).number
            for milk in [factories.variant(stock=20)]
            for _ in range(20)
        }
        assert len(numbers) == 20
        assert {len(number) for number in numbers} == {10}

    def test_its_lines_outlive_every_change_of_the_catalogue(self):
        milk = factories.product("MILK", price="1.19", title="Milk").variants.get()
        order = checkout(factories.cart([(milk, 1)]).pk, GUEST, REQUEST)
        Product.objects.update(title="Oat drink", code="OAT")
        Variant.objects.update(price=9, sku="OAT")
        Product.objects.get().delete()
        [line] = order.lines.all()
        assert (line.product_code, line.sku, line.name) == ("MILK", "MILK", "Milk")
        assert line.unit_price == Decimal("1.19")
        assert line.variant is None


class TestRefusals:
    @pytest.fixture
    def nothing_happens(self):
        """Stock, cart, orders and outbox are after the test what they were before it."""
        milk = factories.variant(stock=5)
        cart = factories.cart([(milk, 2)])
        yield cart
        assert stock_of(milk) == [5]
        assert Cart.objects.get(pk=cart.pk).status == CartStatus.OPEN
        assert not Order.objects.exists()
        assert not OutboxMessage.objects.exists()

    def test_an_empty_cart(self):
        with refused("EMPTY_CART", "cartId"):
            checkout(factories.cart().pk, GUEST, REQUEST)

    def test_one_line_more_than_there_is(self, nothing_happens):
        bread = factories.variant(stock=1)
        nothing_happens.lines.create(variant=bread, quantity=2)
        with refused("OUT_OF_STOCK", "cart", "lines", "1"):
            checkout(nothing_happens.pk, GUEST, REQUEST)
        assert stock_of(bread) == [1]

    @pytest.mark.parametrize("state", [PublicationState.DRAFT, PublicationState.ARCHIVED])
    def test_a_product_that_left_the_shop(self, nothing_happens, state):
        gone = factories.product(state=state).variants.get()
        nothing_happens.lines.create(variant=gone, quantity=1)
        with refused("OUT_OF_STOCK", "cart", "lines", "1"):
            checkout(nothing_happens.pk, GUEST, REQUEST)

    @pytest.mark.parametrize("email", ["", "ada", "ada@", "a b@example.com", "a@b.de\nBcc: x"])
    def test_no_address(self, nothing_happens, email):
        with refused("INVALID", "input", "email"):
            checkout(nothing_happens.pk, GUEST, CheckoutRequest(email, "key"))

    def test_an_address_too_long_to_keep(self, nothing_happens):
        with refused("INVALID", "input", "email"):
            checkout(
                nothing_happens.pk,
                GUEST,
                CheckoutRequest("a@" + ".".join(["b" * 60] * 5) + ".example", "key"),
            )

    @pytest.mark.parametrize("key", ["", "k" * 129, "a\0", "ключ", "\ud800", "key\n"])
    def test_a_key_out_of_bounds(self, nothing_happens, key):
        with refused("INVALID", "input", "idempotencyKey"):
            checkout(nothing_happens.pk, GUEST, CheckoutRequest("ada@example.com", key))

    def test_the_longest_key(self):
        request = CheckoutRequest("ada@example.com", "k" * 128)
        order = checkout(factories.cart([(factories.variant(), 1)]).pk, GUEST, request)
        assert order.idempotency_key == "k" * 128

    @pytest.mark.parametrize("who", [AnonymousUser, factories.user])
    def test_somebody_elses_cart(self, who):
        cart = factories.cart([(factories.variant(), 1)], owner=factories.customer())
        with refused("NOT_FOUND", "cartId"):
            checkout(cart.pk, who(), REQUEST)

    def test_a_merged_cart(self, nothing_happens):
        merged = factories.cart([(factories.variant(), 1)])
        Cart.objects.filter(pk=merged.pk).update(status=CartStatus.MERGED)
        with refused("NOT_FOUND", "cartId"):
            checkout(merged.pk, GUEST, REQUEST)


class TestSendingAgain:
    @pytest.fixture
    def cart(self):
        return factories.cart([(factories.variant(stock=5), 2)])

    def test_the_same_request_gives_the_same_order(self, cart):
        first = checkout(cart.pk, GUEST, REQUEST)
        assert checkout(cart.pk, GUEST, REQUEST) == first
        assert Order.objects.count() == 1
        assert Variant.objects.get().stock == 3
        assert OutboxMessage.objects.count() == 1

    def test_it_gives_the_order_after_that_has_moved_on(self, cart):
        first = checkout(cart.pk, GUEST, REQUEST)
        Order.objects.update(status=OrderStatus.CANCELLED)
        assert checkout(cart.pk, GUEST, REQUEST) == first

    def test_another_body_is_a_conflict(self, cart):
        checkout(cart.pk, GUEST, REQUEST)
        with refused("IDEMPOTENCY_CONFLICT", "input", "idempotencyKey"):
            checkout(cart.pk, GUEST, CheckoutRequest("eve@example.com", "key-1"))

    @pytest.mark.parametrize("key", ["key-2", "KEY-1"])
    def test_another_key_finds_the_cart_closed(self, cart, key):
        checkout(cart.pk, GUEST, REQUEST)
        with refused("CART_CLOSED", "cartId"):
            checkout(cart.pk, GUEST, CheckoutRequest("ada@example.com", key))

    def test_a_key_is_the_carts_own(self, cart):
        other = factories.cart([(factories.variant(), 1)])
        assert checkout(cart.pk, GUEST, REQUEST) != checkout(other.pk, GUEST, REQUEST)

    def test_nobody_else_gets_a_customers_order_by_its_key(self):
        customer = factories.customer()
        cart = factories.cart([(factories.variant(), 1)], owner=customer)
        checkout(cart.pk, customer.user, REQUEST)
        with refused("NOT_FOUND", "cartId"):
            checkout(cart.pk, GUEST, REQUEST)

    def test_a_refused_checkout_can_be_sent_again_when_stock_is_back(self, cart):
        Variant.objects.update(stock=1)
        with refused("OUT_OF_STOCK", "cart", "lines", "0"):
            checkout(cart.pk, GUEST, REQUEST)
        Variant.objects.update(stock=2)
        assert checkout(cart.pk, GUEST, REQUEST).lines.get().quantity == 2
