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
    rows_asked,
)
from recommendations.engine.interactions import Interactions


def pair_orders(
    interactions: Interactions, *, min_orders: int = 1, min_buyers: int = 1
) -> sparse.csr_array:
    """C_ij = Σ_b x_bi x_bj for i ≠ j as CSR (items, items), int32, columns sorted.

    Pairs in fewer than `min_orders` baskets or of fewer than `min_buyers` buyers are left out.
    """
    layout = lay_out(interactions.baskets)
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


def orders_of_pairs(
    interactions: Interactions,
    seeds: Longs,
    others: Ints,
    *,
    min_orders: int = 1,
    min_buyers: int = 1,
) -> Ints:
    """C_ij of the pairs of seeds[row] and others[row, place], 0 where the pair may not be
    published, in the shape of `others`. An index of −1 is no item."""
    layout = lay_out(interactions.baskets)
    ranks = np.empty(interactions.n_items, dtype=np.int32)
    ranks[layout.items] = np.arange(interactions.n_items)
    found = np.zeros(others.shape, dtype=np.int32)
    with one_kernel_at_a_time:
        _look_up(
            layout,
            np.zeros(0),
            interactions.buyers if min_buyers > 1 else np.zeros(0, np.int64),
            min_orders,
            min_buyers,
            *rows_asked(layout, seeds),
            np.where(others < 0, -1, ranks[others]).astype(np.int32),
            found,
            numba.get_num_threads() * 8,
        )
    return found


@njit(parallel=True, cache=True, nogil=True)
def _look_up(
    layout: Layout,
    no_weights: Floats,
    buyers: Longs,
    min_orders: int,
    min_buyers: int,
    ranks: Longs,
    rows: Longs,
    others: Ints,
    found: Ints,
    n_shares: int,
) -> None:
    for share in prange(n_shares):
        row = empty_row(len(layout.items), False, len(buyers) > 0)
        for place in range(share, len(ranks), n_shares):
            n_touched = add_up(ranks[place], layout, no_weights, buyers, False, row)
            for column, other in enumerate(others[rows[place]]):
                if other < 0 or row.orders[other] < min_orders:
                    continue
                if len(buyers) == 0 or row.buyers[other, COUNT] >= min_buyers:
                    found[rows[place], column] = row.orders[other]
            clear(n_touched, row)


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
