"""Which pairs may be published, and in how many orders each was."""

from __future__ import annotations

import numba
import numpy as np
from numba import njit, prange
from scipy import sparse

from recommendations.engine.cooccurrence import (
    COUNT,
    Floats,
    Ints,
    Layout,
    Longs,
    add_up,
    clear,
    empty_row,
    lay_out,
    one_kernel_at_a_time,
)
from recommendations.engine.interactions import Interactions


def pair_orders(
    interactions: Interactions, *, min_orders: int = 1, min_buyers: int = 1
) -> sparse.csr_array:
    """C_ij = Σ_b x_bi x_bj for i ≠ j as CSR (items, items), int32, columns sorted.

    Pairs in fewer than `min_orders` baskets or of fewer than `min_buyers` buyers are left out.
    """
    layout = lay_out(interactions)
    buyers = interactions.buyers if min_buyers > 1 else np.zeros(0, np.int64)
    asked = (layout, np.zeros(0), buyers, min_orders, min_buyers, numba.get_num_threads() * 8)
    n_items = interactions.n_items
    lengths = np.zeros(n_items, dtype=np.int64)
    nothing, nowhere = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
    with one_kernel_at_a_time:
        # Once to learn how long the rows are, once to fill them: half the memory of lists.
        _count(*asked, lengths, nowhere, nothing, nothing)
        starts = np.concatenate([[0], np.cumsum(lengths)])
        columns, orders = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.int32)
        _count(*asked, lengths, starts, columns, orders)
    pairs = sparse.csr_array((orders, columns, starts), shape=(n_items, n_items))
    pairs.sort_indices()
    return pairs


@njit(parallel=True, cache=True, nogil=True)
def _count(
    layout: Layout,
    no_weights: Floats,
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
    n_items = len(layout.items)
    for share in prange(n_shares):
        row = empty_row(n_items, False, len(buyers) > 0)
        for rank in range(share, n_items, n_shares):
            n_touched = add_up(rank, layout, no_weights, buyers, False, row)
            item = layout.items[rank]
            length = 0
            for other in row.touched[:n_touched]:
                if row.orders[other] < min_orders or (
                    len(buyers) > 0 and row.buyers[other, COUNT] < min_buyers
                ):
                    continue
                if len(starts) > 0:
                    columns[starts[item] + length] = layout.items[other]
                    orders[starts[item] + length] = row.orders[other]
                length += 1
            lengths[item] = length
            clear(n_touched, row)
