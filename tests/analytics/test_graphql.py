"""`trackEvents` as clients call it."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.models import Event, Visitor
from tests import accounts
from tests.analytics.requests import CHROME

pytestmark = pytest.mark.django_db(transaction=True)

TRACK = """
mutation Track($events: [EventInput!]!) {
  trackEvents(events: $events) {
    accepted
    trackingAllowed
    visitorId
    userErrors { field message }
  }
}
"""


@pytest.fixture
def track(client):
    def call(*events, **headers):
        sent = {"user-agent": CHROME} | {k.replace("_", "-"): v for k, v in headers.items()}
        body = json.dumps({"query": TRACK, "variables": {"events": events}})
        response = client.post("/graphql/", body, content_type="application/json", headers=sent)
        return response.json()["data"]["trackEvents"]

    return call


def view(id="1", **fields):
    return {"id": id, "kind": "PRODUCT_VIEW", "productKey": "TEA"} | fields


def test_a_client_without_cookies_gets_its_id_to_send_back(track, client):
    answer = track(view("1"), view("2", kind="PURCHASE"))
    assert answer == {
        "accepted": 1,
        "trackingAllowed": True,
        "visitorId": answer["visitorId"],
        "userErrors": [
            {
                "field": ["events", "1", "kind"],
                "message": "Legal: PAGE_VIEW, PRODUCT_VIEW, SEARCH, CHECKOUT_START, IMPRESSION, "
                "CLICK.",
            }
        ],
    }
    assert client.cookies == {}
    again = track(view("3"), x_visitor_id=answer["visitorId"])
    assert again["visitorId"] == answer["visitorId"]
    assert set(Event.objects.values_list("visitor", "product_key")) == {
        (Visitor.objects.get().pseudonym, "TEA")
    }


def test_all_that_a_client_may_say_is_kept(track):
    track(
        view(
            "1", kind="SEARCH", at="2020-01-01T00:00:00Z", path="/find?q=tea", referrer="",
            cartKey="C", query=" tea ", results=0, quantity=2, position=3, payload={"a": [1]},
        )
    )  # fmt: skip
    event = Event.objects.get()
    assert (event.received_at - event.at).total_seconds() == 24 * 3600
    assert (event.path, event.source, event.query) == ("/find", "direct", "tea")
    assert (event.results, event.quantity, event.position) == (0, 2, 3)
    assert (event.payload, len(event.cart_key)) == ({"a": [1]}, 32)


def test_nothing_is_said_of_whoever_must_not_be_tracked(track):
    assert track(view(), sec_gpc="1") == {
        "accepted": 0,
        "trackingAllowed": False,
        "visitorId": None,
        "userErrors": [],
    }


def test_a_browser_gets_a_cookie_that_scripts_cannot_read(client, track):
    client.cookies["csrftoken"] = "x" * 32
    track(view())
    cookie = client.cookies["visitor"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 31536000)


def test_a_batch_is_one_insert(track):
    visitor_id = track(view("0"))["visitorId"]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        track(*[view(str(n)) for n in range(1, 21)], x_visitor_id=visitor_id)
    statements = [one["sql"] for one in queries if one["sql"].startswith(("SELECT", "INSERT"))]
    assert len(statements) == 1
    assert Event.objects.count() == 21


def test_the_account_is_the_person(client, track):
    user = accounts.user()
    client.force_login(user)
    track(view())
    assert Event.objects.get().person == str(user.pk)
