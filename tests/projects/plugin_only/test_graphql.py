"""Suggestion fields on a host's own types, through its own view."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from strawberry.relay import to_base64

from tests.projects.plugin_only.toystore.models import Maker, Toy, WishList

PRODUCTS = """{ products { name frequentlyBoughtWith(first: 2) {
    modelVersion edges { source reason pairOrders becauseOf { name } node { name maker { name } } }
} } }"""
BASKETS = "{ baskets { name frequentlyBoughtWith(first: 1) { nodes { name } } } }"
ANY_BASKET = "query($ids: [ID!]!) { suggestions(productIds: $ids, first: 1) { nodes { name } } }"


@pytest.fixture
def ask(client):
    def ask(query, **variables):
        body = {"query": query, "variables": variables}
        answer = client.post("/graphql/", json.dumps(body), content_type="application/json").json()
        assert answer.get("errors") is None, answer["errors"]
        return answer["data"]

    return ask


def test_the_hosts_product_says_what_goes_with_it(ask, toy_box):
    Toy.objects.filter(name="Dress").update(maker=Maker.objects.create(name="Silk & Co"))
    by_name = {one["name"]: one["frequentlyBoughtWith"] for one in ask(PRODUCTS)["products"]}
    assert by_name["Doll"]["edges"][0] == {
        "source": "BOUGHT_TOGETHER",
        "reason": "In 30 of 30 orders with Doll",
        "pairOrders": 30,
        "becauseOf": [{"name": "Doll"}],
        "node": {"name": "Dress", "maker": {"name": "Silk & Co"}},
    }
    assert by_name["Doll"]["modelVersion"].startswith("v")


def test_the_hosts_basket_says_what_goes_with_all_in_it(ask, toy_box):
    wishes = WishList.objects.create(name="Birthday")
    wishes.lines.create(toy=toy_box["doll"])
    assert ask(BASKETS)["baskets"] == [
        {"name": "Birthday", "frequentlyBoughtWith": {"nodes": [{"name": "Dress"}]}}
    ]


def test_any_basket_by_the_ids_of_its_products(ask, toy_box):
    doll = to_base64("Product", toy_box["doll"].pk)
    assert ask(ANY_BASKET, ids=[doll])["suggestions"]["nodes"] == [{"name": "Dress"}]


def test_a_page_costs_the_same_whatever_its_size(ask, toy_box):
    def count(query):
        ask(query)  # a process asks once for the orders of a product
        with CaptureQueriesContext(connection) as captured:
            ask(query)
        return len(captured)

    # The page; the lists; two rounds of offers with makers and tags; nodes and reasons.
    before = count(PRODUCTS)
    for number in range(20):
        Toy.objects.create(name=f"Toy {number}")
    assert count(PRODUCTS) == before <= 8

    for _ in range(3):
        WishList.objects.create().lines.create(toy=toy_box["train"])
    few = count(BASKETS)
    for _ in range(12):
        WishList.objects.create().lines.create(toy=toy_box["doll"])
    assert count(BASKETS) == few <= 8
