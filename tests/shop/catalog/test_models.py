"""Search, and what the database itself refuses, whoever writes to it."""

import pytest
from django.db.models import F

from shop.catalog.models import Attribute, Category, Product, PublicationState, Variant
from tests import factories
from tests.shop.refusals import refused_by_database

pytestmark = pytest.mark.django_db


def codes(products):
    return set(products.values_list("code", flat=True))


class TestProducts:
    def test_published(self):
        for state in PublicationState:
            factories.product(state.value, state=state)
        assert codes(Product.objects.published()) == {"PUBLISHED"}

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("lamp", {"L1", "L2"}),
            ("LAMP red", {"L1"}),
            ("red lamp", {"L1"}),
            ("l2", {"L2"}),
            ("lamp cup", set()),
            ("100%", {"C1"}),
            ("_", set()),
            ("  ", {"L1", "L2", "C1"}),
        ],
    )
    def test_search_wants_every_word_in_title_or_code(self, text, found):
        factories.product("L1", title="Red desk lamp")
        factories.product("L2", title="Blue lamp")
        factories.product("C1", title="Cup, 100% glass")
        assert codes(Product.objects.search(text)) == found

    def test_codes_are_unique_and_differ_by_case(self):
        factories.product("85123A")
        factories.product("85123a")
        assert Product.objects.get(code="85123a").code == "85123a"
        with refused_by_database():
            Product.objects.create(code="85123A", title="x", slug="x")

    def test_products_outlive_their_category(self):
        lamps = Category.objects.add_root(instance=Category(name="Lamps", slug="lamps"))
        product = factories.product(category=lamps)
        lamps.delete()
        product.refresh_from_db()
        assert product.category is None

    def test_an_attribute_has_one_value_a_product(self):
        brand = Attribute.objects.create(name="Brand", slug="brand")
        product = factories.product()
        product.attributes.create(attribute=brand, value="Acme")
        with refused_by_database():
            product.attributes.create(attribute=brand, value="Other")


class TestVariants:
    def test_stock_is_never_negative(self):
        variant = factories.variant(stock=1)
        with refused_by_database():
            Variant.objects.update(stock=-1)
        with refused_by_database():
            variant.product.variants.create(sku="OTHER", price=1, stock=-1)

    def test_stock_never_becomes_negative(self):
        factories.variant(stock=1)
        with refused_by_database():
            Variant.objects.update(stock=F("stock") - 2)
        assert Variant.objects.get().stock == 1

    def test_a_price_is_never_negative(self):
        variant = factories.variant()
        with refused_by_database():
            Variant.objects.update(price="-0.01")
        with refused_by_database():
            variant.product.variants.create(sku="OTHER", price="-0.01")

    def test_skus_are_unique_and_differ_by_case(self):
        small, large = factories.variant(sku="a1"), factories.variant(sku="A1")
        assert small != large
        with refused_by_database():
            factories.variant(small.product, sku="a1")
