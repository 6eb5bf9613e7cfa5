"""The API as a front end uses it: JSON over HTTP."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from strawberry.relay import to_base64

from recommendations.services.training import train
from tests import factories


class Api:
    """Posts operations with a Django test client and gives back what the body says."""

    def __init__(self, client) -> None:
        self.client = client

    def __call__(self, query: str, **variables):
        answer = self.post(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def post(self, query: str, **variables):
        response = self.client.post(
            "/graphql/",
            json.dumps({"query": query, "variables": variables}),
            content_type="application/json",
        )
        return json.loads(response.content)


@pytest.fixture
def api(db, client) -> Api:
    return Api(client)


#: Types that are not called as their models are.
TYPE_NAMES = {"Message": "TicketMessage", "Variant": "ProductVariant"}


def global_id(instance) -> str:
    name = type(instance).__name__
    return to_base64(TYPE_NAMES.get(name, name), instance.pk)


@pytest.fixture
def trained(db):
    """Forty products in four groups of ten; six orders a day of five products of one group."""
    products = [factories.product(f"P{n:02}") for n in range(40)]
    customers = [factories.customer(user=None) for _ in range(30)]
    start = timezone.now() - timedelta(days=60)
    for number in range(240):
        group = number % 4
        codes = [f"P{group * 10 + (number // 4 + step * 3) % 10:02}" for step in range(5)]
        factories.order(
            codes,
            customer=customers[number % 30],
            placed_at=start + timedelta(hours=4 * number),
        )
    train()
    return products
