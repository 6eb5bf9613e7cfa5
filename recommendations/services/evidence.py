"""The figures that speak for a suggestion."""

from __future__ import annotations

from recommendations.services.lists import Lists
from recommendations.services.merging import Share
from recommendations.services.suggestions import Evidence


def evidence_of(strongest: Share, orders: int, lists: Lists) -> Evidence | None:
    """Of the seed that counts most, where orders speak for it. `orders`: the candidate's own."""
    if not strongest.pair_orders or not orders:
        return None
    seed_orders = lists.by_seed[strongest.seed].orders
    confidence = strongest.pair_orders / seed_orders
    return Evidence(
        pair_orders=strongest.pair_orders,
        seed_orders=seed_orders,
        support=strongest.pair_orders / lists.orders,
        confidence=confidence,
        lift=confidence * lists.orders / orders,
    )
