"""From a guest's cart to the customer's own, as at login."""

import pytest
from django.contrib.auth.models import AnonymousUser

from shop.carts import services
from shop.carts.models import Cart, CartStatus
from tests import factories
from tests.shop.refusals import refused

pytestmark = pytest.mark.django_db


def contents(cart):
    return dict(cart.lines.values_list("variant_id", "quantity"))


def test_a_guest_cannot_claim():
    with refused("NOT_LOGGED_IN", "cartId"):
        services.claim_cart(factories.cart().pk, AnonymousUser())


def test_a_customer_without_a_cart_gets_the_guests_lines():
    milk = factories.variant()
    guest = factories.cart([(milk, 2)])
    user = factories.user()
    own = services.claim_cart(guest.pk, user).cart
    assert own.customer.user == user
    assert contents(own) == {milk.pk: 2}


def test_the_id_the_guest_knew_opens_nothing_afterwards():
    guest = factories.cart()
    user = factories.user()
    own = services.claim_cart(guest.pk, user).cart
    assert own.pk != guest.pk
    for caller in (AnonymousUser(), user):
        with refused("NOT_FOUND", "cartId"):
            services.lock_cart(guest.pk, caller)


def test_lines_join_the_open_cart_and_quantities_add_up():
    milk, bread, eggs = (factories.variant() for _ in range(3))
    customer = factories.customer()
    own = factories.cart([(milk, 1), (bread, 1)], owner=customer)
    guest = factories.cart([(bread, 2), (eggs, 3)])
    assert services.claim_cart(guest.pk, customer.user).cart == own
    assert contents(own) == {milk.pk: 1, bread.pk: 3, eggs.pk: 3}
    assert contents(guest) == {}


def test_an_ordered_cart_is_not_joined():
    customer = factories.customer()
    ordered = factories.cart(owner=customer)
    Cart.objects.update(status=CartStatus.ORDERED)
    guest = factories.cart([(factories.variant(), 1)])
    assert services.claim_cart(guest.pk, customer.user).cart != ordered
    assert contents(ordered) == {}


def test_merging_twice_merges_once():
    milk = factories.variant()
    customer = factories.customer()
    own = factories.cart([(milk, 1)], owner=customer)
    guest = factories.cart([(milk, 2)])
    services.claim_cart(guest.pk, customer.user)
    with refused("NOT_FOUND", "cartId"):
        services.claim_cart(guest.pk, customer.user)
    assert contents(own) == {milk.pk: 3}


def test_claiming_an_own_cart_changes_nothing():
    milk = factories.variant()
    customer = factories.customer()
    own = factories.cart([(milk, 1)], owner=customer)
    assert services.claim_cart(own.pk, customer.user).cart == own
    assert contents(own) == {milk.pk: 1}
    assert Cart.objects.count() == 1


def test_somebody_elses_cart_cannot_be_claimed():
    theirs = factories.cart(owner=factories.customer())
    with refused("NOT_FOUND", "cartId"):
        services.claim_cart(theirs.pk, factories.user())


def test_an_ordered_guest_cart_cannot_be_claimed():
    guest = factories.cart()
    Cart.objects.update(status=CartStatus.ORDERED)
    with refused("CART_CLOSED", "cartId"):
        services.claim_cart(guest.pk, factories.user())
