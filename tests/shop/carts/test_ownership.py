"""Who may use which cart. A cart that is somebody else's answers like one that never was."""

import uuid

import pytest
from django.contrib.auth.models import AnonymousUser

from shop.carts import services
from shop.carts.models import Cart, CartStatus
from shop.carts.services import LineInput, LineUpdate
from tests import factories
from tests.shop.refusals import refused

pytestmark = pytest.mark.django_db

OPERATIONS = {
    "see": services.lock_cart,
    "lock": services.lock_open_cart,
    "add": lambda cart_id, caller: services.add_lines(cart_id, caller, [LineInput(1, 1)]),
    "update": lambda cart_id, caller: services.update_lines(cart_id, caller, [LineUpdate(1, 1)]),
    "remove": lambda cart_id, caller: services.remove_lines(cart_id, caller, [1]),
}

every_operation = pytest.mark.parametrize("operate", OPERATIONS.values(), ids=OPERATIONS)


@pytest.fixture
def owner():
    return factories.user()


@pytest.fixture
def callers(owner):
    return {
        "guest": AnonymousUser(),
        "owner": owner,
        "other": factories.customer().user,
        "account that never bought": factories.user(),
        "staff": factories.staff(),
    }


@pytest.mark.parametrize("who", ["guest", "owner", "other", "account that never bought", "staff"])
def test_whoever_knows_the_id_may_use_a_guests_cart(who, callers):
    cart = factories.cart()
    assert services.lock_cart(cart.pk, callers[who]) == cart
    assert services.lock_cart(str(cart.pk), callers[who]) == cart


@pytest.mark.parametrize("who", ["owner", "staff"])
def test_owner_and_staff_may_use_a_customers_cart(who, callers, owner):
    cart = services.create_cart(owner).cart
    assert services.lock_cart(cart.pk, callers[who]) == cart


@every_operation
@pytest.mark.parametrize("who", ["guest", "other", "account that never bought"])
def test_a_customers_cart_is_not_found_by_anybody_else(who, operate, callers, owner):
    cart = services.create_cart(owner).cart
    with refused("NOT_FOUND", "cartId"):
        operate(cart.pk, callers[who])


@every_operation
@pytest.mark.parametrize("who", ["guest", "owner", "staff"])
@pytest.mark.parametrize(
    "cart_id", [uuid.UUID(int=7), "no-uuid", "", None, 12, "x" * 10_000, "\0"], ids=repr
)
def test_unknown_and_malformed_ids_are_not_found(cart_id, who, operate, callers):
    with refused("NOT_FOUND", "cartId"):
        operate(cart_id, callers[who])


@every_operation
@pytest.mark.parametrize("who", ["guest", "owner", "staff"])
def test_a_merged_cart_is_dead_for_everybody(who, operate, callers):
    cart = factories.cart()
    Cart.objects.update(status=CartStatus.MERGED)
    with refused("NOT_FOUND", "cartId"):
        operate(cart.pk, callers[who])


def test_a_foreign_id_answers_word_for_word_like_an_unknown_one(owner):
    foreign = services.create_cart(owner).cart.pk
    answers = set()
    for cart_id in (foreign, uuid.UUID(int=7)):
        with pytest.raises(services.NotFound) as caught:
            services.lock_cart(cart_id, AnonymousUser())
        answers.add((caught.value.code, caught.value.message, caught.value.field))
    assert answers == {("NOT_FOUND", "There is no such cart.", ("cartId",))}


def test_an_ordered_cart_can_still_be_seen():
    cart = factories.cart()
    Cart.objects.update(status=CartStatus.ORDERED)
    assert services.lock_cart(cart.pk, AnonymousUser()) == cart
