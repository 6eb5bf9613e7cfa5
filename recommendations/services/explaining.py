"""Why this, why not that: what became of every candidate for a basket."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from recommendations.conf import get_store
from recommendations.services import serving
from recommendations.services.merging import merge
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
    candidates = merge(lists, basket)[:depth]
    offers = get_store().offers([c.key for c in candidates], serving.ANYBODY, scope)
    shares = {
        (entry[0], seed): entry[1]
        for seed, seed_list in lists.by_seed.items()
        for entry in seed_list.entries
    }
    explanations, shown = [], 0
    for rank, candidate in enumerate(candidates, start=1):
        offer = offers.get(candidate.key)
        if offer is None:
            outcome = DELETED
        elif not offer.available:
            outcome = NOT_FOR_SALE
        else:
            outcome = SHOWN if shown < first else BELOW
            shown += 1
        explanations.append(
            Explanation(
                rank=rank,
                key=candidate.key,
                title=offer.title if offer else "",
                score=candidate.score,
                shares={
                    seed: shares[candidate.key, seed]
                    for seed in sorted(basket)
                    if (candidate.key, seed) in shares
                },
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
