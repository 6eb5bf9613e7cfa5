"""Why this, why not that: what became of every candidate for a basket."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from recommendations.conf import get_store
from recommendations.services import serving
from recommendations.services.merging import Ranking
from recommendations.services.suggestions import Suggestion
from recommendations.stores.base import Scope

SHOWN, NOT_FOR_SALE, DELETED, BELOW = "shown", "not for sale", "no longer exists", "ranked lower"


@dataclass(frozen=True)
class Explanation:
    """One candidate, its share of the score by seed, and what became of it."""

    rank: int
    key: str
    title: str
    score: float
    shares: dict[str, float]
    outcome: str


def explain(basket: Collection[str], first: int, scope: Scope, depth: int) -> list[Explanation]:
    """The best `depth` candidates of a basket, the order they were ranked in."""
    lists = serving.load_lists(basket, scope)
    ranking = Ranking(lists, basket)
    candidates = ranking.keys[:depth]
    offers = get_store().offers(candidates, serving.ANYBODY, scope)
    explanations, shown = [], 0
    for position, key in enumerate(candidates):
        offer = offers.get(key)
        if offer is None:
            outcome = DELETED
        elif not offer.available:
            outcome = NOT_FOR_SALE
        else:
            outcome = SHOWN if shown < first else BELOW
            shown += 1
        explanations.append(
            Explanation(
                rank=position + 1,
                key=key,
                title=offer.title if offer else "",
                score=ranking.score(position),
                shares={share.seed: share.score for share in ranking.shares(position)},
                outcome=outcome,
            )
        )
    return explanations


def suggestion_json(suggestion: Suggestion) -> dict[str, Any]:
    """The shape commands print: names as in GraphQL."""
    evidence = suggestion.evidence
    return {
        "key": suggestion.key,
        "score": suggestion.score,
        "source": suggestion.source.value,
        "reason": suggestion.reason,
        "becauseOf": list(suggestion.because_of),
        "pairOrders": evidence and evidence.pair_orders,
        "support": evidence and evidence.support,
        "confidence": evidence and evidence.confidence,
        "lift": evidence and evidence.lift,
    }
