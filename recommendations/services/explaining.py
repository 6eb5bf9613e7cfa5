"""Why this, why not that: what became of every candidate for a basket."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from recommendations.models import Surface
from recommendations.services.serving import ANYBODY, Answering, Question
from recommendations.services.suggestions import Suggestion
from recommendations.stores.base import Scope

SHOWN, NOT_FOR_SALE, DELETED, BELOW = "shown", "not for sale", "no longer exists", "ranked lower"
IN_BASKET, UNSPOKEN = "in the basket", "no list of these products holds it"


@dataclass(frozen=True)
class Explanation:
    """One product, its share of the score by seed, and what became of it. `rank` is 0 where it is
    no candidate."""

    rank: int
    key: str
    title: str
    score: float
    shares: dict[str, float]
    outcome: str


def explain(
    basket: Collection[str], first: int, scope: Scope, depth: int, wanted: Collection[str] = ()
) -> list[Explanation]:
    """The best `depth` candidates of a basket, the order they were ranked in, and after them what
    became of the `wanted` products that are not among these."""
    question = Question.of(basket)
    answering = Answering(Surface.FREQUENTLY_BOUGHT_WITH, [question], first, ANYBODY, scope)
    shown = {one.key for one in answering.answers()[0].items}
    (ranking,) = answering.rankings
    ranks = {key: rank for rank, key in enumerate(ranking.keys, start=1)}
    keys = list(dict.fromkeys([*ranking.keys[:depth], *wanted]))
    answering.look_up(keys)

    def outcome(key: str) -> str:
        if key in question.seeds:
            return IN_BASKET
        if key not in answering.offers:
            return DELETED
        if key not in ranks:
            return UNSPOKEN
        if not answering.is_for_sale(key):
            return NOT_FOR_SALE
        return SHOWN if key in shown else BELOW

    return [
        Explanation(
            rank=ranks.get(key, 0),
            key=key,
            title=answering.offers[key].title if key in answering.offers else "",
            score=ranking.score(key) if key in ranks else 0.0,
            shares={share.seed: share.score for share in ranking.shares(key)},
            outcome=outcome(key),
        )
        for key in keys
    ]


def suggestion_json(suggestion: Suggestion) -> dict[str, Any]:
    """The shape commands print: names as in GraphQL."""
    evidence = suggestion.evidence
    return {
        "key": suggestion.key,
        "title": suggestion.title,
        "score": suggestion.score,
        "source": suggestion.source.value,
        "reason": suggestion.reason,
        "becauseOf": list(suggestion.because_of),
        "pairOrders": evidence and evidence.pair_orders,
        "support": evidence and evidence.support,
        "confidence": evidence and evidence.confidence,
        "lift": evidence and evidence.lift,
    }
