"""A login takes the guest's cart along, whatever the cookie says."""

import uuid

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.urls import reverse

from shop.carts import services
from shop.carts.models import Cart, CartStatus
from shop.receivers import CART_COOKIE
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return factories.staff()


@pytest.fixture
def log_in(client, user):
    """Through the login page, as a browser does it."""

    def submit():
        response = client.post(
            reverse("admin:login"), {"username": user.username, "password": factories.PASSWORD}
        )
        assert response.status_code == 302
        assert client.session["_auth_user_id"] == str(user.pk)

    return submit


def own_cart_of(user):
    cart = Cart.objects.get(customer__user=user, status=CartStatus.OPEN)
    return dict(cart.lines.values_list("variant_id", "quantity"))


def test_the_guests_lines_are_the_customers_after_login(client, user, log_in):
    milk = factories.variant()
    guest = factories.cart([(milk, 2)])
    client.cookies[CART_COOKIE] = str(guest.pk)
    log_in()
    assert own_cart_of(user) == {milk.pk: 2}
    with pytest.raises(services.NotFound):
        services.lock_cart(guest.pk, AnonymousUser())


def test_logging_in_twice_merges_once(client, user, log_in):
    milk = factories.variant()
    client.cookies[CART_COOKIE] = str(factories.cart([(milk, 2)]).pk)
    log_in()
    log_in()
    assert own_cart_of(user) == {milk.pk: 2}


def test_the_own_cart_in_the_cookie_stays_as_it_is(client, user, log_in):
    milk = factories.variant()
    cart = services.create_cart(user, [services.LineInput(milk.pk, 2)]).cart
    client.cookies[CART_COOKIE] = str(cart.pk)
    log_in()
    assert own_cart_of(user) == {milk.pk: 2}


@pytest.mark.parametrize("cookie", ["", "no-uuid", "x" * 5_000, str(uuid.UUID(int=7))])
def test_a_useless_cookie_keeps_nobody_from_logging_in(client, cookie, log_in):
    client.cookies[CART_COOKIE] = cookie
    log_in()
    assert not Cart.objects.exists()


@pytest.mark.parametrize("status", [CartStatus.ORDERED, CartStatus.MERGED])
def test_a_cart_that_is_done_with_keeps_nobody_from_logging_in(client, user, status, log_in):
    client.cookies[CART_COOKIE] = str(factories.cart([(factories.variant(), 1)]).pk)
    Cart.objects.update(status=status)
    log_in()
    assert not Cart.objects.filter(customer__user=user).exists()


def test_somebody_elses_cart_stays_theirs(client, log_in):
    theirs = factories.cart([(factories.variant(), 1)], owner=factories.customer())
    owner = theirs.customer
    client.cookies[CART_COOKIE] = str(theirs.pk)
    log_in()
    theirs.refresh_from_db()
    assert (theirs.customer, theirs.status, theirs.lines.count()) == (owner, "OPEN", 1)


def test_a_login_without_a_request_is_no_error(user):
    user_logged_in.send(sender=type(user), request=None, user=user)
    assert not Cart.objects.exists()


def test_a_refused_login_takes_nothing(client, user):
    guest = factories.cart([(factories.variant(), 1)])
    client.cookies[CART_COOKIE] = str(guest.pk)
    client.post(reverse("admin:login"), {"username": user.username, "password": "wrong"})
    guest.refresh_from_db()
    assert (guest.status, guest.lines.count()) == ("OPEN", 1)
