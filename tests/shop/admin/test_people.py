"""Customers, accounts and carts."""

import pytest
from django.urls import reverse

from shop.carts.models import Cart
from shop.customers.models import Customer, User
from tests import factories
from tests.shop.admin.pages import listed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["Ann Archer", "ann@example.com", "EXT-7", "annie"])
def test_customers_are_found_by_name_email_external_id_and_account(admin_client, text):
    ann = factories.customer(
        name="Ann Archer",
        email="ann@example.com",
        external_id="EXT-7",
        user=factories.user("annie"),
    )
    factories.customer(name="Bob")

    assert listed(admin_client, Customer, q=text) == [ann]


def test_customer_page_links_to_the_orders(admin_client):
    ann = factories.customer(name="Ann Archer")
    order = factories.order(["TEA"], customer=ann)
    factories.order(["TEA"])

    page = admin_client.get(reverse("admin:customers_customer_change", args=[ann.pk]))
    url = f"{reverse('admin:orders_order_changelist')}?customer__id__exact={ann.pk}"

    assert f'<a href="{url}">1</a>' in page.content.decode()
    assert list(admin_client.get(url).context["cl"].result_list) == [order]


def test_new_password_is_stored_as_a_hash(admin_client):
    url = reverse("admin:customers_user_add")
    data = {"username": "eve", "password1": "long enough 77", "password2": "long enough 77"}

    admin_client.post(url, data | {"usable_password": "true"})

    assert User.objects.get(username="eve").check_password("long enough 77")


def test_carts_are_found_by_the_start_of_their_id(admin_client):
    cart = factories.cart()
    Cart.objects.create()

    assert listed(admin_client, Cart, q=str(cart.pk)[:8]) == [cart]
    assert listed(admin_client, Cart, q=str(cart.pk)) == [cart]


def test_carts_are_found_by_their_owner(admin_client):
    cart = factories.cart(owner=factories.customer(name="Ann Archer"))
    factories.cart()

    assert listed(admin_client, Cart, q="Archer") == [cart]


def test_cart_page_shows_its_lines(admin_client):
    cart = factories.cart([(factories.product("TEA", title="Green tea").variants.get(), 3)])

    html = admin_client.get(reverse("admin:carts_cart_change", args=[cart.pk])).content.decode()

    assert ("<p>Green tea</p>" in html, "<p>3</p>" in html) == (True, True)
