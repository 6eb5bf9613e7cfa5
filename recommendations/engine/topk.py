"""The one kernel: multiply the baskets with themselves and keep the best k of each row.

XᵀWX is never stored. For one item at a time its row is accumulated in a scratch array, filtered
by the thresholds, scaled and reduced to k entries; rows are shared among threads.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
from numba import njit, prange
from scipy import sparse

from recommendations.engine.interactions import Interactions

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SCORE, ORDERS, BUYERS, LAST_BUYER = 0, 1, 2, 3

#: numba's workqueue layer, the one that survives a fork, runs one parallel kernel at a time.
one_kernel_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Neighbours:
    """The best k neighbours of every item, best first, equal scores by item index.

    indices, scores, orders have shape (items, k); a row with fewer neighbours ends in −1.
    orders: baskets that hold both items of the pair, unweighted.
    """

    indices: Ints
    scores: Floats
    orders: Ints


def pair_topk(
    interactions: Interactions,
    *,
    weights: Floats,
    column_scale: Floats,
    k: int,
    min_orders: int = 1,
    min_buyers: int = 1,
    once_a_buyer: bool = False,
) -> Neighbours:
    """Top k of (Σ_b weights_b x_bi x_bj) · column_scale_j over j ≠ i, for every i.

    weights: (baskets,). column_scale: (items,). Pairs in fewer than `min_orders` baskets or of
    fewer than `min_buyers` buyers are left out. With `once_a_buyer` only the newest basket of a
    buyer adds to a pair's sum; `orders` counts them all.
    """
    baskets = interactions.baskets
    by_item = sparse.csc_array(baskets)
    k = min(k, max(interactions.n_items - 1, 0))
    with one_kernel_at_a_time:
        indices, scores, orders = _pair_topk(
            baskets.indptr.astype(np.int64),
            baskets.indices.astype(np.int32),
            by_item.indptr.astype(np.int64),
            by_item.indices.astype(np.int32),
            np.ascontiguousarray(weights, dtype=np.float64),
            interactions.buyers,
            np.ascontiguousarray(column_scale, dtype=np.float64),
            k,
            min_orders,
            min_buyers,
            once_a_buyer,
            numba.get_num_threads() * 8,
        )
    return Neighbours(indices, scores, orders)


@njit(parallel=True, cache=True, nogil=True)
def _pair_topk(
    basket_ptr: Longs,
    basket_items: Ints,
    item_ptr: Longs,
    item_baskets: Ints,
    weights: Floats,
    buyers: Longs,
    column_scale: Floats,
    k: int,
    min_orders: int,
    min_buyers: int,
    once_a_buyer: bool,
    n_shares: int,
) -> tuple[Ints, Floats, Ints]:
    n_items = len(item_ptr) - 1
    out_items = np.full((n_items, k), -1, dtype=np.int32)
    out_scores = np.zeros((n_items, k), dtype=np.float64)
    out_orders = np.zeros((n_items, k), dtype=np.int32)
    for share in prange(n_shares):
        # A pair's four figures lie in one cache line: the access is random, so one miss each.
        cells = np.zeros((n_items, 4), dtype=np.float64)
        touched = np.empty(n_items, dtype=np.int32)
        for item in range(share, n_items, n_shares):
            n_touched = _accumulate(
                item, basket_ptr, basket_items, item_ptr, item_baskets,
                weights, buyers, once_a_buyer, cells, touched,
            )  # fmt: skip
            _select(
                cells, touched[:n_touched], column_scale, min_orders, min_buyers,
                out_items[item], out_scores[item], out_orders[item],
            )  # fmt: skip
    return out_items, out_scores, out_orders


@njit(cache=True, nogil=True)
def _accumulate(
    item: int,
    basket_ptr: Longs,
    basket_items: Ints,
    item_ptr: Longs,
    item_baskets: Ints,
    weights: Floats,
    buyers: Longs,
    once_a_buyer: bool,
    cells: Floats,
    touched: Ints,
) -> int:
    """Adds up the row of `item` in `cells` and returns how many of `touched` are set."""
    n_touched = 0
    for position in range(item_ptr[item], item_ptr[item + 1]):
        basket = item_baskets[position]
        weight = weights[basket]
        buyer = buyers[basket] + 1.0
        for entry in range(basket_ptr[basket], basket_ptr[basket + 1]):
            other = basket_items[entry]
            if other == item:
                continue
            cell = cells[other]
            if cell[ORDERS] == 0.0:
                touched[n_touched] = other
                n_touched += 1
            cell[ORDERS] += 1.0
            new_buyer = cell[LAST_BUYER] != buyer
            if new_buyer:
                cell[BUYERS] += 1.0
                cell[LAST_BUYER] = buyer
            if new_buyer or not once_a_buyer:
                cell[SCORE] += weight
    return n_touched


@njit(cache=True, nogil=True)
def _select(
    cells: Floats,
    touched: Ints,
    column_scale: Floats,
    min_orders: int,
    min_buyers: int,
    out_items: Ints,
    out_scores: Floats,
    out_orders: Ints,
) -> int:
    """Writes the best of the touched cells, sorted, and clears the cells."""
    k = len(out_items)
    size = 0
    for other in touched:
        cell = cells[other]
        if cell[ORDERS] >= min_orders and cell[BUYERS] >= min_buyers:
            score = cell[SCORE] * column_scale[other]
            worse = size == k and (
                k == 0
                or score < out_scores[k - 1]
                or (score == out_scores[k - 1] and other > out_items[k - 1])
            )
            if not worse:
                size = _insert(other, score, cell[ORDERS], out_items, out_scores, out_orders, size)
        cell[:] = 0.0
    return size


@njit(cache=True, nogil=True)
def _insert(
    other: int,
    score: float,
    orders: float,
    out_items: Ints,
    out_scores: Floats,
    out_orders: Ints,
    size: int,
) -> int:
    """Insertion into a short sorted list: k is small, and after the first rows few get in."""
    place = min(size, len(out_items) - 1)
    while place > 0 and (
        out_scores[place - 1] < score
        or (out_scores[place - 1] == score and out_items[place - 1] > other)
    ):
        out_items[place] = out_items[place - 1]
        out_scores[place] = out_scores[place - 1]
        out_orders[place] = out_orders[place - 1]
        place -= 1
    out_items[place] = other
    out_scores[place] = score
    out_orders[place] = orders
    return min(size + 1, len(out_items))
