"""What clients send: each event is checked by itself and stored once."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.models import Event, Visitor
from analytics.services.client_events import MAX_EVENTS, ClientEvent, Refusal, clamp, track
from tests.analytics.requests import browser

pytestmark = pytest.mark.django_db(transaction=True)


TOKEN_READER = "tests.analytics.test_client_events.read_token"


def read_token(text):
    """Knows one token."""
    if text != "good":
        raise ValueError("Not made here.")
    return SimpleNamespace(surface="home", version="v3", arm="7/new")


def event(id="e1", kind="PAGE_VIEW", **fields):
    return ClientEvent(id=id, kind=kind, **fields)


def refusals(*events, **headers):
    return track(events, browser(**headers)).refusals


def test_a_page_view_becomes_a_row():
    sent = datetime.now(UTC) - timedelta(minutes=5)
    one = event(path="/sale?utm_source=x", at=sent, referrer="", payload={"theme": "dark"})
    answer = track([one], browser())
    assert (answer.accepted, answer.refusals) == (1, [])
    row = Event.objects.get()
    assert (row.kind, row.path, row.source, row.device) == (
        "PAGE_VIEW", "/sale", "campaign", "desktop",
    )  # fmt: skip
    assert (row.at, row.payload, row.person, row.scope) == (sent, {"theme": "dark"}, "", "default")
    assert row.visitor == answer.caller.visitor == Visitor.objects.get().pseudonym


def test_an_event_sent_twice_is_stored_once():
    request = browser()
    visitor_id = track([event("a"), event("a"), event("b")], request).caller.visitor_id
    again = track([event("b"), event("c")], browser(x_visitor_id=visitor_id))
    assert again.accepted == 2
    assert Event.objects.count() == 3
    assert Visitor.objects.count() == 1


def test_the_same_id_from_another_device_is_another_event():
    track([event("a")], browser())
    track([event("a")], browser())
    assert (Event.objects.count(), Visitor.objects.count()) == (2, 2)


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"kind": "PURCHASE"}, "kind", "Legal: PAGE_VIEW, PRODUCT_VIEW, SEARCH"),
        ({"id": ""}, "id", "Make up an id"),
        ({"id": "x" * 65}, "id", "At most 64 characters."),
        ({"path": "sale"}, "path", "A path starts with a slash."),
        ({"path": "/\0"}, "path", "Text must not contain NUL"),
        ({"query": "\ud800"}, "query", "Text must not contain NUL"),
        ({"at": datetime(2026, 3, 1)}, "at", "A time needs its offset"),
        ({"quantity": 0}, "quantity", "Legal: 1 to 2,147,483,647."),
        ({"results": -1}, "results", "Legal: 0 to 2,147,483,647."),
        ({"payload": [1]}, "payload", "Must be a JSON object."),
        ({"payload": {"a": float("nan")}}, "payload", "Must be a JSON object."),
        ({"payload": {"a": "x" * 2048}}, "payload", "At most 2,048 bytes as JSON."),
        ({"payload": {"a": "\0"}}, "payload", "Text must not contain NUL"),
        ({"token": "made up"}, "token", "Not made here."),
    ],
)
def test_a_bad_event_is_refused_by_itself(fields, field, message, settings):
    settings.ANALYTICS = {"TOKEN_READER": TOKEN_READER}
    (refusal,) = refusals(event("good"), event(**fields))
    assert refusal.field == ("events", "1", field)
    assert message in refusal.message
    assert Event.objects.count() == 1


def test_a_batch_has_a_limit():
    assert refusals(*[event(str(n)) for n in range(MAX_EVENTS + 1)]) == [
        Refusal(("events",), "101 events: send at most 100 at once.")
    ]
    assert not Event.objects.exists()


def test_a_token_says_which_list_it_came_from(settings):
    settings.ANALYTICS = {"TOKEN_READER": TOKEN_READER}
    track([event("1", kind="CLICK", token="good"), event("2", token="good")], browser())
    for row in Event.objects.all():
        assert (row.surface, row.version, row.arm) == ("home", "v3", "7/new")
        assert len(row.token) == 32
    assert Event.objects.values("token").distinct().count() == 1


@given(
    st.one_of(st.none(), st.datetimes(timezones=st.timezones())),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 744),
)
def test_a_clock_is_believed_within_bounds(at, received, hours):
    limit = timedelta(hours=hours)
    clamped = clamp(at, received, limit)
    assert received - limit <= clamped <= received
    if at is not None and received - limit <= at <= received:
        assert clamped == at
