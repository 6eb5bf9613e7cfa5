"""From an event to its row: after the commit, through a worker or without one."""

import asyncio
import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from celery import Celery, current_app
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from analytics import tasks
from analytics.middleware import page_view_middleware, visitor_middleware
from analytics.models import DailyFigure, Event, Visitor
from analytics.services import ingest
from analytics.services.facts import (
    Fact,
    record_follow_ups,
    record_person_facts,
    record_visitor_facts,
    take_back,
)
from analytics.services.rollup import roll_up
from analytics.services.visitors import identify
from tests.analytics.requests import browser

pytestmark = pytest.mark.django_db(transaction=True)

#: A port at which no broker answers.
NOBODY = "redis://127.0.0.1:1/0"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(**fields):
    defaults = {"key": uuid.uuid4(), "kind": "PAGE_VIEW", "at": NOON, "received_at": NOON}
    return Event(**defaults | fields)


@pytest.fixture
def request_of_visitor():
    """Of a device we know."""
    return browser(x_visitor_id=identify(browser(), issue=True).visitor_id)


def answer(request, view):
    """What Django does with a request, but for closing it."""

    def get_response(request):
        response = HttpResponse("<h1>Tea</h1>")
        view(response)
        return response

    return visitor_middleware(page_view_middleware(get_response))(request)


def during(request, *facts):
    """Records facts, each a kind and its values, while a request runs."""

    def view(response):
        for kind, values in facts:
            record_visitor_facts(kind, [Fact(**values)], response)

    answer(request, view)
    request.close()


def test_nothing_is_written_before_the_commit():
    with transaction.atomic():
        ingest.record([event()])
        assert not Event.objects.exists()
    assert Event.objects.count() == 1


def test_what_is_rolled_back_never_happened():
    with transaction.atomic():
        ingest.record([event()])
        transaction.set_rollback(True)
    assert not Event.objects.exists()


def test_one_event_is_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        ingest.record([event()])
    assert Event.objects.count() == 1


@pytest.mark.parametrize("together", [1, 2])
def test_an_event_that_is_stored_is_left_out(together):
    first = event(path="/first")
    ingest.record([first])
    again = [event(key=first.key, path="/again"), event()][:together]
    ingest.record(again)
    assert Event.objects.count() == together
    assert Event.objects.get(key=first.key).path == "/first"


def test_a_worker_writes_the_same_row_and_once(settings):
    settings.ANALYTICS = {"USE_CELERY": True}
    caller = identify(browser(), issue=True)
    one = event(amount=Decimal("9.90"), payload={"a": 1}, visitor=caller.visitor)
    ingest.record([one], caller)
    ingest.record([one], caller)
    stored = Event.objects.get()
    assert [getattr(stored, name) for name in ingest.COLUMNS] == [
        getattr(one, name) for name in ingest.COLUMNS
    ]
    assert Visitor.objects.get().pseudonym == caller.visitor


@pytest.fixture
def broker_down(monkeypatch):
    """A Celery app whose broker does not answer."""
    usual = current_app._get_current_object()
    Celery("down", broker=NOBODY, set_as_current=False).set_current()
    current_app.conf.task_publish_retry = False
    current_app.conf.broker_transport_options = {"max_retries": 1, "interval_start": 0}
    monkeypatch.setattr(ingest._Broker, "ask_from", 0.0)
    yield
    usual.set_current()


def test_with_the_broker_down_events_are_written_directly(settings, broker_down, caplog):
    settings.ANALYTICS = {"USE_CELERY": True}
    ingest.record([event()])
    assert Event.objects.count() == 1
    assert caplog.text.count("the broker took no events") == 1
    ingest.record([event()])  # without asking again
    assert Event.objects.count() == 2
    assert caplog.text.count("the broker took no events") == 1


def test_the_task_tries_again_while_the_database_is_down():
    assert OperationalError in tasks.store_events.autoretry_for
    assert tasks.store_events.max_retries is None


@given(st.lists(st.tuples(st.text("ab", max_size=2), st.text("ab", max_size=2)), max_size=20))
def test_keys_are_the_same_for_the_same_parts_only(pairs):
    assert len({ingest.key_of(*pair) for pair in pairs}) == len(set(pairs))


def test_every_key_is_one_that_the_database_takes():
    """MariaDB leaves out, without a word, a row with a UUID that it does not like."""
    ingest.store([event(key=ingest.key_of("visitor", str(number))) for number in range(500)])
    assert Event.objects.count() == 500


def test_a_fact_belongs_to_whoever_sends_the_request(request_of_visitor):
    values = {"cart_key": "C1", "product_key": "TEA", "quantity": 2, "amount": Decimal(5)}
    during(request_of_visitor, ("CART_ADD", values))
    stored = Event.objects.get(kind="CART_ADD")
    assert stored.visitor == identify(request_of_visitor).visitor
    assert (stored.product_key, stored.quantity, stored.amount) == ("TEA", 2, 5)
    assert stored.device == "desktop"


def test_a_new_device_gets_one_id_with_the_response(request_of_visitor):
    del request_of_visitor.META["HTTP_X_VISITOR_ID"]

    def view(response):
        record_visitor_facts("PRODUCT_VIEW", [Fact(product_key="TEA")], response)
        record_visitor_facts("PRODUCT_VIEW", [Fact(product_key="CUP")], response)

    response = answer(request_of_visitor, view)
    request_of_visitor.close()
    known = browser(cookies={"visitor": response.cookies["visitor"].value})
    seen = set(Event.objects.values_list("visitor", flat=True))
    assert seen == {Visitor.objects.get().pseudonym} == {identify(known).visitor}


def test_a_query_is_cut_to_what_can_be_stored(request_of_visitor):
    during(request_of_visitor, ("SEARCH", {"query": " tea\0 " + "x" * 300, "results": 0}))
    stored = Event.objects.get(kind="SEARCH")
    assert (stored.query, stored.results) == ("tea " + "x" * 196, 0)


def test_a_fact_of_whoever_must_not_be_tracked_is_none(request_of_visitor):
    request_of_visitor.COOKIES["analytics_consent"] = "denied"
    during(request_of_visitor, ("CART_ADD", {}))
    assert not Event.objects.exists()


def test_a_request_writes_once_when_it_has_been_answered(request_of_visitor):
    facts = [("CART_ADD", {"product_key": "TEA"}), ("CART_REMOVE", {"product_key": "CUP"})]
    with CaptureQueriesContext(connection) as queries:
        during(request_of_visitor, *facts)
    inserts = [one["sql"] for one in queries if one["sql"].startswith("INSERT")]
    assert len(inserts) == 1
    kinds = Event.objects.order_by("kind").values_list("kind", flat=True)
    assert list(kinds) == ["CART_ADD", "CART_REMOVE", "PAGE_VIEW"]


def test_the_order_of_the_middlewares_does_not_matter(request_of_visitor):
    def view(request):
        record_visitor_facts("CART_ADD", [Fact()])
        return HttpResponse("<h1>Tea</h1>")

    page_view_middleware(visitor_middleware(view))(request_of_visitor)
    with CaptureQueriesContext(connection) as queries:
        request_of_visitor.close()
    assert len([one for one in queries if one["sql"].startswith("INSERT")]) == 1
    assert Event.objects.count() == 2


def test_nobody_waits_for_what_is_written(request_of_visitor):
    answer(request_of_visitor, lambda response: record_visitor_facts("SEARCH", [Fact()]))
    assert not Event.objects.exists()
    request_of_visitor.close()
    assert Event.objects.count() == 2


def test_in_a_request_what_is_rolled_back_never_happened(request_of_visitor):
    def view(response):
        with transaction.atomic():
            record_visitor_facts("CART_ADD", [Fact()])
            transaction.set_rollback(True)

    answer(request_of_visitor, view)
    request_of_visitor.close()
    assert Event.objects.get().kind == "PAGE_VIEW"


def test_what_comes_after_the_answer_is_written_by_itself(request_of_visitor):
    """As from a thread that goes on after the client has left."""
    during(request_of_visitor)
    ingest.record([event(kind="PURCHASE")], request=request_of_visitor)
    assert Event.objects.filter(kind="PURCHASE").count() == 1


def test_what_comes_too_late_and_cannot_be_stored_is_logged(
    request_of_visitor, monkeypatch, caplog
):
    def fail(*args):
        raise RuntimeError("disk full")

    during(request_of_visitor)
    monkeypatch.setattr(ingest, "store", fail)
    ingest.record([event()], request=request_of_visitor)
    assert "disk full" in caplog.text


def test_what_happened_before_a_request_broke_off_is_kept(request_of_visitor):
    def view(request):
        record_visitor_facts("PURCHASE", [Fact()])
        raise SystemExit

    with pytest.raises(SystemExit):
        visitor_middleware(view)(request_of_visitor)
    assert Event.objects.get().kind == "PURCHASE"


def test_what_happened_before_a_client_left_is_kept(request_of_visitor):
    """An asynchronous server cancels the task of a request whose client has gone."""

    async def view(request):
        await sync_to_async(record_visitor_facts)("PURCHASE", [Fact()])
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        async_to_sync(visitor_middleware(view))(request_of_visitor)
    assert Event.objects.get().kind == "PURCHASE"


def test_outside_of_a_request_there_is_no_visitor_to_ask():
    record_visitor_facts("PURCHASE", [Fact(once=("N1", "1"), order_key="N1")])
    assert not Event.objects.exists()


def test_what_is_told_twice_is_stored_once(request_of_visitor):
    fact = {"once": ("N1", "1"), "order_key": "N1"}
    during(request_of_visitor, ("PURCHASE", fact), ("PURCHASE", fact))
    assert Event.objects.get(kind="PURCHASE").order_key == "N1"


def test_nothing_is_stored_of_a_person_without_a_known_device():
    Visitor.objects.create(pseudonym="a" * 32, person="7")
    for person in ("7", "8", ""):
        record_person_facts("REVIEW", person, [Fact(rating=4)])
    assert list(Event.objects.values_list("kind", "person")) == [("REVIEW", "7")]


TEA = Fact(
    once=("N1", "1"), product_key="TEA", cart_key="C1", order_key="N1", quantity=2,
    amount=Decimal(5), currency="EUR", payload={"sku": "T"},
)  # fmt: skip


@pytest.fixture
def bought():
    """Stores the purchase of `TEA`, by whom a test says."""

    def store(**who):
        ingest.store([event(key=ingest.key_of("PURCHASE", "N1", "1"), kind="PURCHASE", **who)])

    return store


def test_a_refund_is_stored_where_its_purchase_is_and_for_the_same_person(bought):
    bought(person="7", scope="north")
    cup = Fact(once=("N1", "2"), order_key="N1", product_key="CUP")
    record_follow_ups("REFUND", "PURCHASE", [TEA, cup])
    record_follow_ups("REFUND", "PURCHASE", [TEA])
    refund = Event.objects.get(kind="REFUND")
    assert (refund.person, refund.visitor, refund.scope) == ("7", "", "north")
    assert (refund.product_key, refund.order_key, refund.quantity) == ("TEA", "N1", 2)
    assert refund.payload == {"sku": "T"}


def test_a_refund_of_a_purchase_that_names_nobody_leads_to_nobody(bought):
    bought(visitor="a" * 32)
    record_follow_ups("REFUND", "PURCHASE", [TEA])
    refund = Event.objects.get(kind="REFUND")
    assert (refund.product_key, refund.quantity, refund.amount) == ("TEA", 2, 5)
    assert (refund.person, refund.visitor, refund.order_key, refund.cart_key) == ("", "", "", "")
    assert refund.payload == {}


def test_a_purchase_that_is_taken_back_in_its_own_request_is_refunded(request_of_visitor):
    """As where the payment fails right after the order was placed."""

    def view(response):
        record_visitor_facts("PURCHASE", [TEA])
        record_follow_ups("REFUND", "PURCHASE", [TEA])

    answer(request_of_visitor, view)
    request_of_visitor.close()
    assert set(Event.objects.values_list("kind", "product_key")) == {
        ("PAGE_VIEW", ""), ("PURCHASE", "TEA"), ("REFUND", "TEA"),
    }  # fmt: skip


def test_what_may_be_followed_does_not_wait_for_a_worker(settings, monkeypatch):
    settings.ANALYTICS = {"USE_CELERY": True}
    queued = []
    monkeypatch.setattr(ingest, "_publish", lambda events, new: queued.append(events) or True)
    ingest.send([event(kind="PURCHASE"), event()])
    ingest.send([event()])
    assert [len(events) for events in queued] == [1]
    assert Event.objects.count() == 2


def test_what_is_taken_back_in_its_own_request_never_was(request_of_visitor):
    Visitor.objects.create(pseudonym="a" * 32, person="7")

    def view(response):
        record_person_facts("REVIEW", "7", [Fact(once=("1",), rating=1)])
        take_back("REVIEW", "1")
        record_person_facts("REVIEW", "7", [Fact(once=("1",), rating=5)])

    answer(request_of_visitor, view)
    request_of_visitor.close()
    assert Event.objects.get(kind="REVIEW").rating == 5


def test_what_follows_costs_one_query_however_many_lines_there_are(
    bought, django_assert_num_queries
):
    bought(person="7")
    with django_assert_num_queries(1):
        record_follow_ups("REFUND", "PURCHASE", [Fact(once=("N2", str(n))) for n in range(50)])
    assert not Event.objects.filter(kind="REFUND").exists()


def test_a_fact_that_is_taken_back_is_gone_and_may_come_again():
    Visitor.objects.create(pseudonym="a" * 32, person="7")
    facts = [
        Fact(once=(review,), product_key="TEA", rating=rating)
        for review, rating in (("r1", 1), ("r2", 4))
    ]
    record_person_facts("REVIEW", "7", facts)
    roll_up()
    take_back("REVIEW", "r1")
    take_back("REVIEW", "r3")
    roll_up()
    assert list(Event.objects.values_list("rating", flat=True)) == [4]
    assert DailyFigure.objects.get(measure="stars").sums == {"TEA": 4}
    record_person_facts("REVIEW", "7", [Fact(once=("r1",), product_key="TEA", rating=5)])
    roll_up()
    assert DailyFigure.objects.get(measure="stars").sums == {"TEA": 9}


def test_a_token_that_has_expired_since_is_left_out(request_of_visitor):
    during(request_of_visitor, ("PURCHASE", {"token": "made up"}))
    assert Event.objects.get(kind="PURCHASE").token == ""
