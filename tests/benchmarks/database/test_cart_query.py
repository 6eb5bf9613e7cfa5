"""What suggestions add to the queries a front end sends, through the whole HTTP stack."""

from __future__ import annotations

import json
import time
from statistics import median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from strawberry.relay import to_base64

from recommendations.models import MerchandisingRule
from tests.benchmarks.database.published import full_cart, publish

RUNS = 60
CART = """query($id: ID!) { cart(id: $id) {
    totalQuantity cost { totalAmount { amount } }
    lines(first: 50) { edges { node {
      quantity cost { amount } merchandise { sku price { amount } product { title slug } }
    } } }
    %s
} }"""
PAGE = """{ products(first: 50) { edges { node {
    code title slug priceRange { minVariantPrice { amount } } %s
} } } }"""
CART_SUGGESTIONS = """frequentlyBoughtWith(first: 4) { token modelVersion edges {
    reason source pairOrders confidence lift becauseOf { title } node { title slug }
} }"""
PAGE_SUGGESTIONS = "frequentlyBoughtWith(first: 4) { nodes { title slug } }"


@pytest.fixture
def products(transactional_db):
    """Committed, as a test's own transaction would add a savepoint to every answer."""
    made = publish()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return made


def seconds(client, query: str, variables: dict) -> float:
    body = json.dumps({"query": query, "variables": variables})
    started = time.perf_counter()
    response = client.post("/graphql/", body, content_type="application/json")
    spent = time.perf_counter() - started
    answer = json.loads(response.content)
    assert "errors" not in answer, answer["errors"]
    return spent


def statements(client, query: str, variables: dict) -> int:
    with CaptureQueriesContext(connection) as captured:
        seconds(client, query, variables)
    return len([one for one in captured if "SAVEPOINT" not in one["sql"]])


def compare(client, work: str, query: str, added: str, variables: list[dict], goal: float) -> None:
    """The same query with and without suggestions, in turn."""
    contenders = {"with": query % added, "without": query % ""}
    spent: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(RUNS):
        for name, one in contenders.items():
            spent[name].append(seconds(client, one, variables[number % len(variables)]))
    warm = {name: median(times[5:]) * 1000 for name, times in spent.items()}
    counts = {name: statements(client, one, variables[0]) for name, one in contenders.items()}
    print(
        f"\n{work}: {warm['with']:.1f} ms with, {warm['without']:.1f} ms without suggestions, "
        f"{warm['with'] / warm['without']:.2f} × (goal ≤ {goal} ×), "
        f"{counts['with']} queries against {counts['without']}"
    )


def test_a_cart_of_twenty_lines(client, products):
    carts = [full_cart(products, start) for start in range(0, 200, 20)]
    variables = [{"id": to_base64("Cart", cart.pk)} for cart in carts]
    compare(client, "cart of 20 lines", CART, CART_SUGGESTIONS, variables, 1.25)


def test_a_page_of_fifty_products(client, products):
    compare(client, "page of 50 products", PAGE, PAGE_SUGGESTIONS, [{}], 1.6)


def test_the_first_request_after_a_rule_change(client, products):
    """With fifty rules; one of them changes before each request that is measured."""
    rules = MerchandisingRule.objects.bulk_create(
        MerchandisingRule(name=f"Rule {n}", effect="boost", factor=1.5, value=products[n].code)
        for n in range(50)
    )
    carts = [full_cart(products, start) for start in range(0, 200, 20)]
    variables = [{"id": to_base64("Cart", cart.pk)} for cart in carts]
    query = CART % CART_SUGGESTIONS
    usual, changed = [], []
    for number in range(RUNS):
        asked = variables[number % len(variables)]
        rules[number % len(rules)].save()
        changed.append(seconds(client, query, asked))
        usual += [seconds(client, query, asked) for _ in range(3)]
    warm, first = median(usual) * 1000, median(changed[5:]) * 1000
    print(
        f"\nfirst request after a rule change: {first:.1f} ms against {warm:.1f} ms, "
        f"{first / warm:.2f} × (goal ≤ 3 ×), the slowest {max(changed[5:]) * 1000:.1f} ms"
    )
