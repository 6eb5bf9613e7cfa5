"""How good ranked lists are: the whole catalogue is ranked, ties at their mean rank."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommendations.engine.base import ListKind, Ranked
from recommendations.engine.splits import HiddenItems

Ranks = npt.NDArray[np.float64]
BATCH = 512


class ListScorer:
    """Scores baskets by published lists, as serving does: s_j = Σ_{i∈basket} S_ij.

    What no list of the basket names is ordered by popularity, below everything that one does.
    """

    def __init__(self, items: tuple[str, ...], lists: Iterable[Ranked]) -> None:
        index = {key: i for i, key in enumerate(items)}
        rows, columns, scores = [], [], []
        self.popularity = np.zeros(len(items))
        for ranked in lists:
            for entry in ranked.entries:
                if ranked.kind == ListKind.ITEM:
                    rows.append(index[ranked.seed])
                    columns.append(index[entry.key])
                    scores.append(entry.score)
                elif ranked.kind == ListKind.GLOBAL:
                    self.popularity[index[entry.key]] = entry.score
        self.similarity = sparse.csr_array((scores, (rows, columns)), shape=2 * (len(items),))

    def score(self, baskets: sparse.csr_array) -> npt.NDArray[np.float64]:
        """Baskets (n, items) → scores (n, items); items of the basket itself are −inf."""
        scores = (baskets @ self.similarity).toarray()
        found = scores[scores > 0]
        floor = 0.5 * found.min() if found.size else 1.0
        scale = floor / max(self.popularity.max(initial=0.0), 1e-12)
        scores = np.where(scores > 0, scores, self.popularity * scale)
        scores[baskets.nonzero()] = -np.inf
        return scores


def ranks_of_hidden(scorer: ListScorer, cases: HiddenItems) -> Ranks:
    """The rank, from 1, of each hidden item among all items that are not in its basket."""
    ranks = np.empty(len(cases.hidden))
    for start in range(0, len(ranks), BATCH):
        batch = slice(start, start + BATCH)
        scores = scorer.score(cases.seen[batch])
        own = scores[np.arange(len(scores)), cases.hidden[batch]][:, None]
        better = (scores > own).sum(axis=1)
        equal = (scores == own).sum(axis=1)
        ranks[batch] = better + (equal + 1) / 2
    return ranks


def hit_rate(ranks: Ranks, n: int) -> float:
    """The share of hidden items among the first n."""
    return float((ranks <= n).mean()) if len(ranks) else 0.0


def ndcg(ranks: Ranks, n: int) -> float:
    """Mean of 1 / log2(1 + rank) within the first n; with one relevant item the ideal is 1."""
    return float(ndcg_per_case(ranks, n).mean()) if len(ranks) else 0.0


def ndcg_per_case(ranks: Ranks, n: int) -> Ranks:
    return np.where(ranks <= n, 1 / np.log2(1 + ranks), 0.0)


def mrr(ranks: Ranks, n: int) -> float:
    """Mean reciprocal rank within the first n."""
    return float(np.where(ranks <= n, 1 / ranks, 0.0).mean()) if len(ranks) else 0.0
