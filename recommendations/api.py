"""Suggestions for Python callers: the same answers that GraphQL, templates and JSON give.

Keys are those of products or variants, as the store knows them; unknown ones are skipped. `first`
is from 0 to MAX_FIRST, `scope` one of SCOPES (None: the first of them): anything else raises
`InvalidArgument`, which names the legal values. `actor` is who the suggestions are for, such as
`actor_of(request)`. Without a live version every answer is empty, as where the database fails.

What this module names stays as it is from one release to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from recommendations.conf import get_settings, get_store
from recommendations.exceptions import InvalidArgument
from recommendations.models import Surface
from recommendations.services import serving, surfaces
from recommendations.services.suggestions import Evidence, Source, Suggestion, Suggestions
from recommendations.stores.base import Actor, Scope

__all__ = [
    "Actor",
    "Evidence",
    "Source",
    "Suggestion",
    "Suggestions",
    "actor_of",
    "buy_again",
    "frequently_bought_with",
    "recently_viewed",
    "recommended_for_you",
    "scope_of",
    "similar_products",
    "trending",
]

ANYBODY = Actor()


def actor_of(request: Any) -> Actor:
    """Who is asking, as the store tells them by a request."""
    return get_store().identify(request)


def frequently_bought_with(
    keys: Iterable[str], first: int = 4, *, actor: Actor = ANYBODY, scope: str | None = None
) -> Suggestions:
    """What goes with all of these together, a basket or one product: best first."""
    where = scope_of(scope)
    return _answer(
        Surface.FREQUENTLY_BOUGHT_WITH,
        lambda: serving.frequently_bought_with(
            [_products(keys, where)], first, actor=actor, scope=where
        ),
    )


def similar_products(
    keys: Iterable[str], first: int = 8, *, actor: Actor = ANYBODY, scope: str | None = None
) -> Suggestions:
    """What a customer could take instead of these."""
    where = scope_of(scope)
    return _answer(
        Surface.SIMILAR_PRODUCTS,
        lambda: surfaces.similar_products(
            [_products(keys, where)], first, actor=actor, scope=where
        ),
    )


def recommended_for_you(first: int = 12, *, actor: Actor, scope: str | None = None) -> Suggestions:
    """What goes with what the actor has bought, or else has looked at; then what is popular."""
    return surfaces.recommended_for_you(first, actor=actor, scope=scope_of(scope))


def buy_again(first: int = 12, *, actor: Actor, scope: str | None = None) -> Suggestions:
    """What the actor has bought and may need again by now."""
    return surfaces.buy_again(first, actor=actor, scope=scope_of(scope))


def recently_viewed(first: int = 12, *, actor: Actor, scope: str | None = None) -> Suggestions:
    """What the device of the actor's request has looked at; what is popular where that is nothing.

    Needs the setting BEHAVIOUR."""
    return surfaces.recently_viewed(first, actor=actor, scope=scope_of(scope))


def trending(
    first: int = 12, *, category: str = "", actor: Actor = ANYBODY, scope: str | None = None
) -> Suggestions:
    """What is in demand at the moment, in a category (by its key) and those below it, or at all."""
    return surfaces.trending(first, category=category, actor=actor, scope=scope_of(scope))


def _answer(surface: Surface, ask: Callable[[], list[Suggestions]]) -> Suggestions:
    (answer,) = serving.guarded(surface, 1, ask)
    return answer


def _products(keys: Iterable[str], scope: Scope) -> list[str]:
    known = get_store().canonical_keys(list(keys), scope)
    return list(dict.fromkeys(known.values()))


def scope_of(name: str | None) -> Scope:
    """The scope of this name, the first of SCOPES for None."""
    legal = get_settings().SCOPES
    if name is not None and name not in legal:
        raise InvalidArgument(
            f"There is no scope {str(name)[:40]!r}: legal are {', '.join(legal)}."
        )
    return Scope(legal[0] if name is None else name)
