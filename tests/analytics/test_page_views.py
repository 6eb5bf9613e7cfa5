"""Page views of the middleware: after the page, and cheap."""

import pytest
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.test.utils import CaptureQueriesContext

from analytics.middleware import page_view_middleware
from analytics.models import Event, Visitor
from analytics.services import ingest
from tests.analytics.requests import browser

pytestmark = pytest.mark.django_db(transaction=True)


def answer(request, response=None):
    response = response or HttpResponse("<h1>Tea</h1>")
    return page_view_middleware(lambda request: response)(request)


def test_a_page_is_recorded_when_it_has_been_sent():
    response = answer(browser("/tea?size=1", referer="https://duckduckgo.com/"))
    assert not Event.objects.exists()
    response.close()
    event = Event.objects.get()
    assert (event.kind, event.path, event.source, event.device) == (
        "PAGE_VIEW", "/tea", "search", "desktop",
    )  # fmt: skip
    assert event.visitor == Visitor.objects.get().pseudonym
    assert response.cookies["visitor"]["httponly"]


def test_a_known_visitor_costs_one_statement():
    cookie = answer(browser()).cookies["visitor"].value
    with CaptureQueriesContext(connection) as queries:
        response = answer(browser(cookies={"visitor": cookie}))
        response.close()
    assert [one["sql"][:6] for one in queries if one["sql"][:6] in ("SELECT", "INSERT")] == [
        "INSERT"
    ]
    assert response.cookies == {}


@pytest.mark.parametrize(
    ("request_of", "response"),
    [
        (browser, JsonResponse({})),
        (browser, HttpResponse("not found", status=404)),
        (lambda: browser(sec_purpose="prefetch"), None),
        (lambda: browser(dnt="1"), None),
        (lambda: browser(user_agent="curl/8"), None),
    ],
    ids=["JSON", "404", "fetched ahead", "Do Not Track", "bot"],
)
def test_what_is_no_page_view(request_of, response):
    response = answer(request_of(), response)
    response.close()
    assert not Event.objects.exists()
    assert response.cookies == {}


def test_a_failure_costs_nobody_the_page(monkeypatch, caplog):
    def fail(*args):
        raise RuntimeError("disk full")

    monkeypatch.setattr(ingest, "store", fail)
    response = answer(browser())
    response.close()
    assert response.closed
    assert "disk full" in caplog.text
