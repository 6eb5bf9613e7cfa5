import json
import logging
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.urls import path
from hypothesis import given
from hypothesis import strategies as st

from shop.graphql.view import GraphQLView
from tests.shop.graphql import toy

urlpatterns = [path("graphql/", GraphQLView.as_view(schema=toy.schema))]

pytestmark = pytest.mark.urls(__name__)

URL = "/graphql/"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def post(body: Any, client: Client | None = None, **extra: Any) -> HttpResponse:
    """Bytes and text go as they are, everything else as JSON."""
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    # The client leaves the type of an empty body out unless it is told twice.
    extra["headers"] = {"Content-Type": "application/json"} | extra.get("headers", {})
    return (client or Client()).post(URL, data, content_type="application/json", **extra)


def refusal(response: HttpResponse) -> tuple[int, str]:
    (error,) = response.json()["errors"]
    assert error["message"]
    return response.status_code, error["extensions"]["code"]


class TestPost:
    def test_answers_a_query(self) -> None:
        response = post({"query": "{ latest(first: 1) { title } }"})
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/json"
        assert "no-store" in response.headers["Cache-Control"]
        assert response.json() == {"data": {"latest": [{"title": "Tea"}]}}

    def test_takes_variables_and_the_name_of_an_operation(self) -> None:
        query = "query a { __typename } query b($t: String!) { echo(text: $t) }"
        response = post({"query": query, "variables": {"t": "é"}, "operationName": "b"})
        assert response.json() == {"data": {"echo": "é"}}

    def test_takes_text_that_looks_like_an_escape(self) -> None:
        body = {"query": "query ($t: String!) { echo(text: $t) }", "variables": {"t": r"\u0000"}}
        assert post(body).json() == {"data": {"echo": r"\u0000"}}

    def test_null_is_as_good_as_absent(self) -> None:
        body = {"query": "{ __typename }", "variables": None, "operationName": None}
        assert post(body).json() == {"data": {"__typename": "Query"}}

    def test_headers_and_cookies_of_resolvers_survive(self) -> None:
        response = post({"query": "mutation { remember }"})
        assert response.json() == {"data": {"remember": True}}
        assert response.cookies["visitor"].value == "v1"
        assert response.headers["X-Remembered"] == "yes"

    def test_errors_come_with_the_data(self) -> None:
        assert post({"query": 'mutation { fail(how: "bug") }'}).json() == {
            "data": {"fail": None},
            "errors": [
                {
                    "message": "Internal error",
                    "locations": [{"line": 1, "column": 12}],
                    "path": ["fail"],
                    "extensions": {"code": "INTERNAL_SERVER_ERROR"},
                }
            ],
        }

    def test_limits_hold(self) -> None:
        body = {"query": "{ products(first: 101) { total } }"}
        assert refusal(post(body)) == (200, "BAD_USER_INPUT")

    def test_runs_under_asgi(self) -> None:
        response = async_to_sync(AsyncClient().post)(
            URL, {"query": "{ __typename }"}, content_type="application/json"
        )
        assert response.json() == {"data": {"__typename": "Query"}}


class TestBadRequests:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"3",
            b'"query"',
            b"{",
            b"\xff\xfe{}",
            b"\xef\xbb\xbf{}",
            b'{"query": "{ __typename }", "variables": {"x": NaN}}',
            b'{"query": "{ __typename }", "variables": {"x": -Infinity}}',
            b"[" * 100_000,
            b'{"x":' * 40_000,
            b'{"query": ' + b"9" * 5_000 + b"}",
            [{"query": "{ __typename }"}],
            {},
            {"query": None},
            {"query": ""},
            {"query": ["{ __typename }"]},
            {"query": "{ __typename }", "variables": []},
            {"query": "{ __typename }", "variables": "{}"},
            {"query": "{ __typename }", "operationName": 1},
            {"query": "{ __typename }", "operationName": "other"},
            {"query": "query a { __typename }", "operationName": ""},
            {"query": "fragment a on Query { __typename }"},
            {"query": "{ __typename }", "operationName": "\0"},
            {"query": "{ __typename }", "variables": {"x": [{"y": "a\0b"}]}},
            {"query": "{ __typename }", "variables": {"\ud800": 1}},
            {"query": "{ __typename }", "operationName": "\udfff"},
            {"query": "{ __typename } # \ud800"},
            {"query": r'{ echo(text: "\u0000") }'},
            {"query": r'{ echo(text: "\u{0}") }'},
        ],
    )
    def test_answer_400_quietly(self, body: Any, caplog: pytest.LogCaptureFixture) -> None:
        assert refusal(post(body)) == (400, "BAD_USER_INPUT")
        assert not [r for r in caplog.records if r.levelno >= logging.ERROR or r.exc_info]

    def test_a_document_deeper_than_the_stack(self, caplog: pytest.LogCaptureFixture) -> None:
        assert refusal(post({"query": "{a" * 7_000})) == (200, "GRAPHQL_PARSE_FAILED")
        assert not caplog.records

    def test_variables_deeper_than_the_stack(self) -> None:
        body = b'{"query": "{ __typename }", "variables": {"x": ' + b"[" * 900 + b"]" * 900 + b"}}"
        assert post(body).json() == {"data": {"__typename": "Query"}}

    def test_a_document_has_at_most_15_000_bytes(self) -> None:
        # 16 bytes before what the comment says; an é has 2.
        query = "{ __typename } #"
        assert post({"query": query + "x" * (15_000 - 16)}).status_code == 200
        assert refusal(post({"query": query + "x" * (15_000 - 15)})) == (413, "DOCUMENT_TOO_LARGE")
        assert refusal(post({"query": query + "é" * 7_493})) == (413, "DOCUMENT_TOO_LARGE")

    def test_a_body_has_at_most_256_kib(self) -> None:
        body = json.dumps({"query": "{ __typename }"})
        assert post(body.ljust(256 * 1024)).status_code == 200
        assert refusal(post(body.ljust(256 * 1024 + 1))) == (413, "BODY_TOO_LARGE")

    @pytest.mark.parametrize(
        "content_type",
        [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/graphql",
            "",
        ],
    )
    def test_anything_but_json_is_unsupported(self, content_type: str) -> None:
        response = Client().post(URL, '{"query": "{ __typename }"}', content_type=content_type)
        assert refusal(response) == (415, "UNSUPPORTED_MEDIA_TYPE")

    def test_a_charset_is_no_other_type(self) -> None:
        response = Client().post(
            URL, '{"query": "{ __typename }"}', content_type="Application/JSON; charset=utf-8"
        )
        assert response.status_code == 200

    def test_a_connection_that_breaks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*args: Any) -> bytes:
            raise OSError("reset by peer")

        monkeypatch.setattr("django.test.client.FakePayload.read", broken)
        assert refusal(post({"query": "{ __typename }"})) == (400, "BAD_USER_INPUT")


class TestCsrf:
    BODY = {"query": "mutation { remember }"}
    TOKEN = "a" * 32

    def client(self, **cookies: str) -> Client:
        client = Client(enforce_csrf_checks=True)
        client.cookies.load(cookies)
        return client

    def test_without_cookies_no_token_is_needed(self) -> None:
        assert post(self.BODY, self.client()).json() == {"data": {"remember": True}}

    @pytest.mark.parametrize("name", ["sessionid", "csrftoken", "visitor"])
    def test_with_any_cookie_one_is_needed(self, name: str) -> None:
        response = post(self.BODY, self.client(**{name: self.TOKEN}))
        assert refusal(response) == (403, "CSRF_FAILED")

    def test_a_wrong_token_is_refused(self) -> None:
        client = self.client(csrftoken=self.TOKEN, visitor="v1")
        response = post(self.BODY, client, headers={"X-CSRFToken": "b" * 32})
        assert refusal(response) == (403, "CSRF_FAILED")

    def test_the_right_token_is_accepted(self) -> None:
        client = self.client(csrftoken=self.TOKEN, visitor="v1")
        response = post(self.BODY, client, headers={"X-CSRFToken": self.TOKEN})
        assert response.json() == {"data": {"remember": True}}

    def test_a_foreign_origin_is_refused(self) -> None:
        client = self.client(csrftoken=self.TOKEN)
        headers = {"X-CSRFToken": self.TOKEN, "Origin": "https://elsewhere.example"}
        assert refusal(post(self.BODY, client, headers=headers)) == (403, "CSRF_FAILED")


class TestConsole:
    @pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
    def test_other_methods_are_refused(self, method: str) -> None:
        response = getattr(Client(), method)(URL)
        assert (response.status_code, response.headers["Allow"]) == (405, "POST")

    def test_says_why(self) -> None:
        assert refusal(Client().get(URL, headers=HTML)) == (405, "METHOD_NOT_ALLOWED")

    def test_is_there_for_browsers_in_development(self, settings: Any) -> None:
        settings.DEBUG = True
        response = Client().get(URL, headers=HTML)
        assert response.status_code == 200
        page = response.content.decode()
        assert 'name="csrfmiddlewaretoken"' in page
        assert "frequentlyBoughtWith" in page
        assert "csrftoken" in response.cookies

    @pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
    def test_is_for_browsers_only(self, accept: str, settings: Any) -> None:
        settings.DEBUG = True
        assert Client().get(URL, headers={"Accept": accept}).status_code == 405

    def test_runs_no_query_from_the_address(self, settings: Any) -> None:
        settings.DEBUG = True
        response = Client().get(URL, {"query": "mutation { remember }"}, headers=HTML)
        assert "visitor" not in response.cookies

    def test_takes_nothing_from_elsewhere(self, settings: Any) -> None:
        settings.DEBUG = True
        page = Client().get(URL, headers=HTML).content.decode()
        assert "//" not in page.replace("http://testserver/graphql/", "")
        assert "<style" not in page
        assert "<script src=" in page
        assert "<script>" not in page

    @pytest.mark.django_db
    @pytest.mark.parametrize(("is_staff", "status"), [(True, 200), (False, 405)])
    def test_is_for_staff_in_production(self, is_staff: bool, status: int) -> None:
        user = get_user_model().objects.create_user("ann", is_staff=is_staff)
        client = Client()
        client.force_login(user)
        assert client.get(URL, headers=HTML).status_code == status


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)
VOCABULARY = """
    { } ( ) [ ] : ! = ... " é \0 101 -1 $n @skip on a query fragment Query products first
    __schema types
"""
WORDS = st.sampled_from(VOCABULARY.split())
DOCUMENTS = st.text() | st.lists(WORDS, max_size=40).map(" ".join)
OPERATIONS = st.fixed_dictionaries(
    {"query": DOCUMENTS}, optional={"variables": VALUES, "operationName": VALUES}
)


@given(st.binary() | (VALUES | OPERATIONS).map(json.dumps))
def test_no_body_breaks_the_endpoint(body: bytes | str) -> None:
    response = post(body)
    assert response.status_code in {200, 400, 413}
    answer = response.json()
    assert answer.get("data") or answer["errors"]
