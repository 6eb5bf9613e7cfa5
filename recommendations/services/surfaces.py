"""The surfaces besides "frequently bought with": each makes its questions and asks serving.

All of them end in what is popular in a category and then at all, and say so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from recommendations.conf import get_behaviour, get_store
from recommendations.models import Surface
from recommendations.services.history import MAX_PURCHASES, repeats, taste
from recommendations.services.lists import ordered
from recommendations.services.questions import Question
from recommendations.services.reasons import repeat_reason
from recommendations.services.serving import ANYBODY, DEFAULT_SCOPE, answer, guarded
from recommendations.services.suggestions import Source, Suggestions
from recommendations.stores.base import Actor, Purchase, Scope

#: Products looked at that are remembered, at most.
MAX_VIEWED = 50


def similar_products(
    products: Sequence[Sequence[str]],
    first: int,
    *,
    actor: Actor = ANYBODY,
    scope: Scope = DEFAULT_SCOPE,
) -> list[Suggestions]:
    """For each product, or set of products, what a customer could take instead."""
    questions = [Question.of(keys) for keys in products]
    return answer(Surface.SIMILAR_PRODUCTS, questions, first, actor=actor, scope=scope)


def recommended_for_you(first: int, *, actor: Actor, scope: Scope = DEFAULT_SCOPE) -> Suggestions:
    """What goes with what the actor has bought, newer purchases counting more; without any, with
    what their device has looked at."""

    def ask() -> Question:
        purchases = _purchases(actor, scope)
        if not purchases:
            return Question(seeds=_viewed(actor, scope), viewed=True)
        bought = {purchase.product for purchase in purchases}
        return Question(seeds=taste(purchases, timezone.now()), excluded=bought)

    return _answer(Surface.RECOMMENDED_FOR_YOU, ask, first, actor, scope)


def buy_again(first: int, *, actor: Actor, scope: Scope = DEFAULT_SCOPE) -> Suggestions:
    """What the actor has bought and may need again, by their own intervals."""

    def ask() -> Question:
        return _due_again(_purchases(actor, scope), timezone.now())

    return _answer(Surface.BUY_AGAIN, ask, first, actor, scope)


def recently_viewed(first: int, *, actor: Actor, scope: Scope = DEFAULT_SCOPE) -> Suggestions:
    """What the device that asks has looked at, the newest first."""

    def ask() -> Question:
        return Question(own=ordered(_viewed(actor, scope)), own_source=Source.VIEWED)

    return _answer(Surface.RECENTLY_VIEWED, ask, first, actor, scope)


def trending(
    first: int, *, category: str = "", actor: Actor = ANYBODY, scope: Scope = DEFAULT_SCOPE
) -> Suggestions:
    """What is in demand in a category, by its key, or at all."""
    question = Question(category=category)
    return answer(Surface.TRENDING, [question], first, actor=actor, scope=scope)[0]


def _answer(
    surface: Surface, ask: Callable[[], Question], first: int, actor: Actor, scope: Scope
) -> Suggestions:
    """What a person has done is read inside the guard: that may fail as well."""
    (found,) = guarded(
        surface, 1, lambda: answer(surface, [ask()], first, actor=actor, scope=scope)
    )
    return found


def _purchases(actor: Actor, scope: Scope) -> Sequence[Purchase]:
    return get_store().purchases(actor, MAX_PURCHASES, scope)


def _viewed(actor: Actor, scope: Scope) -> dict[str, float]:
    """Product key → weight, 1 for the newest, 1/2 for the one before …"""
    behaviour = get_behaviour()
    viewed = behaviour.viewed(actor.request, MAX_VIEWED, scope) if behaviour else []
    return {key: 1 / place for place, key in enumerate(viewed, start=1)}


def _due_again(purchases: Sequence[Purchase], now: datetime) -> Question:
    found = repeats(purchases, now)
    scores = {key: repeat.score for key, repeat in found.items() if repeat.score > 0}
    return Question(
        own=ordered(scores),
        reasons={
            key: repeat_reason(
                found[key].times, found[key].interval, now - timedelta(days=found[key].elapsed)
            )
            for key in scores
        },
    )
