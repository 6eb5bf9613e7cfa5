"""Every page of the shop's admin opens, and none asks the database once a row."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shop.carts.models import Cart
from shop.catalog.models import Attribute
from shop.customers.models import ErasureReceipt
from shop.orders.models import Order, OrderImport, OrderStatus, OutboxMessage
from shop.orders.services import change_status
from shop.reviews.models import Review
from shop.support.models import Ticket
from tests import factories
from tests.shop.admin.rows import MAKERS, SHOP_MODELS, url_name

pytestmark = pytest.mark.django_db

WITHOUT_ADD = {Cart, ErasureReceipt, Order, OrderImport, OutboxMessage, Review, Ticket}

each_model = pytest.mark.parametrize("model", SHOP_MODELS, ids=lambda model: model.__name__)


def queries(client, url):
    client.get(url)  # fills the caches of content types and permissions
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_every_shop_model_that_admin_knows_is_tested_here():
    assert set(SHOP_MODELS) == set(MAKERS)


@each_model
def test_list_and_change_page_open(admin_client, model):
    made = MAKERS[model](1)

    assert admin_client.get(reverse(url_name(model, "changelist"))).status_code == 200
    assert admin_client.get(reverse(url_name(model, "change"), args=[made.pk])).status_code == 200


@each_model
def test_add_page_opens_where_something_may_be_added(admin_client, model):
    expected = 403 if model in WITHOUT_ADD else 200

    assert admin_client.get(reverse(url_name(model, "add"))).status_code == expected


@each_model
def test_list_takes_as_many_queries_for_12_rows_as_for_2(admin_client, model):
    url = reverse(url_name(model, "changelist"))
    for number in range(2):
        MAKERS[model](number)
    for_two = queries(admin_client, url)
    for number in range(2, 12):
        MAKERS[model](number)

    assert queries(admin_client, url) == for_two


@each_model
def test_search_of_the_list_opens(admin_client, model):
    made = MAKERS[model](1)

    found = admin_client.get(reverse(url_name(model, "changelist")), {"q": str(made.pk)})

    assert found.status_code == 200


def test_product_page_takes_as_many_queries_for_12_variants_as_for_2(admin_client):
    made = factories.product()
    url = reverse("admin:catalog_product_change", args=[made.pk])

    def add(number):
        factories.variant(made)
        attribute = Attribute.objects.create(name=f"A{number}", slug=f"a{number}")
        made.attributes.create(attribute=attribute, value="x")

    add(1)
    for_two_variants = queries(admin_client, url)
    for number in range(2, 12):
        add(number)

    assert made.variants.count() == 12
    assert queries(admin_client, url) == for_two_variants


def test_order_page_takes_as_many_queries_for_12_lines_as_for_2(admin_client, admin_user):
    def page(codes):
        order = factories.order(codes, customer=factories.customer())
        for status in [OrderStatus.CONFIRMED, OrderStatus.PAID][: len(codes) // 2]:
            change_status(order, status, by=admin_user)
        return reverse("admin:orders_order_change", args=[order.pk])

    two_lines = page(["A1", "A2"])
    twelve_lines = page([f"A{number}" for number in range(1, 13)])

    assert queries(admin_client, twelve_lines) == queries(admin_client, two_lines)


def test_cart_page_takes_as_many_queries_for_12_lines_as_for_2(admin_client):
    def page(lines):
        cart = factories.cart([(factories.variant(), 1) for _ in range(lines)])
        return reverse("admin:carts_cart_change", args=[cart.pk])

    assert queries(admin_client, page(12)) == queries(admin_client, page(2))
