"""Matrix factorizations of baskets × items, compiled to item-item scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import eigsh
from sklearn import decomposition

from recommendations.engine.als import Factors, solve_rows
from recommendations.engine.base import Document, Publication, Ranked, Recommender
from recommendations.engine.interactions import Interactions
from recommendations.engine.parameters import check_ranges
from recommendations.engine.ranking import rank_pairs

#: Scores below are the rounding of a zero.
ROUNDING = 1e-9


class Factorization(Recommender):
    """S = left_ right_ᵀ, both of shape (items, factors): what these models have in common."""

    left_: npt.NDArray[np.floating]
    right_: npt.NDArray[np.floating]

    def ranked(self, publication: Publication) -> Iterator[Ranked]:
        left = self._check_fitted("left_")

        def rows(first: int, end: int) -> npt.NDArray[np.floating]:
            scores = left[first:end] @ self.right_.T
            scores[np.abs(scores) < ROUNDING] = 0
            return scores

        return rank_pairs(self.interactions_, rows, publication)


class PureSVD(Factorization):
    """X ≈ U Σ Vᵀ of rank f; a cart c scores items by c V Vᵀ, so S = V Vᵀ.

    V are the eigenvectors of XᵀX with the largest eigenvalues: the Gram matrix is items × items,
    far smaller than X. With as many factors as items S = I, and there are no lists.

    Parameters
    ----------
    n_factors : f ≥ 1; with fewer items there are fewer factors.
    seed : of the starting vector.

    Attributes
    ----------
    left_, right_ : V, shape (items, f).

    Source: Cremonesi, Koren & Turrin 2010, "Performance of Recommender Algorithms on Top-N
    Recommendation Tasks".
    """

    def __init__(self, n_factors: int = 64, seed: int = 0) -> None:
        self.n_factors = n_factors
        self.seed = seed

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        check_ranges(self, n_factors="[1, inf)")
        self.interactions_ = interactions
        X = sparse.csr_array(interactions.baskets, dtype=np.float64)
        gram = sparse.csr_array(X.T @ X)
        n_items = interactions.n_items
        if self.n_factors < n_items:
            start = np.random.default_rng(self.seed).random(n_items)
            _, V = eigsh(gram, k=self.n_factors, v0=start)
        else:
            _, V = np.linalg.eigh(gram.toarray())
        self.left_ = self.right_ = V
        return self


class NMF(Factorization):
    """X ≈ W H with nothing negative: each factor is a set of items that are bought together.

    S_ij = Σ_f p(f | i) H_fj,  p(f | i) = H_fi / Σ_g H_gi: an item speaks for the factors it is in.

    Parameters
    ----------
    n_factors : f ≥ 1; with fewer items or baskets there are fewer factors.
    max_iterations : of coordinate descent.
    seed : of the start.

    Attributes
    ----------
    left_ : p(f | i), shape (items, f). right_ : Hᵀ, shape (items, f).

    Source: Lee & Seung 1999, "Learning the parts of objects by non-negative matrix factorization".
    """

    def __init__(self, n_factors: int = 32, max_iterations: int = 200, seed: int = 0) -> None:
        self.n_factors = n_factors
        self.max_iterations = max_iterations
        self.seed = seed

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        check_ranges(self, n_factors="[1, inf)", max_iterations="[1, inf)")
        self.interactions_ = interactions
        X = interactions.baskets
        factors = min(self.n_factors, *X.shape)
        if factors == 0:
            self.left_ = self.right_ = np.zeros((interactions.n_items, 0))
            return self
        model = decomposition.NMF(
            factors, init="random", max_iter=self.max_iterations, tol=1e-3, random_state=self.seed
        )
        model.fit(sparse.csr_matrix(X, dtype=np.float64))
        self.right_ = model.components_.T
        self.left_ = self.right_ / np.maximum(self.right_.sum(axis=1, keepdims=True), 1e-12)
        return self


class ALS(Factorization):
    """Weighted factorization of implicit feedback by alternating least squares.

    min Σ_bi c_bi (x_bi − u_bᵀ v_i)² + λ (Σ_b ‖u_b‖² + Σ_i ‖v_i‖²),  c_bi = 1 + α x_bi

    A cart of the item i alone has the factors u = (1 + α) A⁻¹ v_i / (1 + α v_iᵀ A⁻¹ v_i) with
    A = VᵀV + λI (Sherman & Morrison), and S_ij = uᵀ v_j.

    Parameters
    ----------
    n_factors : f ≥ 1. alpha : α > 0. regularization : λ > 0. iterations : of both half steps.
    seed : of the start.

    Attributes
    ----------
    user_factors_ : U, (baskets, f), float32. right_ : V, (items, f), float32. left_ : the fold-ins
    of all one-item carts, (items, f).

    Source: Hu, Koren & Volinsky 2008, "Collaborative Filtering for Implicit Feedback Datasets".
    """

    def __init__(
        self,
        n_factors: int = 64,
        alpha: float = 10.0,
        regularization: float = 1.0,
        iterations: int = 15,
        seed: int = 0,
    ) -> None:
        self.n_factors = n_factors
        self.alpha = alpha
        self.regularization = regularization
        self.iterations = iterations
        self.seed = seed

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        check_ranges(
            self,
            n_factors="[1, inf)",
            alpha="(0, inf)",
            regularization="(0, inf)",
            iterations="[1, inf)",
        )
        self.interactions_ = interactions
        X = interactions.baskets
        by_item = sparse.csr_array(X.T)
        rng = np.random.default_rng(self.seed)
        shape = (interactions.n_items, self.n_factors)
        V = (rng.standard_normal(shape) / np.sqrt(self.n_factors)).astype(np.float32)
        U = np.zeros((interactions.n_baskets, self.n_factors), dtype=np.float32)
        for _ in range(self.iterations):
            U = solve_rows(X, V, U, self.regularization, self.alpha)
            V = solve_rows(by_item, U, V, self.regularization, self.alpha)
        self.user_factors_, self.right_ = U, V
        self.left_ = self._fold_in(V)
        return self

    def _fold_in(self, V: Factors) -> npt.NDArray[np.float64]:
        wide = V.astype(np.float64)
        A = wide.T @ wide + self.regularization * np.eye(self.n_factors)
        solved = np.linalg.solve(A, wide.T).T
        own = np.einsum("if,if->i", wide, solved)
        return (1 + self.alpha) * solved / (1 + self.alpha * own)[:, None]
