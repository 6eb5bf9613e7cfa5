"""Filling a cart: what is added, changed and taken out, and what is refused."""

import pytest
from django.contrib.auth.models import AnonymousUser

from shop.carts import services
from shop.carts.models import Cart, CartLine
from shop.carts.services import LineInput, LineUpdate
from shop.catalog.models import PublicationState
from tests import factories
from tests.shop.refusals import refused

pytestmark = pytest.mark.django_db

GUEST = AnonymousUser()


def contents(cart):
    return dict(cart.lines.values_list("variant_id", "quantity"))


class TestCreate:
    def test_a_guest_gets_a_cart_of_nobody(self):
        assert services.create_cart(GUEST).cart.customer is None

    def test_a_customer_gets_an_own_cart(self):
        user = factories.user()
        assert services.create_cart(user).cart.customer.user == user

    def test_it_takes_lines(self):
        milk, bread = factories.variant(), factories.variant()
        change = services.create_cart(GUEST, [LineInput(milk.pk, 2), LineInput(bread.pk, 1)])
        assert contents(change.cart) == {milk.pk: 2, bread.pk: 1}

    def test_a_refused_line_leaves_no_cart(self):
        with refused("NOT_FOUND", "lines", "0", "merchandiseId"):
            services.create_cart(GUEST, [LineInput(None, 1)])
        assert not Cart.objects.exists()


class TestAdd:
    def test_a_variant_that_is_in_the_cart_gets_more(self):
        milk = factories.variant()
        cart = factories.cart([(milk, 2)])
        services.add_lines(cart.pk, GUEST, [LineInput(milk.pk, 3)])
        assert contents(cart) == {milk.pk: 5}

    def test_one_variant_named_twice_is_one_line(self):
        milk = factories.variant()
        cart = factories.cart()
        services.add_lines(cart.pk, GUEST, [LineInput(milk.pk, 1), LineInput(milk.pk, 2)])
        assert contents(cart) == {milk.pk: 3}

    def test_two_variants_of_a_product_are_two_lines(self):
        small = factories.variant()
        large = factories.variant(small.product)
        cart = factories.cart()
        services.add_lines(cart.pk, GUEST, [LineInput(small.pk, 1), LineInput(large.pk, 2)])
        assert contents(cart) == {small.pk: 1, large.pk: 2}

    def test_the_line_takes_what_there_is_and_says_so(self):
        milk = factories.variant(stock=4)
        cart = factories.cart([(milk, 3)])
        change = services.add_lines(cart.pk, GUEST, [LineInput(milk.pk, 3)])
        assert contents(cart) == {milk.pk: 4}
        [warning] = change.warnings
        assert warning.code == "NOT_ENOUGH_STOCK"
        assert warning.field == ("lines", "0", "quantity")
        assert warning.message == f"Only 4 of {milk.product.title} are left."

    def test_nothing_in_stock(self):
        milk, bread = factories.variant(), factories.variant(stock=0)
        cart = factories.cart()
        with refused("OUT_OF_STOCK", "lines", "1", "merchandiseId"):
            services.add_lines(cart.pk, GUEST, [LineInput(milk.pk, 1), LineInput(bread.pk, 1)])
        assert contents(cart) == {}

    @pytest.mark.parametrize("quantity", [-1, 0, 1_000_001])
    def test_quantities_out_of_range(self, quantity):
        milk = factories.variant()
        cart = factories.cart([(milk, 2)])
        with refused("INVALID_QUANTITY", "lines", "1", "quantity"):
            services.add_lines(
                cart.pk, GUEST, [LineInput(milk.pk, 1), LineInput(milk.pk, quantity)]
            )
        assert contents(cart) == {milk.pk: 2}

    @pytest.mark.parametrize("variant_id", [None, 0, 999_999, 10**30])
    def test_unknown_variants(self, variant_id):
        milk = factories.variant()
        cart = factories.cart()
        with refused("NOT_FOUND", "lines", "1", "merchandiseId"):
            services.add_lines(cart.pk, GUEST, [LineInput(milk.pk, 1), LineInput(variant_id, 1)])
        assert contents(cart) == {}

    @pytest.mark.parametrize("state", [PublicationState.DRAFT, PublicationState.ARCHIVED])
    def test_products_that_are_not_published_are_not_for_sale(self, state):
        milk = factories.product(state=state).variants.get()
        cart = factories.cart()
        with refused("NOT_FOUND", "lines", "0", "merchandiseId"):
            services.add_lines(cart.pk, GUEST, [LineInput(milk.pk, 1)])

    def test_a_cart_has_a_greatest_size(self, monkeypatch):
        monkeypatch.setattr(services, "MAX_LINES", 2)
        milk, bread, eggs = (factories.variant() for _ in range(3))
        cart = factories.cart([(milk, 1), (bread, 1)])
        services.add_lines(cart.pk, GUEST, [LineInput(milk.pk, 1)])
        with refused("TOO_MANY_LINES", "lines"):
            services.add_lines(cart.pk, GUEST, [LineInput(eggs.pk, 1)])
        assert contents(cart) == {milk.pk: 2, bread.pk: 1}


class TestUpdate:
    def test_it_sets_the_quantity(self):
        milk = factories.variant()
        cart = factories.cart([(milk, 2)])
        services.update_lines(cart.pk, GUEST, [LineUpdate(cart.lines.get().pk, 7)])
        assert contents(cart) == {milk.pk: 7}

    def test_the_line_takes_what_there_is_and_says_so(self):
        milk = factories.variant(stock=4)
        cart = factories.cart([(milk, 2)])
        change = services.update_lines(cart.pk, GUEST, [LineUpdate(cart.lines.get().pk, 7)])
        assert contents(cart) == {milk.pk: 4}
        assert [(w.code, w.field) for w in change.warnings] == [
            ("NOT_ENOUGH_STOCK", ("lines", "0", "quantity"))
        ]

    def test_stock_that_is_gone_by_now(self):
        milk = factories.variant(stock=0)
        cart = factories.cart([(milk, 2)])
        with refused("OUT_OF_STOCK", "lines", "0", "merchandiseId"):
            services.update_lines(cart.pk, GUEST, [LineUpdate(cart.lines.get().pk, 1)])
        assert contents(cart) == {milk.pk: 2}

    @pytest.mark.parametrize("quantity", [-1, 0, 1_000_001])
    def test_quantities_out_of_range(self, quantity):
        milk = factories.variant()
        cart = factories.cart([(milk, 2)])
        line = cart.lines.get()
        with refused("INVALID_QUANTITY", "lines", "1", "quantity"):
            services.update_lines(
                cart.pk, GUEST, [LineUpdate(line.pk, 5), LineUpdate(line.pk, quantity)]
            )
        assert contents(cart) == {milk.pk: 2}

    @pytest.mark.parametrize("line_id", [None, 0, 999_999, 10**30])
    def test_unknown_lines(self, line_id):
        milk = factories.variant()
        cart = factories.cart([(milk, 2)])
        with refused("NOT_FOUND", "lines", "1", "id"):
            services.update_lines(
                cart.pk, GUEST, [LineUpdate(cart.lines.get().pk, 5), LineUpdate(line_id, 1)]
            )
        assert contents(cart) == {milk.pk: 2}

    def test_a_line_of_another_cart_is_unknown(self):
        milk = factories.variant()
        cart, other = factories.cart(), factories.cart([(milk, 2)])
        with refused("NOT_FOUND", "lines", "0", "id"):
            services.update_lines(cart.pk, GUEST, [LineUpdate(other.lines.get().pk, 1)])
        assert contents(other) == {milk.pk: 2}


class TestRemove:
    def test_it_takes_lines_out(self):
        milk, bread = factories.variant(), factories.variant()
        cart = factories.cart([(milk, 2), (bread, 1)])
        services.remove_lines(cart.pk, GUEST, [cart.lines.get(variant=milk).pk])
        assert contents(cart) == {bread.pk: 1}

    @pytest.mark.parametrize("line_id", [None, 0, 999_999, 10**30])
    def test_an_unknown_line_takes_none_out(self, line_id):
        milk = factories.variant()
        cart = factories.cart([(milk, 2)])
        with refused("NOT_FOUND", "lineIds", "1"):
            services.remove_lines(cart.pk, GUEST, [cart.lines.get().pk, line_id])
        assert contents(cart) == {milk.pk: 2}

    def test_a_line_of_another_cart_is_unknown(self):
        cart, other = factories.cart(), factories.cart([(factories.variant(), 2)])
        with refused("NOT_FOUND", "lineIds", "0"):
            services.remove_lines(cart.pk, GUEST, [other.lines.get().pk])
        assert CartLine.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda cart: services.add_lines(
            cart.pk, GUEST, [LineInput(cart.lines.get().variant_id, 1)]
        ),
        lambda cart: services.update_lines(cart.pk, GUEST, [LineUpdate(cart.lines.get().pk, 1)]),
        lambda cart: services.remove_lines(cart.pk, GUEST, [cart.lines.get().pk]),
    ],
    ids=["add", "update", "remove"],
)
class TestEveryChange:
    def test_marks_the_cart_as_used(self, change):
        cart = factories.cart([(factories.variant(), 2)])
        before = cart.updated_at
        change(cart)
        cart.refresh_from_db()
        assert cart.updated_at > before

    def test_is_refused_once_the_cart_is_ordered(self, change):
        milk = factories.variant()
        cart = factories.cart([(milk, 2)])
        Cart.objects.update(status="ORDERED")
        with refused("CART_CLOSED", "cartId"):
            change(cart)
        assert contents(cart) == {milk.pk: 2}
