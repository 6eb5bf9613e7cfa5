"""One half step of alternating least squares: every row solved by itself, in parallel.

u = argmin Σ_{i∈row} ((1 + α)(1 − uᵀv_i)² − (uᵀv_i)²) + uᵀ G u,  G = VᵀV + λ I = L Lᵀ

In the coordinates x = Lᵀu, y_i = L⁻¹v_i the matrix of all columns becomes the identity:

x = (I + α Σ y_i y_iᵀ)⁻¹ (1 + α) Σ y_i            by conjugate gradient, for long rows
  = (1 + α) Σ w_i y_i,  (I + α Y_row Y_rowᵀ) w = 1  exactly, for rows of few entries

The second is the first by Woodbury's identity. The eigenvalues of the first lie between 1 and
1 + α, as no sum over one row exceeds that over all columns: a few steps from the last solution
reach what α allows, however large f and the row are, and a step takes 4 · f operations an entry.

Source: Takács, Pilászy & Tikk 2011, "Applications of the Conjugate Gradient Method for Implicit
Feedback Collaborative Filtering", there without the change of coordinates.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt
from numba import njit, prange
from scipy import linalg, sparse

from recommendations.engine.cooccurrence import Ints, Longs, one_kernel_at_a_time

Factors = npt.NDArray[np.float32]
#: Rows of so many entries are solved exactly: there it takes fewer operations.
SHORT = 16
STEPS = 2
#: What a row costs besides its entries.
ROW_AS_ENTRIES = 2


def solve_rows(
    matrix: sparse.csr_array, fixed: Factors, last: Factors, regularization: float, alpha: float
) -> Factors:
    """The best factors (rows, f) of binary `matrix` (rows, columns), `fixed` (columns, f) given.

    `last`: (rows, f), the solution of the half step before, or 0. An empty row has factors 0.
    """
    gram = (fixed.T @ fixed).astype(np.float64) + regularization * np.eye(fixed.shape[1])
    L = linalg.cholesky(gram, lower=True)
    turn_back = linalg.inv(L).astype(np.float32)
    Y = fixed @ turn_back.T
    x = last @ L.astype(np.float32)
    shares = equal_shares(matrix.indptr, numba.get_num_threads())
    with one_kernel_at_a_time:
        _solve_rows(matrix.indptr, matrix.indices, Y, np.float32(alpha), shares, x)
    return x @ turn_back


def equal_shares(ptr: Ints, n: int) -> Longs:
    """(n + 1,): where to part the rows so that every part has about as many entries and rows."""
    work = ptr + ROW_AS_ENTRIES * np.arange(len(ptr))
    return np.searchsorted(work, np.linspace(0, work[-1], n + 1))


@njit(parallel=True, cache=True, nogil=True)
def _solve_rows(
    ptr: Ints, columns: Ints, Y: Factors, alpha: np.float32, shares: Longs, x: Factors
) -> None:
    n_factors = Y.shape[1]
    for share in prange(len(shares) - 1):
        system = np.empty((SHORT, SHORT), dtype=np.float32)
        w = np.empty(SHORT, dtype=np.float32)
        vectors = np.empty((3, n_factors), dtype=np.float32)
        for row in range(shares[share], shares[share + 1]):
            entries = columns[ptr[row] : ptr[row + 1]]
            if len(entries) <= SHORT:
                _solve_short(entries, Y, alpha, system, w, x[row])
            else:
                _solve_long(entries, Y, alpha, vectors, x[row])


@njit(cache=True, nogil=True, fastmath=True)
def _solve_short(
    entries: Ints, Y: Factors, alpha: np.float32, system: Factors, w: Factors, x: Factors
) -> None:
    m, n_factors = len(entries), Y.shape[1]
    for a in range(m):
        for b in range(a + 1):
            system[a, b] = alpha * _dot(Y[entries[a]], Y[entries[b]])
        system[a, a] += np.float32(1.0)
        w[a] = np.float32(1.0) + alpha
    _solve(system, w, m)
    x[:] = 0
    for a in range(m):
        y = Y[entries[a]]
        for f in range(n_factors):
            x[f] += w[a] * y[f]


@njit(cache=True, nogil=True, fastmath=True)
def _solve_long(entries: Ints, Y: Factors, alpha: np.float32, vectors: Factors, x: Factors) -> None:
    """Conjugate gradient from `x`, in place."""
    residual, direction, image = vectors[0], vectors[1], vectors[2]
    residual[:] = -x
    _add(entries, Y, np.float32(1.0) + alpha, -alpha, x, residual)
    direction[:] = residual
    length = _dot(residual, residual)
    for _ in range(STEPS):
        if length <= 0:
            break
        image[:] = direction
        _add(entries, Y, np.float32(0.0), alpha, direction, image)
        step = length / _dot(direction, image)
        x += step * direction
        residual -= step * image
        before, length = length, _dot(residual, residual)
        direction *= length / before
        direction += residual


@njit(cache=True, nogil=True, fastmath=True)
def _add(
    entries: Ints, Y: Factors, weight: np.float32, slope: np.float32, x: Factors, out: Factors
) -> None:
    """out += Σ (weight + slope · yᵀx) y, four entries at a time: one load and store of `out` for
    four sums, and reads of `Y` that do not wait for one another."""
    n_factors = len(out)
    whole = len(entries) // 4 * 4
    for start in range(0, whole, 4):
        a, b = Y[entries[start]], Y[entries[start + 1]]
        c, d = Y[entries[start + 2]], Y[entries[start + 3]]
        of_a, of_b = np.float32(0.0), np.float32(0.0)
        of_c, of_d = np.float32(0.0), np.float32(0.0)
        for f in range(n_factors):
            of_a += a[f] * x[f]
            of_b += b[f] * x[f]
            of_c += c[f] * x[f]
            of_d += d[f] * x[f]
        of_a, of_b = weight + slope * of_a, weight + slope * of_b
        of_c, of_d = weight + slope * of_c, weight + slope * of_d
        for f in range(n_factors):
            out[f] += of_a * a[f] + of_b * b[f] + of_c * c[f] + of_d * d[f]
    for entry in entries[whole:]:
        y = Y[entry]
        share = weight + slope * _dot(y, x)
        for f in range(n_factors):
            out[f] += share * y[f]


@njit(cache=True, nogil=True, fastmath=True)
def _dot(a: Factors, b: Factors) -> np.float32:
    total = np.float32(0.0)
    for f in range(len(a)):
        total += a[f] * b[f]
    return total


@njit(cache=True, nogil=True, fastmath=True)
def _solve(system: Factors, right: Factors, n: int) -> None:
    """Cholesky in place; `right` becomes the solution.

    No eigenvalue, and so no pivot, of the system is below 1: what is, is rounding.
    """
    for a in range(n):
        for b in range(a):
            dot = np.float32(0.0)
            for c in range(b):
                dot += system[a, c] * system[b, c]
            system[a, b] = (system[a, b] - dot) / system[b, b]
        dot = np.float32(0.0)
        for c in range(a):
            dot += system[a, c] * system[a, c]
        system[a, a] = np.sqrt(max(system[a, a] - dot, np.float32(1.0)))
    for a in range(n):
        for c in range(a):
            right[a] -= system[a, c] * right[c]
        right[a] /= system[a, a]
    for a in range(n - 1, -1, -1):
        right[a] /= system[a, a]
        for c in range(a):
            right[c] -= system[a, c] * right[a]
