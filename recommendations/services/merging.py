"""From the lists of single seeds to one ranking for a basket. Pure Python, no database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

#: [key, score, pair orders, orders], as `RankedList.entries` stores it.
StoredEntry = list[Any]
MAX_BECAUSE_OF = 3


class SeedList(NamedTuple):
    orders: int
    entries: list[StoredEntry]


@dataclass
class Lists:
    """What the database had for some seeds, and the popular products as the fallback."""

    by_seed: dict[str, SeedList] = field(default_factory=dict)
    popular: list[StoredEntry] = field(default_factory=list)
    orders: int = 0
    version: str | None = None


class Candidate(NamedTuple):
    """`pair_orders` belongs to the first of `because_of`; without seeds it is a popular product.

    Where no order holds the pair, the two are similar in content.
    """

    key: str
    score: float
    because_of: tuple[str, ...]
    pair_orders: int
    orders: int


def merge(lists: Lists, basket: Collection[str]) -> list[Candidate]:
    """Ranks by s_j = Σ_{i∈basket} S_ij, equal scores by key, then popular products.

    A popular product that the basket speaks against comes after the others.
    """
    own = set(basket)
    contributions: dict[str, list[tuple[float, str, int, int]]] = {}
    for seed in sorted(own):
        for key, score, pair_orders, orders in lists.by_seed.get(seed, SeedList(0, [])).entries:
            if key not in own:
                contributions.setdefault(key, []).append((score, seed, pair_orders, orders))
    candidates = [_candidate(key, shares) for key, shares in contributions.items()]
    candidates = [candidate for candidate in candidates if candidate.score > 0]
    candidates.sort(key=lambda c: (-c.score, c.key))
    named = own.union(candidate.key for candidate in candidates)
    popular = [
        Candidate(key, score, (), 0, orders)
        for key, score, _, orders in lists.popular
        if key not in named
    ]
    popular.sort(key=lambda candidate: candidate.key in contributions)
    return candidates + popular


def _candidate(key: str, shares: list[tuple[float, str, int, int]]) -> Candidate:
    """Orders come before likeness as a reason, then the larger share of the score."""
    if len(shares) > 1:
        shares.sort(key=lambda share: (not share[2], -share[0], share[1]))
    _, _, pair_orders, orders = shares[0]
    return Candidate(
        key,
        sum(share[0] for share in shares),
        tuple([seed for score, seed, _, _ in shares if score > 0][:MAX_BECAUSE_OF]),
        pair_orders,
        orders,
    )
