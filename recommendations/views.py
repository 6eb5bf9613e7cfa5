"""Suggestions as JSON, for scripts on pages of a store without GraphQL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, JsonResponse, QueryDict
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from recommendations import api
from recommendations.conf import get_settings
from recommendations.exceptions import InvalidArgument
from recommendations.services import pages
from recommendations.services.explaining import suggestion_json
from recommendations.stores.base import Actor, Scope

PARAMETERS = ("products", "first", "scope")
MAX_PRODUCTS = 100
MAX_AGE = 60


class BadParameter(InvalidArgument):
    """`field` is the parameter that is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """GET `?products=KEY&products=KEY&first=4`: what goes with these products, for this caller."""
    try:
        keys, first, scope = _read(request.GET)
    except BadParameter as error:
        problem = {"code": error.code, "field": error.field, "message": str(error)}
        return JsonResponse(
            {"errors": [problem]}, status=400, headers={"Cache-Control": "no-store"}
        )
    answer = api.frequently_bought_with(keys, first, actor=Actor(request=request), scope=scope.name)
    shown = [_shown(one) for one in pages.shown(answer, scope)]
    response = JsonResponse(
        {"token": answer.token, "modelVersion": answer.version, "suggestions": shown}
    )
    # Prices, stock, language and the arm are the caller's own: no shared cache may keep this.
    patch_cache_control(response, private=True, max_age=MAX_AGE)
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return response


def _shown(one: pages.Shown) -> dict[str, Any]:
    return suggestion_json(one.suggestion) | {"url": one.url}


def _read(given: QueryDict) -> tuple[list[str], int, Scope]:
    for name in given:
        if name not in PARAMETERS:
            raise BadParameter(
                name[:40], f"There is no parameter {name[:40]!r}: {_legal(PARAMETERS)}."
            )
    keys = [key for key in given.getlist("products") if key]
    if not 1 <= len(keys) <= MAX_PRODUCTS:
        message = f"Give 1 to {MAX_PRODUCTS} keys, one in each 'products', not {len(keys)}."
        raise BadParameter("products", message)
    try:
        scope = api.scope_of(given.get("scope"))
    except InvalidArgument as error:
        raise BadParameter("scope", str(error)) from error
    return keys, _read_first(given.get("first", "4")), scope


def _read_first(text: str) -> int:
    limit = get_settings().MAX_FIRST
    if not text.isascii() or not text.isdigit() or len(text) > 3 or int(text) > limit:
        raise BadParameter("first", f"A number from 0 to {limit}, not {text[:20]!r}.")
    return int(text)


def _legal(names: Iterable[str]) -> str:
    return f"legal are {', '.join(names)}"
