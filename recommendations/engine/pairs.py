"""Which pairs may be published, and in how many orders each was."""

from __future__ import annotations

import numba
import numpy as np
from numba import njit, prange
from scipy import sparse

from recommendations.engine.interactions import Interactions
from recommendations.engine.topk import Floats, Ints, Longs, one_kernel_at_a_time

ORDERS, BUYERS, LAST_BUYER = 0, 1, 2


def pair_orders(
    interactions: Interactions, *, min_orders: int = 1, min_buyers: int = 1
) -> sparse.csr_array:
    """C_ij = Σ_b x_bi x_bj for i ≠ j as CSR (items, items), int32, columns sorted.

    Pairs in fewer than `min_orders` baskets or of fewer than `min_buyers` buyers are left out.
    """
    baskets = interactions.baskets
    by_item = sparse.csc_array(baskets)
    arrays = (
        baskets.indptr.astype(np.int64),
        baskets.indices.astype(np.int32),
        by_item.indptr.astype(np.int64),
        by_item.indices.astype(np.int32),
        interactions.buyers,
    )
    n_items = interactions.n_items
    lengths = np.zeros(n_items, dtype=np.int64)
    nothing, nowhere = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
    shares = numba.get_num_threads() * 8
    with one_kernel_at_a_time:
        # Once to learn how long the rows are, once to fill them: half the memory of lists.
        _count(*arrays, min_orders, min_buyers, shares, lengths, nowhere, nothing, nothing)
        starts = np.concatenate([[0], np.cumsum(lengths)])
        columns, orders = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.int32)
        _count(*arrays, min_orders, min_buyers, shares, lengths, starts, columns, orders)
    return sparse.csr_array((orders, columns, starts), shape=(n_items, n_items))


@njit(parallel=True, cache=True, nogil=True)
def _count(
    basket_ptr: Longs,
    basket_items: Ints,
    item_ptr: Longs,
    item_baskets: Ints,
    buyers: Longs,
    min_orders: int,
    min_buyers: int,
    n_shares: int,
    lengths: Longs,
    starts: Longs,
    columns: Ints,
    orders: Ints,
) -> None:
    """Sets `lengths`; where `starts` is not empty fills the rows as well."""
    n_items = len(item_ptr) - 1
    for share in prange(n_shares):
        cells = np.zeros((n_items, 3), dtype=np.float64)
        touched = np.empty(n_items, dtype=np.int32)
        for item in range(share, n_items, n_shares):
            n_touched = _row(
                item, basket_ptr, basket_items, item_ptr, item_baskets, buyers, cells, touched
            )
            fill = len(starts) > 0
            if fill:
                touched[:n_touched].sort()
            length = 0
            for other in touched[:n_touched]:
                cell = cells[other]
                if cell[ORDERS] >= min_orders and cell[BUYERS] >= min_buyers:
                    if fill:
                        columns[starts[item] + length] = other
                        orders[starts[item] + length] = cell[ORDERS]
                    length += 1
                cell[:] = 0.0
            lengths[item] = length


@njit(cache=True, nogil=True)
def _row(
    item: int,
    basket_ptr: Longs,
    basket_items: Ints,
    item_ptr: Longs,
    item_baskets: Ints,
    buyers: Longs,
    cells: Floats,
    touched: Ints,
) -> int:
    """Counts orders and buyers of the pairs of one item; returns how many items it met."""
    n_touched = 0
    for position in range(item_ptr[item], item_ptr[item + 1]):
        basket = item_baskets[position]
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
            if cell[LAST_BUYER] != buyer:
                cell[BUYERS] += 1.0
                cell[LAST_BUYER] = buyer
    return n_touched
