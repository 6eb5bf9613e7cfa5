"""EASE: the item-item model with a closed form, here weighted by basket size and age."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

import numba
import numpy as np
import numpy.typing as npt
from numba import njit, prange
from scipy import linalg, sparse

from recommendations.engine.base import Document, Publication, Ranked, Recommender
from recommendations.engine.confirmation import Confirmation
from recommendations.engine.cooccurrence import (
    Floats,
    Layout,
    add_up,
    clear,
    empty_row,
    lay_out,
    one_kernel_at_a_time,
)
from recommendations.engine.interactions import Interactions
from recommendations.engine.parameters import check_ranges
from recommendations.engine.ranking import rank_pairs

MIRROR_BLOCK = 512


class EASE(Recommender):
    """Embarrassingly shallow autoencoder on Xᵀ W X.

    G = Xᵀ diag(w_b |b|^−γ) X,  w_b = 2^(−age_b / H),  P = (G + λ I)⁻¹,  S_ij = −P_ij / P_jj

    Each column of S predicts one item from all others of a basket, so that a pair that only goes
    together because of a third item gets little, and a negative S_ij says that i speaks against j.
    Ranked by S_ij t_ij where positive, t as in `Confirmation`: new accounts alone push nothing.
    Only the `max_items` most frequent items are modelled: the inverse takes items³ / 3 operations
    and 4 · items² bytes.

    Parameters
    ----------
    regularization : λ > 0.
    basket_size_exponent : γ ≥ 0.
    half_life_days : H > 0, or None for no decay.
    max_items : M ≥ 1.

    Attributes
    ----------
    weights_ : S as float32, shape (M, M). modelled_ : (M,) item indices, ascending.
    confirmation_ : t.

    Source: Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data".
    """

    def __init__(
        self,
        regularization: float = 10.0,
        basket_size_exponent: float = 1.0,
        half_life_days: float | None = 90.0,
        max_items: int = 8_000,
    ) -> None:
        self.regularization = regularization
        self.basket_size_exponent = basket_size_exponent
        self.half_life_days = half_life_days
        self.max_items = max_items

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        ranges = {} if self.half_life_days is None else {"half_life_days": "(0, inf)"}
        check_ranges(
            self,
            regularization="(0, inf)",
            basket_size_exponent="[0, inf)",
            max_items="[1, inf)",
            **ranges,
        )
        X = interactions
        self.modelled_ = most_frequent(X, self.max_items)
        self.interactions_ = X
        self.confirmation_ = Confirmation(X)
        weights = basket_weights(X, self.basket_size_exponent, self.half_life_days)
        gram = weighted_gram(X.baskets[:, self.modelled_], weights)
        self.weights_ = solve(gram, self.regularization)
        return self

    def ranked(self, publication: Publication) -> Iterator[Ranked]:
        S = self._check_fitted("weights_")
        X = self.interactions_
        position = np.full(X.n_items, -1)
        position[self.modelled_] = np.arange(len(self.modelled_))

        def rows(first: int, end: int) -> npt.NDArray[np.float32]:
            block = np.zeros((end - first, X.n_items), dtype=np.float32)
            seeds = np.arange(first, end)
            known = position[seeds] >= 0
            block[np.ix_(known, self.modelled_)] = S[position[seeds[known]]]
            return block

        return rank_pairs(X, rows, publication, self.confirmation_)


def most_frequent(X: Interactions, size: int) -> npt.NDArray[np.intp]:
    """The items in most baskets, at most `size`, ascending; equal ones by index."""
    order = np.lexsort((np.arange(X.n_items), -X.item_orders()))
    return np.sort(order[:size])


def basket_weights(
    X: Interactions, basket_size_exponent: float, half_life_days: float | None
) -> npt.NDArray[np.float64]:
    """(baskets,) w_b |b|^−γ by the formula of `EASE`."""
    weights = np.maximum(X.basket_sizes(), 1) ** -float(basket_size_exponent)
    return weights if half_life_days is None else weights * X.decay(half_life_days)


def weighted_gram(
    baskets: sparse.csr_array, weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """Xᵀ diag(weights) X of binary baskets, (items, items) in Fortran order.

    Added up in float64: float32 drifts where a million small weights are added up.
    """
    n_items = int(baskets.shape[1])
    gram = np.zeros((n_items, n_items), dtype=np.float32, order="F")
    layout, shares = lay_out(baskets), numba.get_num_threads() * 8
    with one_kernel_at_a_time:
        _add_up_all(layout, weights, np.zeros(0, dtype=np.int64), gram, shares)
    gram[np.diag_indices(n_items)] = baskets.T @ weights
    return gram


@njit(parallel=True, cache=True, nogil=True)
def _add_up_all(
    layout: Layout,
    weights: Floats,
    no_buyers: npt.NDArray[np.int64],
    gram: npt.NDArray[np.float32],
    n_shares: int,
) -> None:
    n_items = len(layout.items)
    for share in prange(n_shares):
        row = empty_row(n_items, True, False)
        for rank in range(share, n_items, n_shares):
            n_touched = add_up(rank, layout, weights, no_buyers, False, row)
            for other in row.touched[:n_touched]:
                gram[layout.items[other], layout.items[rank]] = row.sums[other]
            clear(n_touched, row)


def solve(gram: npt.NDArray[np.float32], regularization: float) -> npt.NDArray[np.float32]:
    """S of the formula above from a symmetric G in Fortran order, which is overwritten. O(n³).

    float32 Cholesky in place: half the operations and an eighth of the memory of a general float64
    inverse. Raises `LinAlgError` where G + λI is not positive definite.
    """
    n = len(gram)
    if n == 0:
        return gram
    gram[np.diag_indices(n)] += np.float32(regularization)
    factor, failed = linalg.lapack.spotrf(gram, lower=1, overwrite_a=1, clean=0)
    if failed:
        raise np.linalg.LinAlgError("G + λI is not positive definite: raise `regularization`.")
    inverse, _ = linalg.lapack.spotri(factor, lower=1, overwrite_c=1)
    # LAPACK's columns are the rows of the transpose, and P is its own: no copy to turn it.
    P = inverse.T
    for start in range(0, n, MIRROR_BLOCK):
        end = start + MIRROR_BLOCK
        P[end:, start:end] = P[start:end, end:].T
        corner = np.triu(P[start:end, start:end])
        P[start:end, start:end] = corner + np.triu(corner, 1).T
    P /= -np.diag(P).copy()[None, :]
    P[np.diag_indices(n)] = 0
    return P
