"""The best k of each row of a sparse product, without the product."""

from __future__ import annotations

import numba
import numpy as np
from numba import njit, prange
from scipy import sparse

from recommendations.engine.cooccurrence import Floats, Ints, Longs, one_kernel_at_a_time


def matmul_topk(
    left: sparse.csr_array, right: sparse.csr_array, k: int, *, skip: Longs | None = None
) -> tuple[Ints, Floats]:
    """Columns and values, shape (rows, k), of the k highest positive entries of left @ right.

    Best first, equal values by column; a row with fewer ends in −1. skip: (rows,), a column to
    leave out of each row. Memory beyond the result: a row of the product a thread.
    """
    rows, columns = left.shape[0], right.shape[1]
    with one_kernel_at_a_time:
        return _matmul_topk(
            left.indptr.astype(np.int64),
            left.indices.astype(np.int32),
            left.data.astype(np.float64),
            right.indptr.astype(np.int64),
            right.indices.astype(np.int32),
            right.data.astype(np.float64),
            np.full(rows, -1, dtype=np.int64) if skip is None else skip.astype(np.int64),
            columns,
            min(k, columns),
            numba.get_num_threads() * 8,
        )


@njit(parallel=True, cache=True, nogil=True)
def _matmul_topk(
    left_ptr: Longs,
    left_columns: Ints,
    left_values: Floats,
    right_ptr: Longs,
    right_columns: Ints,
    right_values: Floats,
    skip: Longs,
    n_columns: int,
    k: int,
    n_shares: int,
) -> tuple[Ints, Floats]:
    n_rows = len(left_ptr) - 1
    out_columns = np.full((n_rows, k), -1, dtype=np.int32)
    out_values = np.zeros((n_rows, k), dtype=np.float64)
    for share in prange(n_shares):
        sums = np.zeros(n_columns, dtype=np.float64)
        met_by = np.full(n_columns, -1, dtype=np.int64)
        met = np.empty(n_columns, dtype=np.int32)
        for row in range(share, n_rows, n_shares):
            n_met = 0
            for p in range(left_ptr[row], left_ptr[row + 1]):
                middle, factor = left_columns[p], left_values[p]
                for q in range(right_ptr[middle], right_ptr[middle + 1]):
                    column = right_columns[q]
                    if met_by[column] != row:
                        met_by[column] = row
                        met[n_met] = column
                        n_met += 1
                        sums[column] = 0.0
                    sums[column] += factor * right_values[q]
            _select(sums, met[:n_met], skip[row], out_columns[row], out_values[row])
    return out_columns, out_values


@njit(cache=True, nogil=True)
def _select(sums: Floats, met: Ints, skip: int, out_columns: Ints, out_values: Floats) -> None:
    k, size = len(out_columns), 0
    for column in met:
        value = sums[column]
        if value <= 0.0 or column == skip or k == 0:
            continue
        if size == k and not _before(value, column, out_values[k - 1], out_columns[k - 1]):
            continue
        place = min(size, k - 1)
        while place > 0 and _before(value, column, out_values[place - 1], out_columns[place - 1]):
            out_columns[place], out_values[place] = out_columns[place - 1], out_values[place - 1]
            place -= 1
        out_columns[place], out_values[place] = column, value
        size = min(size + 1, k)


@njit(cache=True, nogil=True)
def _before(value: float, column: int, other_value: float, other_column: int) -> bool:
    return value > other_value or (value == other_value and column < other_column)
