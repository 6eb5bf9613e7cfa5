"""Staff who may only look can change nothing, and see what they may look at."""

import pytest
from django.urls import reverse

from shop.catalog.models import Variant
from shop.orders.models import Order, OutboxMessage, OutboxState
from tests import factories
from tests.shop.admin.pages import filled_in, run_action
from tests.shop.admin.rows import MAKERS, SHOP_MODELS, url_name

pytestmark = pytest.mark.django_db

each_model = pytest.mark.parametrize("model", SHOP_MODELS, ids=lambda model: model.__name__)
catalogue_page = pytest.mark.parametrize("page", ["import", "export"])


def name(model, verb):
    return f"{model._meta.app_label}.{verb}_{model._meta.model_name}"


@pytest.fixture
def viewer(client):
    """Staff who may view everything and nothing more."""
    models = [*SHOP_MODELS, Variant]
    client.force_login(factories.staff(*(name(model, "view") for model in models)))
    return client


def test_guests_are_sent_to_the_login(client):
    page = client.get(reverse("admin:catalog_product_changelist"))

    assert page.status_code == 302
    assert page.url.startswith(reverse("admin:login"))


@each_model
def test_staff_without_permission_see_nothing(client, model):
    client.force_login(factories.staff())

    assert client.get(reverse(url_name(model, "changelist"))).status_code == 403


@each_model
def test_viewer_sees_list_and_page_and_is_offered_nothing_to_do(viewer, model):
    made = MAKERS[model](1)

    page = viewer.get(reverse(url_name(model, "changelist")))
    change = viewer.get(reverse(url_name(model, "change"), args=[made.pk]))

    assert page.context["action_form"] is None
    assert not change.context["has_change_permission"]
    assert b'name="_save"' not in change.content


@each_model
@pytest.mark.parametrize("page", ["add", "change", "delete"])
def test_viewer_can_post_nothing(viewer, model, page):
    made = MAKERS[model](1)
    args = [] if page == "add" else [made.pk]

    response = viewer.post(reverse(url_name(model, page), args=args), {"post": "yes"})

    assert response.status_code == 403
    assert model._default_manager.filter(pk=made.pk).exists()


@pytest.mark.parametrize("action", ["publish", "archive", "delete_selected"])
def test_viewer_can_run_no_action_on_products(viewer, action):
    product = factories.product(state="DRAFT")

    run_action(viewer, action, [product])

    product.refresh_from_db()
    assert product.state == "DRAFT"


def test_viewer_can_not_move_an_order(viewer):
    order = factories.order(["TEA"])

    run_action(viewer, "move_to_confirmed", [order])

    assert Order.objects.get().status == "PENDING"


def test_viewer_can_not_retry_a_message(viewer):
    message = OutboxMessage.objects.create(topic="order.placed", state=OutboxState.DEAD)

    run_action(viewer, "retry", [message])

    assert OutboxMessage.objects.get().state == OutboxState.DEAD


@pytest.mark.parametrize("page", ["import", "export", "process_import"])
def test_viewer_can_neither_import_nor_export(viewer, page):
    assert viewer.post(reverse(f"admin:catalog_product_{page}"), {}).status_code == 403


@catalogue_page
def test_viewer_is_not_offered_import_and_export(viewer, page):
    html = viewer.get(reverse("admin:catalog_product_changelist")).content.decode()

    assert reverse(f"admin:catalog_product_{page}") not in html


def test_export_needs_the_permission_to_change_products(client):
    client.force_login(factories.staff("catalog.view_product", "catalog.change_product"))

    assert client.get(reverse("admin:catalog_product_export")).status_code == 200


IMPORT_PERMISSIONS = (
    "catalog.add_product",
    "catalog.change_product",
    "catalog.add_variant",
    "catalog.change_variant",
    "catalog.add_category",
)


def test_import_opens_with_every_permission_it_needs(client):
    client.force_login(factories.staff(*IMPORT_PERMISSIONS))

    assert client.get(reverse("admin:catalog_product_import")).status_code == 200


@pytest.mark.parametrize("missing", IMPORT_PERMISSIONS)
def test_import_is_refused_without_any_one_of_them(client, missing):
    client.force_login(factories.staff(*(set(IMPORT_PERMISSIONS) - {missing})))

    assert client.get(reverse("admin:catalog_product_import")).status_code == 403


def test_change_of_products_alone_changes_no_price(client):
    product = factories.product(price="10.00")
    client.force_login(
        factories.staff("catalog.change_product", "catalog.view_product", "catalog.view_variant")
    )
    url = reverse("admin:catalog_product_change", args=[product.pk])
    data = filled_in(client, url) | {
        "variants-TOTAL_FORMS": 1,
        "variants-INITIAL_FORMS": 1,
        "variants-0-id": product.variants.get().pk,
        "variants-0-price": "0.01",
    }

    client.post(url, data)

    assert str(product.variants.get().price) == "10.00"
