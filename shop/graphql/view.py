"""The GraphQL endpoint: one JSON operation a POST, and a console for browsers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    UnreadablePostError,
)
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from strawberry import Schema
from strawberry.django.context import StrawberryDjangoContext
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionResult

from shop.graphql.masking import public_error

MAX_BODY_BYTES = 256 * 1024
MAX_DOCUMENT_BYTES = 15_000

#: NUL and halves of surrogate pairs, which not every database stores.
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
#: NUL again, as the literals of a document may spell it.
ESCAPED_NUL = re.compile(r"\\u0000|\\u\{0+\}")


class RequestError(Exception):
    """The request never reaches the schema."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"errors": [{"message": message, "extensions": {"code": code}}]}


@dataclass(frozen=True)
class Operation:
    query: str
    variables: dict[str, Any] | None
    name: str | None


@method_decorator(
    # CSRF abuses the cookies a browser sends by itself. A caller without any has nothing to
    # abuse and may post without a token; `post` checks all others. No form can post JSON.
    [csrf_exempt, never_cache],
    name="dispatch",
)
class GraphQLView(View):
    http_method_names = ["get", "post"]
    schema: Schema = None  # type: ignore[assignment]  # given to as_view()

    def get(self, request: HttpRequest) -> HttpResponseBase:
        wants_page = request.get_preferred_type(["application/json", "text/html"]) == "text/html"
        if wants_page and (settings.DEBUG or request.user.is_staff):
            return render(request, "storefront/console.html")
        return self.http_method_not_allowed(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        response = HttpResponse(content_type="application/json")
        try:
            self._check_media_type(request)
            self._check_csrf(request)
            answer = self._execute(read_operation(request), request, response)
        except RequestError as refusal:
            response.status_code = refusal.status
            answer = refusal.body
        response.content = json.dumps(answer)
        return response

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseNotAllowed:
        refusal = RequestError(405, "METHOD_NOT_ALLOWED", "Send operations by POST.")
        return HttpResponseNotAllowed(
            ["POST"], json.dumps(refusal.body), content_type="application/json"
        )

    def _check_media_type(self, request: HttpRequest) -> None:
        if request.content_type != "application/json":
            raise RequestError(
                415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json."
            )

    def _check_csrf(self, request: HttpRequest) -> None:
        check = CsrfViewMiddleware(lambda request: HttpResponse())
        if request.COOKIES and check.process_view(request, self.post, (), {}):
            raise RequestError(
                403,
                "CSRF_FAILED",
                "A request with cookies needs a CSRF token in the X-CSRFToken header.",
            )

    def _execute(
        self, operation: Operation, request: HttpRequest, response: HttpResponse
    ) -> dict[str, Any]:
        context = StrawberryDjangoContext(request, response)
        try:
            result = self.schema.execute_sync(
                operation.query,
                variable_values=operation.variables,
                operation_name=operation.name,
                context_value=context,
            )
        except CannotGetOperationTypeError:
            _refuse("The document has no operation of that name.")
        return as_response(result, context)


def as_response(result: ExecutionResult, context: StrawberryDjangoContext) -> dict[str, Any]:
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [public_error(error, context) for error in result.errors]
    return answer


def read_operation(request: HttpRequest) -> Operation:
    """The one operation in the body. Raises `RequestError`."""
    payload = _parse(_read_body(request))
    if not isinstance(payload, dict):
        _refuse("The body must be one JSON object with a query; batches are not supported.")
    query = payload.get("query")
    variables = payload.get("variables")
    name = payload.get("operationName")
    if not isinstance(query, str) or not query:
        _refuse("'query' must be a string that is not empty.")
    if not isinstance(variables, dict | None):
        _refuse("'variables' must be an object or null.")
    if not isinstance(name, str | None):
        _refuse("'operationName' must be a string or null.")
    texts = _texts([query, variables, name])
    if any(map(UNSTORABLE.search, texts)) or ESCAPED_NUL.search(query):
        _refuse("Text must not contain NUL or half of a surrogate pair.")
    if len(query.encode()) > MAX_DOCUMENT_BYTES:
        raise RequestError(
            413, "DOCUMENT_TOO_LARGE", f"'query' may have at most {MAX_DOCUMENT_BYTES:,} bytes."
        )
    return Operation(query, variables, name)


def _read_body(request: HttpRequest) -> bytes:
    try:
        body = request.read(MAX_BODY_BYTES + 1)
    except UnreadablePostError:
        _refuse("The body ended early.")
    if len(body) > MAX_BODY_BYTES:
        raise RequestError(
            413, "BODY_TOO_LARGE", f"The body may have at most {MAX_BODY_BYTES:,} bytes."
        )
    return body


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        _refuse("The body must be JSON in UTF-8.")


def _refuse_constant(name: str) -> NoReturn:
    """NaN and the infinities, which Python reads and JSON does not have."""
    raise ValueError(name)


def _texts(values: list[Any]) -> list[str]:
    """All strings inside `values`, keys too; without recursion, as a client chooses the depth."""
    texts: list[str] = []
    pending = list(values)
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict):
            pending.extend([*value.keys(), *value.values()])
    return texts


def _refuse(message: str) -> NoReturn:
    raise RequestError(400, "BAD_USER_INPUT", message)
