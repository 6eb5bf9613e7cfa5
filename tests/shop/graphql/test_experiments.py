"""What a visitor did and which arm they are in, through the whole stack."""

import json

import pytest

from analytics.graphql.reports import PERMISSION
from analytics.models import Event
from recommendations.models import Arm, Experiment, Treatment
from recommendations.services import experiments
from tests import factories
from tests.accounts import staff
from tests.analytics.events import add_event
from tests.analytics.requests import CHROME
from tests.shop.graphql.conftest import global_id

TRACK = """mutation($events: [EventInput!]!) { trackEvents(events: $events) {
    accepted visitorId userErrors { field message } } }"""
VIEWED = "{ recentlyViewed(first: 3) { edges { source reason node { code } } } }"
CART = """query($id: ID!) { cart(id: $id) { totalQuantity
    frequentlyBoughtWith(first: 4) { token nodes { code } } } }"""


RESULTS = """{ analytics { experiments {
    runs { experiment surface visitors } arms { experiment arm visitors split verdict } } } }"""


@pytest.fixture
def ask(db, client):
    """Asks as a browser without cookies that sends its visitor id along."""

    def post(query, visitor="", **variables):
        client.cookies.clear()
        headers = {"user-agent": CHROME} | ({"x-visitor-id": visitor} if visitor else {})
        body = {"query": query, "variables": variables}
        response = client.post(
            "/graphql/", json.dumps(body), content_type="application/json", headers=headers
        )
        answer = json.loads(response.content)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    return post


@pytest.fixture
def track(ask, django_capture_on_commit_callbacks):
    def send(*events, visitor=""):
        with django_capture_on_commit_callbacks(execute=True):
            told = ask(TRACK, visitor, events=list(events))["trackEvents"]
        assert (told["accepted"], told["userErrors"]) == (len(events), [])
        return told["visitorId"]

    return send


def test_what_a_visitor_looked_at_comes_first(ask, track, trained):
    views = [
        {"id": f"{n}", "kind": "PRODUCT_VIEW", "productKey": code, "at": f"2020-01-0{n}T00:00:00Z"}
        for n, code in enumerate(["P07", "P23"], start=1)
    ]
    visitor = track(*views[:1])
    track(views[1], visitor=visitor)
    shown = ask(VIEWED, visitor)["recentlyViewed"]["edges"]
    assert [(edge["node"]["code"], edge["source"]) for edge in shown[:2]] == [
        ("P23", "VIEWED"), ("P07", "VIEWED"),
    ]  # fmt: skip
    assert shown[0]["reason"] == "You looked at this"
    assert shown[2]["source"] == "POPULAR"
    assert {e["source"] for e in ask(VIEWED)["recentlyViewed"]["edges"]} == {"POPULAR"}


def test_what_somebody_else_looked_at_on_this_device_is_not_told(ask, track, trained):
    visitor = track({"id": "1", "kind": "PRODUCT_VIEW", "productKey": "P07"})
    Event.objects.update(person="ann")
    shown = [*ask(VIEWED, visitor)["recentlyViewed"]["edges"]]
    shown += ask(VIEWED.replace("recentlyViewed", "recommendedForYou"), visitor)[
        "recommendedForYou"
    ]["edges"]
    assert {edge["source"] for edge in shown} == {"POPULAR"}
    Event.objects.update(person="")
    assert ask(VIEWED, visitor)["recentlyViewed"]["edges"][0]["source"] == "VIEWED"


def test_a_hold_out_keeps_its_cart_and_its_impression_names_the_arm(ask, track, trained):
    made = Experiment.objects.create(name="Hold-out", surface="frequently_bought_with")
    Arm.objects.create(experiment=made, name="control", is_control=True)
    Arm.objects.create(experiment=made, name="none", treatment=Treatment.NOTHING)
    experiments.start(made)
    cart = global_id(factories.cart([(trained[0].variants.get(), 1)]))
    shown = {}
    for number in range(20):
        visitor = track({"id": f"{number}", "kind": "PAGE_VIEW", "path": "/"})
        answer = ask(CART, visitor, id=cart)["cart"]
        assert answer["totalQuantity"] == 1
        suggestions = answer["frequentlyBoughtWith"]
        track({"id": "seen", "kind": "IMPRESSION", "token": suggestions["token"]}, visitor=visitor)
        shown[len(suggestions["nodes"])] = Event.objects.filter(kind="IMPRESSION").latest("pk").arm
    assert shown == {0: f"{made.pk}/none", 4: f"{made.pk}/control"}
    assert len(ask(CART, id=cart)["cart"]["frequentlyBoughtWith"]["nodes"]) == 4


def test_staff_ask_for_the_results_by_the_names_of_experiments_and_arms(trained, client):
    made = Experiment.objects.create(name="Hold-out", surface="frequently_bought_with")
    for name, treatment in (("control", Treatment.LIVE), ("none", Treatment.NOTHING)):
        Arm.objects.create(
            experiment=made, name=name, treatment=treatment, is_control=name == "control"
        )
    experiments.start(made)
    add_event(kind="IMPRESSION", visitor="a", arm=f"{made.pk}/control")
    add_event(kind="IMPRESSION", visitor="b", arm=f"{made.pk}/none")
    client.force_login(staff(PERMISSION))
    response = client.post("/graphql/", {"query": RESULTS}, content_type="application/json")
    found = response.json()["data"]["analytics"]["experiments"]
    surface = "frequently_bought_with"
    assert found["runs"] == [{"experiment": "Hold-out", "surface": surface, "visitors": 2}]
    assert found["arms"] == [
        {
            "experiment": "Hold-out",
            "arm": "control",
            "visitors": 1,
            "split": 1,
            "verdict": "control",
        },
        {"experiment": "Hold-out", "arm": "none", "visitors": 1, "split": 1, "verdict": "not yet"},
    ]
