"""The best k neighbours of each item, straight from the baskets.

XᵀWX is never stored. One row at a time is added up, filtered by the thresholds, scaled and
reduced to k entries; rows are shared among threads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numba import njit, prange

from recommendations.engine.cooccurrence import (
    COUNT,
    Floats,
    Ints,
    Layout,
    Longs,
    Row,
    add_up,
    clear,
    empty_row,
    lay_out,
    one_kernel_at_a_time,
    rows_asked,
)
from recommendations.engine.interactions import Interactions


@dataclass(frozen=True)
class Neighbours:
    """The best k neighbours of every item, or of those asked for, best first, equal scores by
    item index.

    indices, scores, orders have shape (items, k), or (seeds, k); a row with fewer neighbours ends
    in −1.
    orders: baskets that hold both items of the pair, unweighted.
    """

    indices: Ints
    scores: Floats
    orders: Ints


def pair_topk(
    interactions: Interactions,
    *,
    weights: Floats | None = None,
    column_scale: Floats,
    k: int,
    min_orders: int = 1,
    min_buyers: int = 1,
    once_a_buyer: bool = False,
    seeds: Longs | None = None,
) -> Neighbours:
    """Top k of (Σ_b weights_b x_bi x_bj) · column_scale_j over j ≠ i, for every i or for `seeds`.

    weights: (baskets,), or None where each counts 1. column_scale: (items,). Pairs in fewer than
    `min_orders` baskets or of fewer than `min_buyers` buyers are left out. With `once_a_buyer`
    only the newest basket of a buyer adds to a pair's sum; `orders` counts them all.
    """
    if once_a_buyer and weights is None:
        weights = np.ones(interactions.n_baskets)
    layout = lay_out(interactions.baskets)
    n_seeds = interactions.n_items if seeds is None else len(seeds)
    shape = n_seeds, min(k, max(interactions.n_items - 1, 0))
    best = Neighbours(np.full(shape, -1, np.int32), np.zeros(shape), np.zeros(shape, np.int32))
    with one_kernel_at_a_time:
        _pair_topk(
            layout,
            np.zeros(0) if weights is None else np.ascontiguousarray(weights, dtype=np.float64),
            interactions.buyers if once_a_buyer or min_buyers > 1 else np.zeros(0, np.int64),
            once_a_buyer,
            np.ascontiguousarray(column_scale[layout.items], dtype=np.float64),
            min_orders,
            min_buyers,
            *rows_asked(layout, seeds),
            best.indices,
            best.scores,
            best.orders,
            numba.get_num_threads() * 8,
        )
    return best


@njit(parallel=True, cache=True, nogil=True)
def _pair_topk(
    layout: Layout,
    weights: Floats,
    buyers: Longs,
    once_a_buyer: bool,
    column_scale: Floats,
    min_orders: int,
    min_buyers: int,
    ranks: Longs,
    rows: Longs,
    out_items: Ints,
    out_scores: Floats,
    out_orders: Ints,
    n_shares: int,
) -> None:
    n_items = len(layout.items)
    for share in prange(n_shares):
        row = empty_row(n_items, len(weights) > 0, len(buyers) > 0)
        for place in range(share, len(ranks), n_shares):
            n_touched = add_up(ranks[place], layout, weights, buyers, once_a_buyer, row)
            out = rows[place]
            _select(
                row, n_touched, layout.items, column_scale, min_orders, min_buyers,
                out_items[out], out_scores[out], out_orders[out],
            )  # fmt: skip
            clear(n_touched, row)


@njit(cache=True, nogil=True)
def _select(
    row: Row,
    n_touched: int,
    items: Ints,
    column_scale: Floats,
    min_orders: int,
    min_buyers: int,
    out_items: Ints,
    out_scores: Floats,
    out_orders: Ints,
) -> None:
    """Writes the best of the touched cells, sorted."""
    size, k = 0, len(out_items)
    floor = -np.inf if k > 0 else np.inf
    for rank in row.touched[:n_touched]:
        orders = row.orders[rank]
        if orders < min_orders or (len(row.buyers) > 0 and row.buyers[rank, COUNT] < min_buyers):
            continue
        score = (row.sums[rank] if len(row.sums) > 0 else orders) * column_scale[rank]
        if score < floor or (score == floor and items[rank] > out_items[k - 1]):
            continue
        _insert(items[rank], score, orders, out_items, out_scores, out_orders, size)
        size = min(size + 1, k)
        if size == k:
            floor = out_scores[k - 1]


@njit(cache=True, nogil=True)
def _insert(
    item: int,
    score: float,
    orders: int,
    out_items: Ints,
    out_scores: Floats,
    out_orders: Ints,
    size: int,
) -> None:
    """Insertion into a short sorted list: k is small, and after the first cells few get in."""
    place = min(size, len(out_items) - 1)
    while place > 0 and (
        out_scores[place - 1] < score
        or (out_scores[place - 1] == score and out_items[place - 1] > item)
    ):
        out_items[place] = out_items[place - 1]
        out_scores[place] = out_scores[place - 1]
        out_orders[place] = out_orders[place - 1]
        place -= 1
    out_items[place] = item
    out_scores[place] = score
    out_orders[place] = orders
