"""The JSON view: what it answers, what it refuses, and who may keep the answer."""

import json

import pytest
from django.core.management import call_command
from django.test import RequestFactory

from recommendations.services.tokens import read_token
from recommendations.stores.base import Offer
from recommendations.views import suggestions
from tests.recommendations.conftest import add_orders, configure

pytestmark = pytest.mark.django_db


@pytest.fixture
def trained(store):
    add_orders(store, "tea cup", "tea cup", "tea cup jam", "jam bread")
    call_command("train_recommendations", force=True, verbosity=0)
    return store


def get(query="", **headers):
    return suggestions(RequestFactory().get(f"/?{query}", headers=headers))


def body(response):
    return json.loads(response.content)


def test_what_goes_with_a_product(trained):
    response = get("products=tea&first=1")
    assert response.status_code == 200
    answer = body(response)
    assert read_token(answer["token"]).seeds == ("tea",)
    (shown,) = answer["suggestions"]
    assert shown["key"] == "cup"
    assert shown["title"] == "CUP"
    assert shown["url"] is None  # a store of plain records has no pages
    assert shown["reason"] == "In 3 of 3 orders with TEA"
    assert (shown["support"], shown["confidence"], shown["lift"]) == (0.75, 1.0, 4 / 3)


def test_products_together_make_a_basket_and_variants_stand_for_their_product(trained):
    trained.variants["cup-blue"] = "cup"
    shown = body(get("products=tea&products=cup-blue&products=never"))["suggestions"]
    assert [one["key"] for one in shown] == ["jam", "bread"]


def test_only_the_caller_may_keep_the_answer(trained):
    response = get("products=tea")
    assert response["Cache-Control"] == "private, max-age=60"
    assert response["Vary"] == "Cookie, Accept-Language"


def test_availability_is_the_callers(trained, monkeypatch):
    def offers(self, keys, actor, scope, attributes=()):
        member = actor.request.headers.get("Member") == "yes"
        return {key: Offer(key, key, available=key != "cup" or member) for key in keys}

    monkeypatch.setattr(type(trained), "offers", offers)
    assert "cup" not in [one["key"] for one in body(get("products=tea"))["suggestions"]]
    shown = body(get("products=tea", Member="yes"))["suggestions"]
    assert shown[0]["key"] == "cup"


def test_before_the_first_training_the_answer_is_empty(store):
    answer = body(get("products=tea"))
    assert (answer["modelVersion"], answer["suggestions"]) == (None, [])


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("", "products", "Give 1 to 100 keys, one in each 'products', not 0."),
        ("products=", "products", "Give 1 to 100 keys, one in each 'products', not 0."),
        ("products=x&" * 101, "products", "Give 1 to 100 keys, one in each 'products', not 101."),
        ("products=x&first=101", "first", "A number from 0 to 100, not '101'."),
        ("products=x&first=-1", "first", "A number from 0 to 100, not '-1'."),
        ("products=x&first=²", "first", "A number from 0 to 100, not '²'."),
        ("products=x&first=", "first", "A number from 0 to 100, not ''."),
        ("products=x&scope=mars", "scope", "There is no scope 'mars': legal are default."),
        (
            "product=x",
            "product",
            "There is no parameter 'product': legal are products, first, scope.",
        ),
    ],
)
def test_what_is_wrong_is_named_with_what_is_legal(store, query, field, message):
    response = get(query)
    assert response.status_code == 400
    assert response["Cache-Control"] == "no-store"
    (problem,) = body(response)["errors"]
    assert problem == {"code": "BAD_USER_INPUT", "field": field, "message": message}


def test_each_scope_has_its_own_suggestions(store, settings):
    add_orders(store, "tea cup", "tea cup")
    configure(settings, SCOPES=("nl", "be"), STORE="tests.recommendations.conftest.current_store")
    call_command("train_recommendations", scope="be", force=True, verbosity=0)
    assert body(get("products=tea"))["suggestions"] == []
    assert [one["key"] for one in body(get("products=tea&scope=be"))["suggestions"]] == ["cup"]


def test_nothing_can_be_posted():
    assert suggestions(RequestFactory().post("/")).status_code == 405
