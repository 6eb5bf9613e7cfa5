from decimal import Decimal

import pytest
from strawberry.relay import to_base64

from shop.catalog.models import Category, PublicationState
from tests import factories
from tests.shop.graphql.conftest import global_id

PRODUCTS = """
    query($first: Int, $after: String, $filters: ProductFilter, $order: ProductOrder!,
          $search: String) {
      products(first: $first, after: $after, filters: $filters, order: $order, search: $search) {
        totalCount
        pageInfo { hasNextPage endCursor }
        edges { node { code } }
      }
    }"""


def codes(api, order="TITLE", **variables):
    page = api(PRODUCTS, order=order, **variables)["products"]
    return [edge["node"]["code"] for edge in page["edges"]]


def test_a_product_with_all_its_parts(api):
    food = Category.objects.add_root(instance=Category(name="Food", slug="food"))
    tea = Category.objects.add_child(food, instance=Category(name="Tea", slug="tea"))
    product = factories.product("T1", title="Sencha", slug="sencha", category=tea, price="4.50")
    factories.variant(product, sku="T1-L", price="8.25", stock=0, options={"size": "L"})
    shown = api(
        """query($slug: String) { product(slug: $slug) {
             id code title category { name depth parent { name parent { name } } }
             availableForSale
             priceRange { minVariantPrice { amount currencyCode } maxVariantPrice { amount } }
             variants { sku options price { amount } availableForSale }
           } }""",
        slug="sencha",
    )["product"]
    assert shown == {
        "id": global_id(product),
        "code": "T1",
        "title": "Sencha",
        "category": {"name": "Tea", "depth": 2, "parent": {"name": "Food", "parent": None}},
        "availableForSale": True,
        "priceRange": {
            "minVariantPrice": {"amount": "4.50", "currencyCode": "USD"},
            "maxVariantPrice": {"amount": "8.25"},
        },
        "variants": [
            {"sku": "T1", "options": {}, "price": {"amount": "4.50"}, "availableForSale": True},
            {
                "sku": "T1-L",
                "options": {"size": "L"},
                "price": {"amount": "8.25"},
                "availableForSale": False,
            },
        ],
    }


@pytest.mark.parametrize("state", [PublicationState.DRAFT, PublicationState.ARCHIVED])
def test_what_is_not_published_can_not_be_found(api, state):
    hidden = factories.product("H1", state=state)
    variant = hidden.variants.get()
    answer = api(
        """query($id: ID!, $slug: String, $variant: ID!) {
             byId: product(id: $id) { id }
             bySlug: product(slug: $slug) { id }
             byNode: node(id: $id) { id }
             variant: node(id: $variant) { id }
             products { totalCount }
           }""",
        id=global_id(hidden),
        slug=hidden.slug,
        variant=global_id(variant),
    )
    assert answer == {
        "byId": None,
        "bySlug": None,
        "byNode": None,
        "variant": None,
        "products": {"totalCount": 0},
    }


def test_pages_follow_each_other_and_cover_all_once(api):
    for n in range(7):
        factories.product(f"P{n}", title="The same title")
    seen, after = [], None
    while True:
        page = api(PRODUCTS, order="TITLE", first=3, after=after)["products"]
        assert page["totalCount"] == 7
        seen += [edge["node"]["code"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == [f"P{n}" for n in range(7)]


def test_a_page_without_a_size_ends(api):
    for n in range(23):
        factories.product(f"P{n:02}")
    assert len(codes(api)) == 20


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("TITLE", ["B", "A", "C"]),
        ("NEWEST", ["C", "B", "A"]),
        ("PRICE_ASC", ["C", "A", "B"]),
        ("PRICE_DESC", ["B", "A", "C"]),
    ],
)
def test_orders(api, order, expected):
    factories.product("A", title="bbb", price="2.00")
    factories.product("B", title="aaa", price="10.00")
    factories.product("C", title="ccc", price="1.00")
    assert codes(api, order=order) == expected
    pages = codes(api, order=order, first=2)
    assert pages == expected[:2]


def test_pages_by_price_follow_each_other(api):
    for n in range(5):
        factories.product(f"P{n}", price=f"{n % 2}.50")
    first = api(PRODUCTS, order="PRICE_ASC", first=3)["products"]
    rest = codes(api, order="PRICE_ASC", after=first["pageInfo"]["endCursor"])
    assert [edge["node"]["code"] for edge in first["edges"]] + rest == [
        "P0", "P2", "P4", "P1", "P3",
    ]  # fmt: skip


class TestFilters:
    @pytest.fixture(autouse=True)
    def products(self, db):
        food = Category.objects.add_root(instance=Category(name="Food", slug="food"))
        tea = Category.objects.add_child(food, instance=Category(name="Tea", slug="tea"))
        self.food, self.tea = food, tea
        factories.product("CUP", title="Blue cup", price="9.00")
        factories.product("JAM", title="Plum jam", category=self.food, price="3.00", stock=0)
        factories.product("TEA", title="Green tea", category=self.tea, price="5.00")

    def test_a_category_holds_those_below_it(self, api):
        assert codes(api, filters={"category": global_id(self.food)}) == ["TEA", "JAM"]
        assert codes(api, filters={"category": global_id(self.tea)}) == ["TEA"]

    def test_an_id_of_another_type_is_no_category(self, api):
        product = factories.product()
        assert codes(api, filters={"category": global_id(product)}) == []

    def test_availability(self, api):
        assert codes(api, filters={"available": True}) == ["CUP", "TEA"]
        assert codes(api, filters={"available": False}) == ["JAM"]

    def test_codes(self, api):
        assert codes(api, filters={"codes": ["TEA", "none"]}) == ["TEA"]

    def test_a_price_band_is_for_one_variant(self, api):
        cup = factories.product("SET", title="A set", price="1.00")
        factories.variant(cup, price="20.00")
        band = {"minPrice": str(Decimal(4)), "maxPrice": "10"}
        assert codes(api, filters=band) == ["CUP", "TEA"]

    def test_all_filters_hold_together(self, api):
        both = {"category": global_id(self.food), "available": True, "maxPrice": "5"}
        assert codes(api, filters=both) == ["TEA"]

    @pytest.mark.parametrize(
        ("search", "expected"),
        [("tea", ["TEA"]), ("blue CUP", ["CUP"]), ("green cup", []), ("jA", ["JAM"])],
    )
    def test_search_finds_every_word_in_title_or_code(self, api, search, expected):
        assert codes(api, search=search) == expected

    def test_categories_and_their_products(self, api):
        answer = api(
            """query($parent: ID) {
                 categories { edges { node { name products { edges { node { code } } } } } }
                 below: categories(parent: $parent) { edges { node { name } } }
               }""",
            parent=global_id(self.food),
        )
        shown = {
            edge["node"]["name"]: [p["node"]["code"] for p in edge["node"]["products"]["edges"]]
            for edge in answer["categories"]["edges"]
        }
        assert shown == {"Food": ["TEA", "JAM"], "Tea": ["TEA"]}
        assert answer["below"]["edges"] == [{"node": {"name": "Tea"}}]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"search": "word " * 21}, "'search' takes at most 20 words"),
        ({"filters": {"codes": ["x"] * 251}}, "'codes' takes at most 250 values"),
        ({"filters": {"minPrice": "NaN"}}, "'minPrice' must be from 0 to"),
        ({"filters": {"maxPrice": "1e400"}}, "'maxPrice' must be from 0 to"),
        ({"filters": {"minPrice": "-1"}}, "'minPrice' must be from 0 to"),
    ],
)
def test_values_out_of_range_are_refused_by_name(api, variables, message):
    (error,) = api.post(PRODUCTS, order="TITLE", **variables)["errors"]
    assert error["extensions"]["code"] == "INVALID"
    assert message in error["message"]


def test_ids_too_long_for_any_table_open_nothing(api):
    long = to_base64("Product", "9" * 5_000)
    answer = api(
        "query($id: ID!) { node(id: $id) { id } suggestions(productIds: [$id]) { nodes { id } } }",
        id=long,
    )
    assert answer == {"node": None, "suggestions": {"nodes": []}}
    short = to_base64("Product", "1")
    (error,) = api.post(
        "query($ids: [ID!]!) { suggestions(productIds: $ids) { nodes { id } } }", ids=[short] * 251
    )["errors"]
    assert "'productIds' takes at most 250 values" in error["message"]
