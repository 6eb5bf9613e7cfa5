"""The suggestion fields beside frequentlyBoughtWith, as a front end asks for them."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from strawberry import relay

from recommendations.services.tokens import read_token
from recommendations.services.training import train_all
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = """query($category: ID) {
    trending(first: 2, category: $category) { edges { source node { code } } }
    recommendedForYou(first: 1) { edges { source node { code } } token }
    buyAgain(first: 1) { edges { source reason node { code } } }
}"""


@pytest.fixture
def trained(settings):
    settings.RECOMMENDATIONS = settings.RECOMMENDATIONS | {
        "MIN_PAIR_ORDERS": 1, "MIN_PAIR_BUYERS": 1,
    }  # fmt: skip
    food = factories.category("Food")
    factories.product("tea", title="Green tea", category=food)
    factories.product("chai", title="Black tea", category=food)
    factories.product("cup", title="Cup")
    ann = factories.customer()
    long_ago = timezone.now() - timedelta(days=10)
    factories.order(["tea"], customer=ann, placed_at=long_ago)
    for _ in range(3):
        factories.order(["tea", "cup"], customer=factories.customer(user=None), placed_at=long_ago)
    factories.order(["chai"], placed_at=long_ago)
    train_all()
    return ann, relay.to_base64("Category", food.pk)


def codes(connection):
    return [(edge["node"]["code"], edge["source"]) for edge in connection["edges"]]


def test_a_customer_gets_what_goes_with_their_own_orders(api, client, trained):
    ann, food = trained
    client.force_login(ann.user)
    page = api(PAGE, category=food)
    assert codes(page["trending"]) == [("tea", "TRENDING"), ("chai", "TRENDING")]
    assert codes(page["recommendedForYou"]) == [("cup", "PERSONAL")]
    assert codes(page["buyAgain"]) == [("tea", "PERSONAL")]
    day = date_format(timezone.now() - timedelta(days=10), "DATE_FORMAT")
    assert page["buyAgain"]["edges"][0]["reason"] == f"You bought this on {day}"
    token = read_token(page["recommendedForYou"]["token"])
    assert (token.surface, token.seeds) == ("recommended_for_you", ("tea",))


def test_a_guest_gets_nobodys_orders(api, trained):
    page = api(PAGE)
    assert codes(page["recommendedForYou"]) == [("tea", "POPULAR")]
    assert codes(page["buyAgain"]) == [("tea", "POPULAR")]


def test_an_unknown_category_has_what_is_popular(api, trained):
    page = api(PAGE, category=relay.to_base64("Category", 999_999))
    assert codes(page["trending"]) == [("tea", "POPULAR"), ("cup", "POPULAR")]


def test_similar_products_of_a_page_are_one_batch(api, trained, django_assert_max_num_queries):
    query = """{ products(first: 3) { edges { node { code similarProducts(first: 1) {
        edges { source reason node { code } becauseOf { code } } } } } } }"""
    with django_assert_max_num_queries(12):
        page = api(query)["products"]["edges"]
    similar = {edge["node"]["code"]: edge["node"]["similarProducts"]["edges"][0] for edge in page}
    assert similar["tea"]["node"] == {"code": "chai"}
    assert similar["tea"]["source"] == "SIMILAR"
    assert similar["tea"]["reason"] == "Similar to Green tea: Food, tea"
    assert similar["tea"]["becauseOf"] == [{"code": "tea"}]
