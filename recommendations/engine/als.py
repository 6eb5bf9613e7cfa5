"""One half step of alternating least squares: every row solved exactly, in parallel.

u = argmin Σ_{i∈row} ((1 + α)(1 − uᵀv_i)² − (uᵀv_i)²) + uᵀ G u,  G = VᵀV + λ I
  = (G + α Σ v_i v_iᵀ)⁻¹ (1 + α) Σ v_i                       f × f, for long rows
  = (1 + α) Σ_i w_i z_i,  (I + α V_row Z_rowᵀ) w = 1,  Z = V G⁻¹   m × m, for rows of m ≤ f entries

The second is the first by Woodbury's identity. A basket has six items where f is 64, so that it
takes a tenth of the operations of three conjugate-gradient steps, and is exact.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt
from numba import njit, prange
from scipy import linalg, sparse

from recommendations.engine.cooccurrence import Ints, one_kernel_at_a_time

Factors = npt.NDArray[np.float32]
TOGETHER = 4


def solve_rows(
    matrix: sparse.csr_array, fixed: Factors, regularization: float, alpha: float
) -> Factors:
    """The best factors (rows, f) of binary `matrix` (rows, columns), `fixed` (columns, f) given.

    An empty row has factors 0.
    """
    V = np.ascontiguousarray(fixed, dtype=np.float32)
    gram = (V.T @ V).astype(np.float64) + regularization * np.eye(V.shape[1])
    Z = linalg.cho_solve(linalg.cho_factor(gram), V.T.astype(np.float64)).T
    out = np.zeros((matrix.shape[0], V.shape[1]), dtype=np.float32)
    with one_kernel_at_a_time:
        _solve_rows(
            matrix.indptr,
            matrix.indices,
            V,
            np.ascontiguousarray(Z, dtype=np.float32),
            gram.astype(np.float32),
            np.float32(regularization),
            np.float32(alpha),
            out,
            numba.get_num_threads() * 8,
        )
    return out


@njit(parallel=True, cache=True, nogil=True)
def _solve_rows(
    ptr: Ints,
    columns: Ints,
    V: Factors,
    Z: Factors,
    gram: Factors,
    regularization: np.float32,
    alpha: np.float32,
    out: Factors,
    n_shares: int,
) -> None:
    n_factors = V.shape[1]
    for share in prange(n_shares):
        system = np.empty((n_factors, n_factors), dtype=np.float32)
        right = np.empty(n_factors, dtype=np.float32)
        for row in range(share, len(out), n_shares):
            entries = columns[ptr[row] : ptr[row + 1]]
            if len(entries) <= n_factors:
                _solve_short(entries, V, Z, alpha, system, right, out[row])
            else:
                _solve_long(entries, V, gram, regularization, alpha, system, out[row])


@njit(cache=True, nogil=True, fastmath=True)
def _solve_short(
    entries: Ints,
    V: Factors,
    Z: Factors,
    alpha: np.float32,
    system: Factors,
    w: Factors,
    out: Factors,
) -> None:
    m, n_factors = len(entries), V.shape[1]
    for a in range(m):
        v = V[entries[a]]
        for b in range(a + 1):
            z = Z[entries[b]]
            dot = np.float32(0.0)
            for f in range(n_factors):
                dot += v[f] * z[f]
            system[a, b] = alpha * dot
        system[a, a] += np.float32(1.0)
        w[a] = np.float32(1.0) + alpha
    _solve(system, w, m, np.float32(1.0))
    for a in range(m):
        z = Z[entries[a]]
        for f in range(n_factors):
            out[f] += w[a] * z[f]


@njit(cache=True, nogil=True, fastmath=True)
def _solve_long(
    entries: Ints,
    V: Factors,
    gram: Factors,
    regularization: np.float32,
    alpha: np.float32,
    system: Factors,
    out: Factors,
) -> None:
    """Four entries at a time: four multiplications for each load and store of the system."""
    n_factors = V.shape[1]
    system[:] = gram
    whole = len(entries) // TOGETHER * TOGETHER
    for start in range(0, whole, TOGETHER):
        a, b, c, d = (
            V[entries[start]],
            V[entries[start + 1]],
            V[entries[start + 2]],
            V[entries[start + 3]],
        )
        for row in range(n_factors):
            ra, rb, rc, rd = alpha * a[row], alpha * b[row], alpha * c[row], alpha * d[row]
            line = system[row]
            for f in range(n_factors):
                line[f] += ra * a[f] + rb * b[f] + rc * c[f] + rd * d[f]
            out[row] += a[row] + b[row] + c[row] + d[row]
    for entry in entries[whole:]:
        v = V[entry]
        for row in range(n_factors):
            for f in range(n_factors):
                system[row, f] += alpha * v[row] * v[f]
            out[row] += v[row]
    for row in range(n_factors):
        out[row] *= np.float32(1.0) + alpha
    _solve(system, out, n_factors, regularization)


@njit(cache=True, nogil=True, fastmath=True)
def _solve(system: Factors, right: Factors, n: int, least: np.float32) -> None:
    """Cholesky in place; `right` becomes the solution.

    No eigenvalue, and so no pivot, of the system is below `least`: what is, is rounding.
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
        system[a, a] = np.sqrt(max(system[a, a] - dot, least))
    for a in range(n):
        for c in range(a):
            right[a] -= system[a, c] * right[c]
        right[a] /= system[a, a]
    for a in range(n - 1, -1, -1):
        right[a] /= system[a, a]
        for c in range(a):
            right[c] -= system[a, c] * right[a]
