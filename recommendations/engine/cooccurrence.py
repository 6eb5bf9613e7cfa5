"""The multiplication XᵀWX one row at a time: the loop that top-k lists and pair counts share."""

from __future__ import annotations

import threading
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt
from numba import njit, prange
from scipy import sparse

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Ranks = npt.NDArray[np.uint16 | np.int32]

#: numba's workqueue layer, the one that survives a fork, runs one parallel kernel at a time.
one_kernel_at_a_time = threading.Lock()

BASKETS_AHEAD = 64
COUNT, LAST = 0, 1


class Layout(NamedTuple):
    """The baskets both ways round. Items have a rank, 0 for the one in most baskets.

    By rank, because the cells of the popular items, where most sums end, then share few cache
    lines. Ranks are uint16 where they fit: half the memory for what is read at random.

    basket_ptr: (baskets + 1,). basket_items: ranks, CSR. item_ptr: (items + 1,).
    item_baskets: basket numbers, ascending within an item. items: rank → item index.
    """

    basket_ptr: Ints | Longs
    basket_items: Ranks
    item_ptr: Longs
    item_baskets: Ints
    items: Ints


class Row(NamedTuple):
    """One row of the product, by rank; all zero between two rows.

    orders: baskets that hold both. sums: their weights. buyers: [how many, code + 1 of the last].
    The last two are empty where nobody asks for them. touched: the ranks whose cell is not zero.
    """

    orders: Ints
    sums: Floats
    buyers: Ints
    touched: Ints
    begin: Longs
    end: Longs


def lay_out(baskets: sparse.csr_array) -> Layout:
    n_items = int(baskets.shape[1])
    shares = numba.get_num_threads()
    with one_kernel_at_a_time:
        counts = _count_items(baskets.indptr, baskets.indices, n_items, shares)
    orders = counts.sum(axis=0)
    items = np.argsort(-orders, kind="stable").astype(np.int32)
    ranks: Ranks = np.empty(n_items, dtype=np.uint16 if n_items <= 2**16 else np.int32)
    ranks[items] = np.arange(n_items)
    item_ptr = np.concatenate([[0], np.cumsum(orders[items])])
    basket_items = np.empty(baskets.nnz, dtype=ranks.dtype)
    item_baskets = np.empty(baskets.nnz, dtype=np.int32)
    # Where the share's first basket of each item goes: behind those of the shares before it.
    places = item_ptr[ranks] + np.cumsum(counts, axis=0) - counts
    with one_kernel_at_a_time:
        _turn(baskets.indptr, baskets.indices, ranks, places, basket_items, item_baskets)
    return Layout(baskets.indptr, basket_items, item_ptr, item_baskets, items)


def rows_asked(layout: Layout, seeds: Longs | None) -> tuple[Longs, Longs]:
    """The ranks of these items, of all where there are none, most baskets first; and which row of
    the result is that of each."""
    if seeds is None:
        return np.arange(len(layout.items)), layout.items.astype(np.int64)
    ranks = np.empty(len(layout.items), dtype=np.int64)
    ranks[layout.items] = np.arange(len(layout.items))
    rows = np.argsort(ranks[seeds])
    return ranks[seeds][rows], rows


@njit(parallel=True, cache=True, nogil=True)
def _count_items(ptr: Longs, indices: Ints, n_items: int, n_shares: int) -> Longs:
    counts = np.zeros((n_shares, n_items), dtype=np.int64)
    for share in prange(n_shares):
        first, end = _span(share, n_shares, len(ptr) - 1)
        for entry in range(ptr[first], ptr[end]):
            counts[share, indices[entry]] += 1
    return counts


@njit(parallel=True, cache=True, nogil=True)
def _turn(
    ptr: Longs, indices: Ints, ranks: Ranks, places: Longs, basket_items: Ranks, item_baskets: Ints
) -> None:
    """Renames the items of every basket and files the basket under each; moves `places` on."""
    for share in prange(len(places)):
        first, end = _span(share, len(places), len(ptr) - 1)
        place = places[share]
        for basket in range(first, end):
            for entry in range(ptr[basket], ptr[basket + 1]):
                item = indices[entry]
                basket_items[entry] = ranks[item]
                item_baskets[place[item]] = basket
                place[item] += 1


@njit(cache=True, nogil=True)
def _span(share: int, n_shares: int, size: int) -> tuple[int, int]:
    return size * share // n_shares, size * (share + 1) // n_shares


@njit(cache=True, nogil=True)
def empty_row(n_items: int, weighted: bool, count_buyers: bool) -> Row:
    return Row(
        np.zeros(n_items, dtype=np.int32),
        np.zeros(n_items if weighted else 0, dtype=np.float64),
        np.zeros((n_items if count_buyers else 0, 2), dtype=np.int32),
        np.empty(n_items, dtype=np.int32),
        np.empty(BASKETS_AHEAD, dtype=np.int64),
        np.empty(BASKETS_AHEAD, dtype=np.int64),
    )


@njit(cache=True, nogil=True)
def add_up(
    rank: int, layout: Layout, weights: Floats, buyers: Longs, once_a_buyer: bool, row: Row
) -> int:
    """Adds up the row of `rank` and returns how many of `row.touched` are set.

    The baskets of one buyer must be side by side. Only the first of a buyer adds to a pair's
    sum with `once_a_buyer`.
    """
    weighted, count_buyers = len(row.sums) > 0, len(row.buyers) > 0
    n_touched = 0
    row.orders[rank] = 1  # An item is no neighbour of its own: it never looks new.
    stop = layout.item_ptr[rank + 1]
    for start in range(layout.item_ptr[rank], stop, BASKETS_AHEAD):
        size = min(BASKETS_AHEAD, stop - start)
        _fetch(layout, start, size, row)
        for ahead in range(size):
            basket = layout.item_baskets[start + ahead]
            weight = weights[basket] if weighted else 1.0
            buyer = buyers[basket] + 1 if count_buyers else 0
            for entry in range(row.begin[ahead], row.end[ahead]):
                other = layout.basket_items[entry]
                orders = row.orders[other]
                # Written always and kept if new: a branch here is mispredicted too often.
                row.touched[n_touched] = other
                n_touched += orders == 0
                row.orders[other] = orders + 1
                new_buyer = True
                if count_buyers:
                    new_buyer = row.buyers[other, LAST] != buyer
                    row.buyers[other, COUNT] += new_buyer
                    row.buyers[other, LAST] = buyer
                if weighted and (new_buyer or not once_a_buyer):
                    row.sums[other] += weight
    _clear(rank, row)
    return n_touched


@njit(cache=True, nogil=True)
def _fetch(layout: Layout, start: int, size: int, row: Row) -> int:
    """Notes where the next baskets lie and touches each.

    Reads that do not wait for one another overlap; when the loop that adds up comes to these
    baskets they are in the cache. A third of the time of reading each basket when its turn comes.
    """
    for ahead in range(size):
        basket = layout.item_baskets[start + ahead]
        row.begin[ahead] = layout.basket_ptr[basket]
        row.end[ahead] = layout.basket_ptr[basket + 1]
    touch = 0
    for ahead in range(size):
        touch += layout.basket_items[row.begin[ahead]]
    return touch


@njit(cache=True, nogil=True)
def clear(n_touched: int, row: Row) -> None:
    for other in row.touched[:n_touched]:
        _clear(other, row)


@njit(cache=True, nogil=True)
def _clear(other: int, row: Row) -> None:
    row.orders[other] = 0
    if len(row.sums) > 0:
        row.sums[other] = 0.0
    if len(row.buyers) > 0:
        row.buyers[other] = 0
