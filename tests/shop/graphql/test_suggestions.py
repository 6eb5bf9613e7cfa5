"""Frequently bought with, through the whole stack."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from strawberry.django.context import StrawberryDjangoContext

from shop.catalog.models import PublicationState, Variant
from shop.graphql.schema import schema
from tests import factories
from tests.shop.graphql.conftest import global_id

EDGES = """edges { score source reason pairOrders support confidence lift
                   becauseOf { code } node { code title } }"""
LINES = """totalQuantity cost { totalAmount { amount } }
    lines(first: 50) { edges { node {
      quantity cost { amount } merchandise { sku price { amount } product { title } }
    } } }"""
CART_ALONE = f"query($id: ID!) {{ cart(id: $id) {{ {LINES} }} }}"
CART = f"""query($id: ID!, $first: Int!) {{ cart(id: $id) {{ {LINES}
    frequentlyBoughtWith(first: $first) {{ modelVersion {EDGES} }} }} }}"""
PAGE = """query($first: Int!) { products(first: $first) { edges { node {
    code title
    frequentlyBoughtWith(first: 4) {
      edges { reason becauseOf { title } node { title priceRange { minVariantPrice { amount } } } }
    } } } } }"""


def run_async(ask):
    """Runs it as a server would; its thread's connection would keep the test database in use."""

    async def answer_and_close():
        answer = await ask()
        await sync_to_async(connections.close_all)()
        return answer

    return asyncio.run(answer_and_close())


def statements(captured):
    """Without the savepoints that a test's own transaction asks for."""
    return [query for query in captured if "SAVEPOINT" not in query["sql"]]


def cart_of(*products, quantity=1):
    return factories.cart([(product.variants.get(), quantity) for product in products])


def suggested(api, cart, first=4):
    answer = api(CART, id=global_id(cart), first=first)
    return answer["cart"]["frequentlyBoughtWith"]["edges"]


def test_a_cart_gets_what_goes_with_it_and_why(api, trained):
    first, second, *_ = suggested(api, cart_of(trained[0]))
    # P00 is in half of its group's 60 orders; a partner of the group is in many of those
    assert first["source"] == second["source"] == "BOUGHT_TOGETHER"
    assert first["node"]["code"] in {f"P{n:02}" for n in range(10)}
    assert first["becauseOf"] == [{"code": "P00"}]
    assert first["reason"] == f"In {first['pairOrders']} of 30 orders with Product P00"
    assert first["confidence"] == pytest.approx(first["pairOrders"] / 30)
    assert first["support"] == pytest.approx(first["pairOrders"] / 240)
    assert first["lift"] == pytest.approx(first["confidence"] / (30 / 240))
    assert first["score"] >= second["score"]


def test_what_is_in_the_cart_is_never_suggested_whichever_variant(api, trained):
    large = factories.variant(trained[1], sku="P01-L")
    shown = suggested(api, factories.cart([(large, 1)]), first=50)
    codes = [edge["node"]["code"] for edge in shown]
    assert "P01" not in codes
    assert len(codes) == len(set(codes)) == 39


def test_what_is_not_for_sale_is_never_suggested(api, trained):
    cart = cart_of(trained[0])
    best = [edge["node"]["code"] for edge in suggested(api, cart)]
    Variant.objects.filter(product__code=best[0]).update(stock=0)
    type(trained[0]).objects.filter(code=best[1]).update(state=PublicationState.ARCHIVED)
    type(trained[0]).objects.filter(code=best[2]).delete()
    now = [edge["node"]["code"] for edge in suggested(api, cart)]
    assert len(now) == 4
    assert set(best[:3]).isdisjoint(now)


def test_when_evidence_runs_out_popular_products_follow_and_say_so(api, trained):
    shown = suggested(api, cart_of(trained[0]), first=12)
    sources = [edge["source"] for edge in shown]
    together = sources.count("BOUGHT_TOGETHER")
    assert 0 < together < 12
    assert sources == ["BOUGHT_TOGETHER"] * together + ["POPULAR"] * (12 - together)
    last = shown[-1]
    assert last["reason"] == "Popular in this store"
    assert (last["becauseOf"], last["pairOrders"], last["lift"]) == ([], None, None)


def test_products_and_any_basket_get_the_same_answer(api, trained):
    one = global_id(trained[3])
    answer = api(
        """query($id: ID!) {
             product(id: $id) { frequentlyBoughtWith { nodes { code } } }
             suggestions(productIds: [$id]) { nodes { code } modelVersion pageInfo { hasNextPage } }
             everything: suggestions(productIds: []) { edges { source } }
           }""",
        id=one,
    )
    nodes = answer["product"]["frequentlyBoughtWith"]["nodes"]
    assert len(nodes) == 4
    assert answer["suggestions"]["nodes"] == nodes
    assert answer["suggestions"]["modelVersion"].startswith("v")
    assert [edge["source"] for edge in answer["everything"]["edges"]] == ["POPULAR"] * 4


def test_before_the_first_version_a_cart_still_answers(api):
    answer = api(CART, id=global_id(cart_of(factories.product())), first=4)["cart"]
    assert answer["totalQuantity"] == 1
    assert answer["frequentlyBoughtWith"] == {"modelVersion": None, "edges": []}


@pytest.mark.parametrize("first", [-1, 101])
def test_a_page_out_of_range_is_refused_by_name(api, trained, first):
    answer = api.post(CART, id=global_id(cart_of(trained[0])), first=first)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "first" in error["message"]
    assert "100" in error["message"]


class TestQueryCounts:
    """Through the WSGI stack: the test client runs the handler and every middleware."""

    def test_a_cart_of_twenty_lines_pays_three_more_for_suggestions(self, api, trained):
        """What is known of a version's orders stays in the process, so the second time counts."""
        cart = cart_of(*trained[::2])
        assert cart.lines.count() == 20
        counts = {}
        for name, query in {"cold": CART, "warm": CART, "without": CART_ALONE}.items():
            with CaptureQueriesContext(connection) as captured:
                api(query, id=global_id(cart), first=4)
            counts[name] = len(statements(captured))
        assert counts == {"without": 2, "warm": 5, "cold": 6}

    def test_a_page_of_products_costs_the_same_whatever_its_size(self, api, trained):
        counts = []
        api(PAGE, first=40)  # a process asks once for the orders of a product
        for first in (2, 40):
            with CaptureQueriesContext(connection) as captured:
                page = api(PAGE, first=first)["products"]["edges"]
            assert len(page) == first
            assert all(len(e["node"]["frequentlyBoughtWith"]["edges"]) == 4 for e in page)
            counts.append(len(statements(captured)))
        assert counts == [6, 6]

    def test_suggestions_of_suggestions_are_one_more_batch(self, api, trained):
        query = """query($first: Int!) { products(first: $first) { edges { node {
            frequentlyBoughtWith { nodes { frequentlyBoughtWith { nodes { title } } } } } } } }"""
        counts = []
        api(query, first=20)
        for first in (2, 20):
            with CaptureQueriesContext(connection) as captured:
                api(query, first=first)
            counts.append(len(statements(captured)))
        assert counts == [7, 7]


def test_the_async_executor_answers_the_same(transactional_db, rf, trained):
    """For hosts that serve GraphQL by an async view."""
    request = rf.post("/graphql/")
    request.user = AnonymousUser()
    context = StrawberryDjangoContext(request=request, response=None)

    result = run_async(lambda: schema.execute(PAGE, {"first": 10}, context_value=context))
    assert result.errors is None
    assert len(result.data["products"]["edges"]) == 10
    again = schema.execute_sync(PAGE, {"first": 10}, context_value=context)
    assert result.data == again.data
    shown = result.data["products"]["edges"][0]["node"]["frequentlyBoughtWith"]["edges"]
    assert len(shown) == 4
    assert shown[0]["becauseOf"] == [{"title": "Product P00"}]


@pytest.mark.django_db(transaction=True)
def test_the_endpoint_answers_under_asgi(async_client):
    factories.product("P1")
    body = json.dumps({"query": "{ products { edges { node { code } } } }"})

    response = run_async(
        lambda: async_client.post("/graphql/", body, content_type="application/json")
    )
    assert json.loads(response.content) == {
        "data": {"products": {"edges": [{"node": {"code": "P1"}}]}}
    }
