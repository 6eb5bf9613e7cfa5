"""From a full matrix of scores, a block of rows at a time, to ranked lists with evidence; and to
the same lists with the evidence of other orders."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommendations.engine.base import Entry, ListKind, Publication, Ranked
from recommendations.engine.confirmation import Confirmation
from recommendations.engine.interactions import Interactions
from recommendations.engine.pairs import orders_of_pairs, pair_orders

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
            others, scores, orders = _best(row, pairs, seed, publication.k, confirmation)
            if len(others):
                against = _against(row, seed, publication.against)
                yield Ranked(
                    ListKind.ITEM,
                    X.items[seed],
                    int(n[seed]),
                    [X.items[j] for j in (*others.tolist(), *against.tolist())],
                    scores.tolist() + row[against].tolist(),
                    orders.tolist() + [0] * len(against),
                )


def with_evidence(
    lists: Sequence[Ranked], interactions: Interactions, publication: Publication
) -> list[Ranked]:
    """Item lists with their scores, and the orders as these baskets have them.

    A pair that was bought together stays if it may still be published. An entry that is there for
    another reason, with no pair orders, stays in any case, unless nothing speaks for anything.
    """
    X = interactions
    position = {key: j for j, key in enumerate(X.items)}
    longest = max((len(ranked.keys) for ranked in lists), default=0)
    others = np.full((len(lists), longest), -1, dtype=np.int32)
    for row, ranked in enumerate(lists):
        if ranked.seed in position:
            others[row, : len(ranked.keys)] = [position.get(key, -1) for key in ranked.keys]
    n = np.append(X.item_orders(), 0)  # the last is that of a seed in no basket
    seeds = np.array([position.get(ranked.seed, -1) for ranked in lists], dtype=np.int64)
    pairs = np.zeros_like(others)
    pairs[seeds >= 0] = orders_of_pairs(
        X,
        seeds[seeds >= 0],
        others[seeds >= 0],
        min_orders=publication.min_orders,
        min_buyers=publication.min_buyers,
    )
    return [
        _counted(ranked._replace(orders=int(n[seed])), row.tolist())
        for ranked, seed, row in zip(lists, seeds, pairs, strict=True)
    ]


def with_added(lists: Iterable[Ranked], baskets: Iterable[Collection[str]]) -> list[Ranked]:
    """The same lists after these baskets came on top of all that was counted."""
    more: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for basket in baskets:
        for key in basket:
            more[key].update(basket)
    return [_with_more(ranked, more[ranked.seed]) for ranked in lists]


def _with_more(ranked: Ranked, more: Counter[str]) -> Ranked:
    columns = zip(ranked.keys, ranked.pair_orders, strict=True)
    pair_orders = [counted and counted + more.get(key, 0) for key, counted in columns]
    return ranked._replace(orders=ranked.orders + more[ranked.seed], pair_orders=pair_orders)


def _counted(ranked: Ranked, orders: Sequence[int]) -> Ranked:
    columns = zip(ranked.keys, ranked.scores, ranked.pair_orders, orders, strict=False)
    kept = [
        Entry(key, score, found if counted else 0)
        for key, score, counted, found in columns
        if found or not counted
    ]
    kept = kept if kept and kept[0].score > 0 else []
    return Ranked.of(ranked.kind, ranked.seed, ranked.orders, kept)


def _best(
    row: npt.NDArray[Any],
    pairs: sparse.csr_array,
    seed: int,
    k: int,
    confirmation: Confirmation | None,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[Any], npt.NDArray[np.int32]]:
    """The partners of the seed, their scores, and the orders of the pairs."""
    span = slice(pairs.indptr[seed], pairs.indptr[seed + 1])
    others, orders = pairs.indices[span], pairs.data[span]
    scores = row[others]
    if confirmation:
        scores = scores * confirmation.shares(seed, others, orders)
    chosen = _top(scores, k)
    chosen = chosen[scores[chosen] > 0]
    return others[chosen], scores[chosen], orders[chosen]


def _against(row: npt.NDArray[Any], seed: int, size: int) -> npt.NDArray[np.intp]:
    """The lowest scores, the least negative first: the list goes on in descending order."""
    if size == 0:
        return np.zeros(0, dtype=np.intp)
    row = row.copy()
    row[seed] = 0
    chosen = _top(-row, size)[::-1]
    return chosen[row[chosen] < 0]


def _top(scores: npt.NDArray[Any], k: int) -> npt.NDArray[np.intp]:
    """Positions of the k highest scores, highest first, equal ones by position."""
    if k >= len(scores):
        return np.argsort(-scores, kind="stable")
    threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
    above = np.flatnonzero(scores > threshold)
    equal = np.flatnonzero(scores == threshold)[: k - len(above)]
    chosen = np.sort(np.concatenate([above, equal]))
    return chosen[np.argsort(-scores[chosen], kind="stable")]
