"""Page views of the middleware: after the page, and cheap."""

import pytest
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path

from analytics.middleware import page_view_middleware
from analytics.models import Event, Visitor
from analytics.services import ingest
from tests.analytics.requests import CHROME, browser

pytestmark = pytest.mark.django_db(transaction=True)


def answer(request, response=None):
    response = response or HttpResponse("<h1>Tea</h1>")
    return page_view_middleware(lambda request: response)(request)


def test_a_page_is_recorded_when_it_has_been_sent():
    request = browser("/tea?size=1", referer="https://duckduckgo.com/")
    response = answer(request)
    assert not Event.objects.exists()
    request.close()
    event = Event.objects.get()
    assert (event.kind, event.path, event.source, event.device) == (
        "PAGE_VIEW", "/tea", "search", "desktop",
    )  # fmt: skip
    assert event.visitor == Visitor.objects.get().pseudonym
    assert response.cookies["visitor"]["httponly"]


def test_a_known_visitor_costs_one_statement():
    cookie = answer(browser()).cookies["visitor"].value
    with CaptureQueriesContext(connection) as queries:
        request = browser(cookies={"visitor": cookie})
        response = answer(request)
        request.close()
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
    request = request_of()
    response = answer(request, response)
    request.close()
    assert not Event.objects.exists()
    assert response.cookies == {}


def test_a_failure_costs_nobody_the_page(monkeypatch, caplog):
    def fail(*args):
        raise RuntimeError("disk full")

    monkeypatch.setattr(ingest, "store", fail)
    request = browser()
    answer(request)
    request.close()
    assert "disk full" in caplog.text


@pytest.fixture
def site(settings):
    """A client of a site with pages of its own, and the middlewares of that site around ours."""

    def client_of(*outer):
        settings.ROOT_URLCONF = __name__
        settings.MIDDLEWARE = [*outer, "analytics.middleware.page_view_middleware"]
        return Client(headers={"user-agent": CHROME})

    return client_of


GREETING = HttpResponse("hello")
urlpatterns = [
    path("tea/", lambda request: HttpResponse("<h1>Tea</h1>")),
    path("hello/", lambda request: GREETING),
]


def test_a_page_that_the_browser_still_has_is_a_page_view(site):
    client = site("django.middleware.http.ConditionalGetMiddleware")
    tag = client.get("/tea/")["ETag"]
    assert client.get("/tea/", headers={"if-none-match": tag}).status_code == 304
    assert Event.objects.count() == 2


def test_a_page_may_be_kept_in_a_cache(site):
    client = site(
        "django.middleware.cache.UpdateCacheMiddleware",
        "django.middleware.cache.FetchFromCacheMiddleware",
    )
    assert client.get("/tea/").content == client.get("/tea/").content == b"<h1>Tea</h1>"
    assert Event.objects.exists()


def test_a_response_that_is_sent_again_and_again_stays_as_it_is(site):
    client = site()
    before = GREETING.close
    for _ in range(3):
        client.get("/hello/")
    assert GREETING.close == before
    assert Event.objects.count() == 3
