"""From a full matrix of scores, a block of rows at a time, to ranked lists with evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommendations.engine.base import Entry, ListKind, Publication, Ranked
from recommendations.engine.confirmation import Confirmation
from recommendations.engine.interactions import Interactions
from recommendations.engine.pairs import pair_orders

#: (first seed, end) → scores of those seeds, shape (end − first, items).
ScoreRows = Callable[[int, int], npt.NDArray[Any]]
SEEDS_A_BLOCK = 512


def rank_pairs(
    interactions: Interactions,
    score_rows: ScoreRows,
    publication: Publication,
    confirmation: Confirmation | None = None,
) -> Iterator[Ranked]:
    """For every item the k best others with a positive score among the pairs that may be published,
    and the `against` most negative of all others. Equal scores come by item index. With a
    `confirmation` positive scores count as far as it goes."""
    X = interactions
    pairs = pair_orders(X, min_orders=publication.min_orders, min_buyers=publication.min_buyers)
    n = X.item_orders()
    for first in range(0, X.n_items, SEEDS_A_BLOCK):
        end = min(first + SEEDS_A_BLOCK, X.n_items)
        block = score_rows(first, end)
        for seed in range(first, end):
            row = block[seed - first]
            entries = [
                Entry(X.items[j], score, orders)
                for j, score, orders in (
                    *_best(row, pairs, seed, publication.k, confirmation),
                    *_against(row, seed, publication.against),
                )
            ]
            if entries and entries[0].score > 0:
                yield Ranked(ListKind.ITEM, X.items[seed], int(n[seed]), entries)


def _best(
    row: npt.NDArray[Any],
    pairs: sparse.csr_array,
    seed: int,
    k: int,
    confirmation: Confirmation | None,
) -> Iterator[tuple[int, float, int]]:
    span = slice(pairs.indptr[seed], pairs.indptr[seed + 1])
    others, orders = pairs.indices[span], pairs.data[span]
    scores = row[others]
    if confirmation:
        scores = scores * confirmation.shares(seed, others, orders)
    chosen = _top(scores, k)
    chosen = chosen[scores[chosen] > 0]
    return zip(
        others[chosen].tolist(), scores[chosen].tolist(), orders[chosen].tolist(), strict=True
    )


def _against(row: npt.NDArray[Any], seed: int, size: int) -> Iterator[tuple[int, float, int]]:
    """The lowest scores, the least negative first: the list goes on in descending order."""
    if size == 0:
        return iter(())
    row = row.copy()
    row[seed] = 0
    chosen = _top(-row, size)[::-1]
    chosen = chosen[row[chosen] < 0]
    return zip(chosen.tolist(), row[chosen].tolist(), [0] * len(chosen), strict=True)


def _top(scores: npt.NDArray[Any], k: int) -> npt.NDArray[np.intp]:
    """Positions of the k highest scores, highest first, equal ones by position."""
    if k >= len(scores):
        return np.argsort(-scores, kind="stable")
    threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
    above = np.flatnonzero(scores > threshold)
    equal = np.flatnonzero(scores == threshold)[: k - len(above)]
    chosen = np.sort(np.concatenate([above, equal]))
    return chosen[np.argsort(-scores[chosen], kind="stable")]
