"""From the lists of single seeds to one ranking for a basket. Pure Python, no database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from recommendations.services.lists import StoredList
from recommendations.services.suggestions import Source


class Share(NamedTuple):
    """What one seed of the basket says for a candidate; `pair_orders`: orders that hold both."""

    seed: str
    score: float
    pair_orders: int


class Ranking:
    """The candidates for one basket, best first.

    A candidate scores s_j = Σ_{i∈basket} w_i S_ij with w_i = 1 unless given; equal scores come by
    key, and what does not score above 0 is none. Below them comes what it is filled with.
    """

    def __init__(
        self,
        by_seed: Mapping[str, StoredList],
        basket: Mapping[str, float],
        excluded: Collection[str] = (),
    ) -> None:
        seeds = sorted(basket.keys() & by_seed.keys())
        self._lists = {seed: (basket[seed], by_seed[seed]) for seed in seeds}
        self._excluded = {*basket, *excluded}
        scores: dict[str, float] = {}
        for weight, one in self._lists.values():
            for key, score in zip(one.keys, one.scores, strict=True):
                scores[key] = scores.get(key, 0.0) + weight * score
        for key in self._excluded:
            scores.pop(key, None)
        self.keys = sorted([key for key, score in scores.items() if score > 0])
        self.keys.sort(key=scores.__getitem__, reverse=True)
        self._scores = scores
        self._fillers: dict[str, Source] = {}
        self._tiers: dict[str, int] = {}
        self._shares: dict[str, list[Share]] = {}

    def fill(self, source: Source, one: StoredList) -> None:
        """Adds what is not named yet; what the basket speaks against comes last."""
        named = self._excluded.union(self.keys)
        scores = dict(zip(one.keys, one.scores, strict=True))
        added = [key for key in one.keys if key not in named]
        last = self.tier(self.keys[-1]) if self.keys else 0
        tiers = {key: last + 1 + (self._scores.get(key, 0.0) < 0) for key in added}
        added.sort(key=tiers.__getitem__)
        self.keys += added
        self._tiers |= tiers
        self._scores |= {key: scores[key] for key in added}
        self._fillers |= dict.fromkeys(added, source)

    def filler(self, key: str) -> Source | None:
        """As what a key was filled in; None for a candidate."""
        return self._fillers.get(key)

    def tier(self, key: str) -> int:
        """0 for a candidate; scores of what was filled in compare with those of its own tier."""
        return self._tiers.get(key, 0)

    def holds(self, key: str) -> bool:
        return key in self._scores and (self._scores[key] > 0 or key in self._fillers)

    def admits(self, key: str) -> bool:
        """Whether a product may be in the answer, whoever names it."""
        return key not in self._excluded

    def score(self, key: str) -> float:
        """0 for what is in no list, such as a product that the shop has pinned."""
        return self._scores.get(key, 0.0)

    def shares(self, key: str) -> list[Share]:
        """What speaks for a candidate: orders before likeness, then the larger share first."""
        if key not in self._shares:
            self._shares[key] = [] if key in self._fillers else self._find_shares(key)
        return self._shares[key]

    def _find_shares(self, key: str) -> list[Share]:
        found = []
        for seed, (weight, one) in self._lists.items():
            if key in one.keys and one.scores[place := one.keys.index(key)] > 0:
                found.append(Share(seed, weight * one.scores[place], one.pair_orders[place]))
        if len(found) > 1:
            found.sort(key=lambda share: (not share.pair_orders, -share.score, share.seed))
        return found
