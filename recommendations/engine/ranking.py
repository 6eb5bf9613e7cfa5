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
            entries = [
                Entry(X.items[j], score, orders)
                for j, score, orders in (
                    *_best(row, pairs, seed, publication.k, confirmation),
                    *_against(row, seed, publication.against),
                )
            ]
            if entries and entries[0].score > 0:
                yield Ranked(ListKind.ITEM, X.items[seed], int(n[seed]), entries)


def with_evidence(
    lists: Sequence[Ranked], interactions: Interactions, publication: Publication
) -> list[Ranked]:
    """Item lists with their scores, and the orders as these baskets have them.

    A pair that was bought together stays if it may still be published. An entry that is there for
    another reason, with no pair orders, stays in any case, unless nothing speaks for anything.
    """
    X = interactions
    position = {key: j for j, key in enumerate(X.items)}
    longest = max((len(ranked.entries) for ranked in lists), default=0)
    others = np.full((len(lists), longest), -1, dtype=np.int32)
    for row, ranked in enumerate(lists):
        if ranked.seed in position:
            others[row, : len(ranked.entries)] = [position.get(e.key, -1) for e in ranked.entries]
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
        ranked._replace(orders=int(n[seed]), entries=_counted(ranked.entries, row.tolist()))
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
    entries = [
        one._replace(pair_orders=one.pair_orders + more[one.key])
        if one.pair_orders and one.key in more
        else one
        for one in ranked.entries
    ]
    return ranked._replace(orders=ranked.orders + more[ranked.seed], entries=entries)


def _counted(entries: Sequence[Entry], orders: Sequence[int]) -> list[Entry]:
    kept = [
        entry._replace(pair_orders=orders[place] if entry.pair_orders else 0)
        for place, entry in enumerate(entries)
        if orders[place] or not entry.pair_orders
    ]
    return kept if kept and kept[0].score > 0 else []


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
