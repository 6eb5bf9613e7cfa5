"""Models of buyers: what they buy again, and what buyers like them buy.

All three score by M · V, where a row of V belongs to a buyer, and M mixes buyers.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.preprocessing import normalize

from recommendations.engine.base import (
    Document,
    Entry,
    ListKind,
    Publication,
    Ranked,
    Recommender,
)
from recommendations.engine.cooccurrence import Longs
from recommendations.engine.interactions import Interactions
from recommendations.engine.matmul import matmul_topk
from recommendations.engine.parameters import check_ranges

BUYERS_A_BLOCK = 4096


class BuyerModel(Recommender):
    """Lists for each known buyer: s_u = Σ_v M_uv V_v, computed for a block of buyers at a time.

    Attributes
    ----------
    interactions_ : the baskets it was fitted on.
    orders_ : R as CSR (known buyers, items), in how many of a buyer's orders an item was.
    """

    interactions_: Interactions
    orders_: sparse.csr_array

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        self.interactions_ = interactions
        self.orders_ = sum_of_baskets(interactions, np.ones(interactions.n_baskets))
        return self

    @abstractmethod
    def _vectors(self, publication: Publication) -> sparse.csr_array:
        """V, shape (rows, items)."""

    @abstractmethod
    def _mixture(self, buyers: Longs) -> sparse.csr_array:
        """The rows of these buyers in M, shape (buyers, rows of V)."""

    def _best(
        self, buyers: Longs, vectors: sparse.csr_array, k: int
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Items and scores, shape (buyers, ≤ k), best first; a row with fewer ends in −1."""
        return matmul_topk(self._mixture(buyers), vectors, k)

    def ranked(self, publication: Publication) -> Iterator[Ranked]:
        orders = self._check_fitted("orders_")
        vectors = self._vectors(publication)
        for first in range(0, orders.shape[0], BUYERS_A_BLOCK):
            buyers = np.arange(first, min(first + BUYERS_A_BLOCK, orders.shape[0]))
            yield from self._lists(first, *self._best(buyers, vectors, publication.k))

    def _lists(
        self, first: int, columns: npt.NDArray[np.int32], scores: npt.NDArray[np.float64]
    ) -> Iterator[Ranked]:
        X = self.interactions_
        n_orders = orders_of_buyers(X)
        for row in range(len(columns)):
            buyer = first + row
            own = _as_dict(self.orders_, buyer)
            entries = [
                Entry(X.items[j], score, own.get(j, 0))
                for j, score in zip(columns[row].tolist(), scores[row].tolist(), strict=True)
                if j >= 0
            ]
            if entries:
                yield Ranked.of(ListKind.USER, X.known_buyers[buyer], int(n_orders[buyer]), entries)

    def _publishable(self, publication: Publication) -> npt.NDArray[np.bool_]:
        """(items,): items of so many orders and buyers that one buyer may see what others had."""
        X = self.interactions_
        return (X.item_orders() >= publication.min_orders) & (
            buyers_of_items(X) >= publication.min_buyers
        )


class TopFreq(BuyerModel):
    """What the buyer had most often; among equals what is more popular.

    s_uj = (R_uj + n_j / (N + 1)) / N_u for R_uj > 0, with N_u the buyer's orders

    A list holds only what the buyer had. What follows it, as GP-TopFreq in the literature, is the
    list of `Popularity`. The thresholds of a publication do not apply: a buyer's own orders are
    nobody else's secret.

    Source: Li et al. 2021, "A Next Basket Recommendation Reality Check".
    """

    def _vectors(self, publication: Publication) -> sparse.csr_array:
        X = self.interactions_
        scores = self.orders_.copy()
        scores.data += (X.item_orders() / (X.n_baskets + 1))[scores.indices]
        scores.data /= np.repeat(orders_of_buyers(X), np.diff(scores.indptr))
        return scores

    def _mixture(self, buyers: Longs) -> sparse.csr_array:
        return _themselves(buyers, self.orders_.shape[0])


class UserKNN(BuyerModel):
    """What the k buyers with the most similar history had, bought before or not.

    s_uj = Σ_{v∈N_k(u)} cos(R_u, R_v) · R_vj / N_v, with N_v the orders of buyer v

    Items of fewer orders or buyers than the publication asks for are left out.

    Parameters
    ----------
    neighbours : k ≥ 1.

    Source: Herlocker et al. 1999, "An Algorithmic Framework for Performing Collaborative
    Filtering".
    """

    def __init__(self, neighbours: int = 100) -> None:
        self.neighbours = neighbours

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        check_ranges(self, neighbours="[1, inf)")
        return super().fit(interactions, documents)

    def _vectors(self, publication: Publication) -> sparse.csr_array:
        shares = 1 / np.maximum(orders_of_buyers(self.interactions_), 1)
        return _only(sparse.diags_array(shares) @ self.orders_, self._publishable(publication))

    def _mixture(self, buyers: Longs) -> sparse.csr_array:
        return nearest(self.orders_, buyers, self.neighbours)


class TIFUKNN(BuyerModel):
    """Temporal item frequencies, the buyer's own and those of similar buyers, for the next order.

    V_u = 1/G Σ_{g<G} r_g^g · 1/m Σ_{q<m} r_b^q · |x_{u,gm+q}|^−γ · x_{u,gm+q}
    s_u = α V_u + (1 − α) / |N_k(u)| · Σ_{v∈N_k(u)} V_v

    x_{u,p} is the buyer's order number p, counted from the newest as 0; m consecutive orders are
    a group, of which the buyer has G. An item of a small order says more of what the buyer comes
    for than one of a large order (γ; 0 in the paper). Neighbours are the nearest by cosine. What
    the buyer never had comes only if it has as many orders and buyers as the publication asks for.

    Parameters
    ----------
    neighbours : k ≥ 1.
    group_size : m ≥ 1, in orders.
    within_decay : r_b in (0, 1].
    group_decay : r_g in (0, 1].
    own_share : α in [0, 1].
    basket_size_exponent : γ ≥ 0.

    Attributes
    ----------
    vectors_ : V as CSR (known buyers, items).

    Source: Hu et al. 2020, "Modeling Personalized Item Frequency Information for Next-basket
    Recommendation".
    """

    def __init__(
        self,
        neighbours: int = 100,
        group_size: int = 7,
        within_decay: float = 0.9,
        group_decay: float = 0.7,
        own_share: float = 0.7,
        basket_size_exponent: float = 0.35,
    ) -> None:
        self.neighbours = neighbours
        self.group_size = group_size
        self.within_decay = within_decay
        self.group_decay = group_decay
        self.own_share = own_share
        self.basket_size_exponent = basket_size_exponent

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        check_ranges(
            self,
            neighbours="[1, inf)",
            group_size="[1, inf)",
            within_decay="(0, 1]",
            group_decay="(0, 1]",
            own_share="[0, 1]",
            basket_size_exponent="[0, inf)",
        )
        self.vectors_ = sum_of_baskets(interactions, self._basket_weights(interactions))
        return super().fit(interactions, documents)

    def _basket_weights(self, X: Interactions) -> npt.NDArray[np.float64]:
        _, starts, sizes = np.unique(X.buyers, return_index=True, return_counts=True)
        age = np.arange(X.n_baskets) - np.repeat(starts, sizes)
        group, position = np.divmod(age, self.group_size)
        groups = np.repeat(-(-sizes // self.group_size), sizes)
        decay = self.group_decay ** group.astype(float) * self.within_decay**position
        normalized = np.maximum(X.basket_sizes(), 1) ** -float(self.basket_size_exponent)
        return decay * normalized / (groups * self.group_size)

    def _vectors(self, publication: Publication) -> sparse.csr_array:
        others = _only(self.vectors_, self._publishable(publication))
        return sparse.csr_array(sparse.vstack([self.vectors_, others]))

    def _mixture(self, buyers: Longs) -> sparse.csr_array:
        near = nearest(self.vectors_, buyers, self.neighbours)
        near.data = np.repeat(1 / np.maximum(np.diff(near.indptr), 1), np.diff(near.indptr))
        own = _themselves(buyers, self.vectors_.shape[0])
        return sparse.csr_array(sparse.hstack([self.own_share * own, (1 - self.own_share) * near]))


def sum_of_baskets(X: Interactions, weights: npt.NDArray[np.float64]) -> sparse.csr_array:
    """Σ_{b of u} weights_b x_b as CSR (known buyers, items), columns sorted."""
    known = np.flatnonzero(X.buyers < len(X.known_buyers))
    of_buyer = sparse.csr_array(
        (weights[known], (X.buyers[known], known)), shape=(len(X.known_buyers), X.n_baskets)
    )
    summed = sparse.csr_array(of_buyer @ X.baskets)
    summed.sort_indices()
    return summed


def orders_of_buyers(X: Interactions) -> npt.NDArray[np.int64]:
    """(known buyers,): how many orders each has."""
    known = X.buyers[X.buyers < len(X.known_buyers)]
    return np.bincount(known, minlength=len(X.known_buyers))


def buyers_of_items(X: Interactions) -> npt.NDArray[np.int64]:
    """(items,): how many different buyers each item has, unknown ones counted one an order."""
    of_entry = np.repeat(X.buyers, X.basket_sizes())
    pairs = np.unique(of_entry * X.n_items + X.baskets.indices)
    return np.bincount(pairs % max(X.n_items, 1), minlength=X.n_items)


def nearest(vectors: sparse.csr_array, some: Longs, k: int) -> sparse.csr_array:
    """The cosines of some rows with their k nearest others, CSR (some, rows)."""
    unit = sparse.csr_array(normalize(vectors))
    columns, cosines = matmul_topk(unit[some], sparse.csr_array(unit.T), k, skip=some)
    found = columns >= 0
    starts = np.concatenate([[0], np.cumsum(found.sum(axis=1))])
    return sparse.csr_array(
        (cosines[found], columns[found], starts), shape=(len(some), vectors.shape[0])
    )


def _themselves(some: Longs, rows: int) -> sparse.csr_array:
    """Some rows of the identity matrix, CSR (some, rows)."""
    return sparse.csr_array(
        (np.ones(len(some)), (np.arange(len(some)), some)), shape=(len(some), rows)
    )


def _only(vectors: sparse.csr_array, items: npt.NDArray[np.bool_]) -> sparse.csr_array:
    kept = sparse.csr_array(vectors @ sparse.diags_array(items.astype(np.float64)))
    kept.eliminate_zeros()
    return kept


def _as_dict(matrix: sparse.csr_array, row: int) -> dict[int, int]:
    span = slice(matrix.indptr[row], matrix.indptr[row + 1])
    counts = matrix.data[span].astype(int).tolist()
    return dict(zip(matrix.indices[span].tolist(), counts, strict=True))
