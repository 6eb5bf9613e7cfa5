"""How good ranked lists are: the whole catalogue is ranked, ties at their mean rank."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy import sparse

from recommendations.engine.base import ListKind, Ranked
from recommendations.engine.splits import Cases

#: Shape (cases, relevant items): the rank of each, from 1; rows are filled up with infinity.
Ranks = npt.NDArray[np.float64]
#: Shape (cases, n): item indices, best first; a row with fewer ends in −1.
Best = npt.NDArray[np.int32]
Values = npt.NDArray[np.float64]

CUTOFFS = (1, 5, 10, 20)
CELLS_A_BATCH = 2_000_000


class ListScorer:
    """Scores cases by published lists, as serving does: s_j = Σ_{i∈seen} S_ij.

    A buyer who has a list of their own is answered from it instead. Below what these lists are for
    comes what is popular, first what they are not against; the rest of the catalogue shares the
    last place. Keys that are not among `items` are left out.
    """

    def __init__(self, items: tuple[str, ...], lists: Iterable[Ranked]) -> None:
        index = {key: i for i, key in enumerate(items)}
        similar, personal = _Cells(), _Cells()
        popularity = np.zeros(len(items))
        self.people: dict[str, int] = {}
        for ranked in lists:
            columns = zip(ranked.keys, ranked.scores, strict=True)
            entries = [(index[key], score) for key, score in columns if key in index]
            if ranked.kind == ListKind.USER:
                row = self.people.setdefault(ranked.seed, len(self.people))
                personal.add(row, entries)
            elif ranked.kind == ListKind.ITEM and ranked.seed in index:
                similar.add(index[ranked.seed], entries)
            elif ranked.kind == ListKind.GLOBAL and not ranked.seed:
                popularity[[j for j, _ in entries]] = [score for _, score in entries]
        self.similarity = similar.matrix((len(items), len(items)))
        self.personal = personal.matrix((len(self.people), len(items)))
        # Below every positive score: popular items above −most, those the lists are against above
        # −2 most, and all others there.
        most = popularity.max(initial=0.0)
        self.fallback = np.where(popularity > 0, popularity - most, -2 * most)
        self.against = np.where(popularity > 0, popularity - 2 * most, -2 * most)

    def score(self, seen: sparse.csr_array, people: Sequence[str] = ()) -> Values:
        """Baskets (n, items), and where known their buyers → scores (n, items)."""
        scores = (seen @ self.similarity).toarray()
        if people and self.people:
            rows = np.array([self.people.get(person, -1) for person in people])
            scores[rows >= 0] = self.personal[rows[rows >= 0]].toarray()
        negative = scores < 0
        np.copyto(scores, self.fallback, where=scores == 0)
        np.copyto(scores, self.against, where=negative)
        return scores


class _Cells:
    """Rows of (column, value), collected for a sparse matrix."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.columns: list[int] = []
        self.values: list[float] = []

    def add(self, row: int, entries: Sequence[tuple[int, float]]) -> None:
        self.rows.extend([row] * len(entries))
        self.columns.extend(column for column, _ in entries)
        self.values.extend(value for _, value in entries)

    def matrix(self, shape: tuple[int, int]) -> sparse.csr_array:
        values = np.array(self.values, dtype=np.float64)
        return sparse.csr_array((values, (self.rows, self.columns)), shape=shape)


@dataclass(frozen=True)
class Answers:
    """What a model said to all cases: where the relevant items stood, and its first items."""

    ranks: Ranks
    best: Best


def answer(scorer: ListScorer, cases: Cases, n: int) -> Answers:
    """Ranks all items for every case, a batch at a time. `best` holds n, equal scores by index."""
    sizes = np.diff(cases.relevant.indptr)
    ranks = np.full((len(cases), sizes.max(initial=1)), np.inf)
    best = np.full((len(cases), n), -1, dtype=np.int32)
    step = max(1, CELLS_A_BATCH // max(cases.seen.shape[1], 1))
    for start in range(0, len(cases), step):
        batch = slice(start, start + step)
        seen, relevant = cases.seen[batch], cases.relevant[batch]
        scores = scorer.score(seen, cases.people[batch])
        if cases.exclude_seen:
            scores[seen.nonzero()] = -np.inf
        starts, items = relevant.indptr.astype(np.int64), relevant.indices.astype(np.int64)
        _rank(scores, starts, items, ranks[batch])
        _choose(scores, best[batch])
    return Answers(ranks, best)


def ranks_of_hidden(scorer: ListScorer, cases: Cases) -> Ranks:
    """The ranks of the relevant items among all items that are not left out."""
    return answer(scorer, cases, 0).ranks


@njit(cache=True, nogil=True)
def _rank(
    scores: Values, starts: npt.NDArray[np.int64], items: npt.NDArray[np.int64], out: Ranks
) -> None:
    for row in range(len(scores)):
        for position in range(starts[row], starts[row + 1]):
            own = scores[row, items[position]]
            better, equal = 0, 0
            for score in scores[row]:
                better += score > own
                equal += score == own
            out[row, position - starts[row]] = better + (equal + 1) / 2


@njit(cache=True, nogil=True)
def _choose(scores: Values, out: Best) -> None:
    n = out.shape[1]
    for row in range(len(scores) if n else 0):
        size = 0
        for item in range(scores.shape[1]):
            score = scores[row, item]
            if score == -np.inf or (size == n and score <= scores[row, out[row, n - 1]]):
                continue
            place = min(size, n - 1)
            while place > 0 and scores[row, out[row, place - 1]] < score:
                out[row, place] = out[row, place - 1]
                place -= 1
            out[row, place] = item
            size = min(size + 1, n)


def hit_rate_per_case(ranks: Ranks, n: int) -> Values:
    """1 if any relevant item is among the first n, else 0."""
    return np.where((ranks <= n).any(axis=1), 1.0, 0.0)


def recall_per_case(ranks: Ranks, n: int) -> Values:
    """The share of the relevant items that is among the first n."""
    return (ranks <= n).sum(axis=1) / _relevant(ranks)


def ndcg_per_case(ranks: Ranks, n: int) -> Values:
    """Σ 1 / log2(1 + rank) over the relevant items within the first n, by its highest value.

    A tie that begins within the first n and ends beyond can add up to more: 1 is the most.
    """
    gains = np.where(ranks <= n, 1 / np.log2(1 + ranks), 0.0).sum(axis=1)
    ideal = np.cumsum(1 / np.log2(1 + np.arange(1, n + 1)))
    return np.minimum(gains / ideal[np.minimum(_relevant(ranks), n) - 1], 1.0)


def mrr_per_case(ranks: Ranks, n: int) -> Values:
    """1 / rank of the first relevant item, 0 beyond the first n."""
    first = ranks.min(axis=1)
    return np.where(first <= n, 1 / first, 0.0)


def _relevant(ranks: Ranks) -> npt.NDArray[np.int64]:
    return np.maximum(np.isfinite(ranks).sum(axis=1), 1)


METRICS: dict[str, Callable[[Ranks, int], Values]] = {
    "ndcg": ndcg_per_case,
    "hit_rate": hit_rate_per_case,
    "recall": recall_per_case,
    "mrr": mrr_per_case,
}


def figures_per_case(ranks: Ranks, cutoffs: Sequence[int] = CUTOFFS) -> dict[str, Values]:
    """Every metric at every cutoff, such as "ndcg@10", one value a case."""
    return {f"{name}@{n}": metric(ranks, n) for name, metric in METRICS.items() for n in cutoffs}


def repeat_and_explore(ranks: Ranks, cases: Cases) -> tuple[Ranks, Ranks]:
    """The same ranks, of items the buyer had before only, and of all others only."""
    if cases.bought is None:
        raise ValueError("These cases do not say what was bought before.")
    rows, columns = cases.relevant.nonzero()
    had = np.zeros(ranks.shape, dtype=bool)
    position = np.arange(len(rows)) - cases.relevant.indptr[rows]
    had[rows, position] = cases.bought[rows, columns] > 0
    return np.where(had, ranks, np.inf), np.where(had, np.inf, ranks)


def coverage(best: Best, n_items: int) -> float:
    """The share of the catalogue that is in any list."""
    return float((_exposure(best, n_items) > 0).mean()) if n_items else 0.0


def gini(best: Best, n_items: int) -> float:
    """How unequally the catalogue is shown: 0 if every item as often, near 1 if one only.

    G = Σ_i (2i − n − 1) x_i / (n Σ x), x_i ascending: how often each of n items is in a list.
    """
    shown = np.sort(_exposure(best, n_items))
    if not shown.sum():
        return 0.0
    weights = 2 * np.arange(1, n_items + 1) - n_items - 1
    return float((weights * shown).sum() / (n_items * shown.sum()))


def novelty(best: Best, item_orders: npt.NDArray[np.int64], n_orders: int) -> float:
    """Mean −log2(share of the orders that hold the item) of all items in lists, in bits."""
    chosen = best[best >= 0]
    return float(-np.log2(item_orders[chosen] / n_orders).mean()) if len(chosen) else 0.0


def _exposure(best: Best, n_items: int) -> npt.NDArray[np.int64]:
    return np.bincount(best[best >= 0], minlength=n_items)
