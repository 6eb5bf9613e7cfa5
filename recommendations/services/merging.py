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
    """`pair_orders` belongs to the first of `because_of`; without seeds it is a popular product."""

    key: str
    score: float
    because_of: tuple[str, ...]
    pair_orders: int
    orders: int


def merge(lists: Lists, basket: Collection[str]) -> list[Candidate]:
    """Ranks by s_j = Σ_{i∈basket} S_ij, equal scores by key, then popular products."""
    own = set(basket)
    contributions: dict[str, list[tuple[float, str, int, int]]] = {}
    for seed in sorted(own):
        for key, score, pair_orders, orders in lists.by_seed.get(seed, SeedList(0, [])).entries:
            if key not in own:
                contributions.setdefault(key, []).append((score, seed, pair_orders, orders))
    candidates = [_candidate(key, shares) for key, shares in contributions.items()]
    candidates.sort(key=lambda c: (-c.score, c.key))
    candidates.extend(
        Candidate(key, score, (), 0, orders)
        for key, score, _, orders in lists.popular
        if key not in own and key not in contributions
    )
    return candidates


def _candidate(key: str, shares: list[tuple[float, str, int, int]]) -> Candidate:
    if len(shares) > 1:
        shares.sort(key=lambda share: (-share[0], share[1]))
    _, _, pair_orders, orders = shares[0]
    return Candidate(
        key,
        sum(share[0] for share in shares),
        tuple(seed for _, seed, _, _ in shares[:MAX_BECAUSE_OF]),
        pair_orders,
        orders,
    )
