from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from shop.catalog.models import Attribute, Category, Product, PublicationState, Variant
from tests import factories
from tests.shop.admin.pages import filled_in, listed, messages, run_action
from tests.shop.admin.rows import category

pytestmark = pytest.mark.django_db


def change_url(product):
    return reverse("admin:catalog_product_change", args=[product.pk])


def test_list_shows_price_range_and_total_stock(admin_client):
    product = factories.product("TEA", price="3.50", stock=4)
    factories.variant(product, price="12.00", stock=5)

    html = admin_client.get(reverse("admin:catalog_product_changelist")).content.decode()

    assert '<td class="field-prices">3.50 – 12.00</td>' in html
    assert '<td class="field-stock">9</td>' in html


def test_list_shows_a_single_price_once(admin_client):
    factories.product(price="3.50")

    html = admin_client.get(reverse("admin:catalog_product_changelist")).content.decode()

    assert '<td class="field-prices">3.50</td>' in html


def test_list_shows_a_product_without_variants(admin_client):
    factories.product().variants.all().delete()

    html = admin_client.get(reverse("admin:catalog_product_changelist")).content.decode()

    assert '<td class="field-prices">–</td>' in html
    assert '<td class="field-stock">0</td>' in html


@pytest.mark.parametrize("text", ["TEA-1", "Green leaves", "SKU-9"])
def test_search_by_code_title_and_sku(admin_client, text):
    tea = factories.product("TEA-1", title="Green leaves")
    factories.variant(tea, sku="SKU-9")
    factories.product("COFFEE")

    assert listed(admin_client, Product, q=text) == [tea]


def test_search_that_matches_two_variants_leaves_the_total_stock_right(admin_client):
    tea = factories.product("TEA", stock=4)
    factories.variant(tea, sku="TEA-L", stock=5)

    assert [row.total_stock for row in listed(admin_client, Product, q="TEA")] == [9]


def test_filter_by_state(admin_client):
    factories.product()
    draft = factories.product(state=PublicationState.DRAFT)

    assert listed(admin_client, Product, state__exact="DRAFT") == [draft]


def test_filter_by_category_takes_in_what_is_below(admin_client):
    food = category("Food")
    fruit = category("Fruit", food)
    category("Toys")
    apple = factories.product(category=fruit)
    factories.product(category=Category.objects.get(name="Toys"))

    assert listed(admin_client, Product, category=food.path) == [apple]


def test_publish_says_what_changed_and_what_did_not(admin_client):
    draft = factories.product(state=PublicationState.DRAFT)
    published = factories.product()

    page = run_action(admin_client, "publish", [draft, published])

    draft.refresh_from_db()
    assert draft.state == PublicationState.PUBLISHED
    assert messages(page) == ["1 set to Published. 1 had that state already."]
    assert LogEntry.objects.get().object_id == str(draft.pk)


def test_archive(admin_client):
    product = factories.product()

    page = run_action(admin_client, "archive", [product])

    product.refresh_from_db()
    assert product.state == PublicationState.ARCHIVED
    assert messages(page) == ["1 set to Archived."]


def test_code_is_fixed_once_the_product_exists(admin_client):
    product = factories.product("TEA")
    data = filled_in(admin_client, change_url(product)) | {"code": "OTHER", "title": "Green tea"}

    admin_client.post(change_url(product), data)

    product.refresh_from_db()
    assert (product.code, product.title) == ("TEA", "Green tea")


def test_add_product_with_variant_and_attribute(admin_client):
    brand = Attribute.objects.create(name="Brand", slug="brand")
    url = reverse("admin:catalog_product_add")
    data = filled_in(admin_client, url) | {
        "code": "TEA",
        "title": "Tea",
        "slug": "tea",
        "variants-TOTAL_FORMS": 1,
        "variants-0-sku": "TEA-L",
        "variants-0-options": '{"size": "L"}',
        "variants-0-price": "3.50",
        "variants-0-stock": 7,
        "variants-0-position": 0,
        "attributes-TOTAL_FORMS": 1,
        "attributes-0-attribute": brand.pk,
        "attributes-0-value": "Leaf & Co",
    }

    assert admin_client.post(url, data).status_code == 302

    variant = Variant.objects.get(product__code="TEA")
    assert (variant.sku, variant.options, variant.price, variant.stock) == (
        "TEA-L",
        {"size": "L"},
        Decimal("3.50"),
        7,
    )
    assert [str(attribute) for attribute in variant.product.attributes.all()] == [
        "Brand: Leaf & Co"
    ]


@pytest.mark.parametrize("options", ["[1]", '{"size": {"eu": 40}}', '{"size": null}', "7"])
def test_options_other_than_plain_values_are_refused(admin_client, options):
    product = factories.product()
    data = filled_in(admin_client, change_url(product)) | {"variants-0-options": options}

    page = admin_client.post(change_url(product), data)

    assert "Write a JSON object of names and texts or numbers" in page.content.decode()


def test_new_price_leaves_the_stock_that_was_sold_meanwhile(admin_client):
    product = factories.product(price="10.00", stock=10)
    data = filled_in(admin_client, change_url(product)) | {"variants-0-price": "12.00"}
    product.variants.update(stock=7)

    assert admin_client.post(change_url(product), data).status_code == 302

    variant = product.variants.get()
    assert (variant.price, variant.stock) == (Decimal("12.00"), 7)


def test_new_stock_is_refused_when_goods_were_sold_meanwhile(admin_client):
    product = factories.product(stock=10)
    data = filled_in(admin_client, change_url(product)) | {"variants-0-stock": 20}
    product.variants.update(stock=7)

    page = admin_client.post(change_url(product), data)

    assert "Stock was 10 when this page was opened and is 7 now." in page.content.decode()
    assert product.variants.get().stock == 7


def test_new_stock_is_saved(admin_client):
    product = factories.product(stock=10)
    data = filled_in(admin_client, change_url(product)) | {"variants-0-stock": 20}

    assert admin_client.post(change_url(product), data).status_code == 302

    assert product.variants.get().stock == 20


def test_categories_are_offered_as_a_tree(admin_client):
    category("Fruit", category("Food"))

    html = admin_client.get(reverse("admin:catalog_product_add")).content.decode()

    assert ">&nbsp;&nbsp;&nbsp;&nbsp;Fruit</option>" in html


def test_category_is_added_below_another(admin_client):
    food = category("Food")
    data = {
        "name": "Fruit",
        "slug": "fruit",
        "treebeard_position": "sorted-child",
        "treebeard_ref_node": food.pk,
    }

    admin_client.post(reverse("admin:catalog_category_add"), data)

    food.refresh_from_db()
    assert [child.name for child in Category.objects.get_children(food)] == ["Fruit"]


def test_category_with_others_below_it_is_not_deleted(admin_client):
    food = category("Food")
    category("Fruit", food)

    page = admin_client.post(
        reverse("admin:catalog_category_delete", args=[food.pk]), {"post": "yes"}
    )

    assert page.status_code == 403
    assert Category.objects.count() == 2


def test_category_with_others_below_it_is_not_deleted_from_the_list(admin_client):
    food = category("Food")
    category("Fruit", food)

    data = {"action": "delete_selected", "_selected_action": [food.pk], "post": "yes"}
    admin_client.post(reverse("admin:catalog_category_changelist"), data)

    assert Category.objects.count() == 2


def test_deleting_a_category_keeps_its_products(admin_client):
    toys = category("Toys")
    product = factories.product(category=toys)

    admin_client.post(reverse("admin:catalog_category_delete", args=[toys.pk]), {"post": "yes"})

    product.refresh_from_db()
    assert product.category is None
