"""From the lists of single seeds to one ranking for a basket. Pure Python, no database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

MAX_BECAUSE_OF = 3


class SeedList(NamedTuple):
    """A stored list, best first: three parallel columns. `orders`: orders that hold the seed."""

    orders: int
    keys: list[str]
    scores: list[float]
    pair_orders: list[int]


NOTHING = SeedList(0, [], [], [])


@dataclass
class Lists:
    """What the database had for some seeds, and the popular products as the fallback."""

    by_seed: dict[str, SeedList] = field(default_factory=dict)
    popular: SeedList = NOTHING
    orders: int = 0
    version_id: int | None = None


class Share(NamedTuple):
    """What one seed of the basket says for a candidate; `pair_orders`: orders that hold both."""

    seed: str
    score: float
    pair_orders: int


class Ranking:
    """The candidates for one basket, best first, then the popular products.

    A candidate scores s_j = Σ_{i∈basket} S_ij; equal scores come by key, and what does not score
    above 0 is none. A popular product that the basket speaks against comes after the others.
    """

    def __init__(self, lists: Lists, basket: Collection[str]) -> None:
        own = set(basket)
        seeds = sorted(own & lists.by_seed.keys())
        self._lists = {seed: lists.by_seed[seed] for seed in seeds}
        self._popular = lists.popular
        scores: dict[str, float] = {}
        for one in self._lists.values():
            for key, score in zip(one.keys, one.scores, strict=True):
                scores[key] = scores.get(key, 0.0) + score
        for key in own:
            scores.pop(key, None)
        candidates = sorted(key for key, score in scores.items() if score > 0)
        candidates.sort(key=scores.__getitem__, reverse=True)
        filled = own.union(candidates)
        popular = [key for key in lists.popular.keys if key not in filled]
        popular.sort(key=scores.__contains__)
        self.n_candidates = len(candidates)
        self.keys = candidates + popular
        self._scores = scores
        self._shares: dict[int, list[Share]] = {}

    def is_popular(self, position: int) -> bool:
        """Whether the key at this position is there because it sells, not because of the basket."""
        return position >= self.n_candidates

    def score(self, position: int) -> float:
        key = self.keys[position]
        return self._popular_scores[key] if self.is_popular(position) else self._scores[key]

    def shares(self, position: int) -> list[Share]:
        """What speaks for a candidate: orders before likeness, then the larger share first."""
        if position not in self._shares:
            popular = self.is_popular(position)
            self._shares[position] = [] if popular else self._find_shares(self.keys[position])
        return self._shares[position]

    def _find_shares(self, key: str) -> list[Share]:
        found = []
        for seed, one in self._lists.items():
            if key in one.keys and one.scores[place := one.keys.index(key)] > 0:
                found.append(Share(seed, one.scores[place], one.pair_orders[place]))
        found.sort(key=lambda share: (not share.pair_orders, -share.score, share.seed))
        return found

    @cached_property
    def _popular_scores(self) -> dict[str, float]:
        return dict(zip(self._popular.keys, self._popular.scores, strict=True))
