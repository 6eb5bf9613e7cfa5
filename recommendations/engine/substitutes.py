"""What a customer could take instead of an item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommendations.engine.base import (
    Document,
    Entry,
    ListKind,
    Publication,
    Ranked,
    Recommender,
)
from recommendations.engine.content import ContentKNN, unit_rows
from recommendations.engine.interactions import Interactions
from recommendations.engine.matmul import matmul_topk
from recommendations.engine.pairs import pair_orders
from recommendations.engine.parameters import check_ranges

#: Candidates of each half that are looked at, for each one that is kept.
CANDIDATES_A_PLACE = 4


class Substitutes(Recommender):
    """Items that are alike, go with the same things, and are rarely bought together.

    S_ij = (v L_ij + (1 − v) cos(P_i, P_j)) / max(1, lift_ij)

    L_ij is the likeness of `ContentKNN`. P_i holds the positive pointwise mutual information of
    item i with every other, log(N C_ij / (n_i n_j)) where that is above 0: items with the same
    companions have a high cosine. Items that are bought together more often than by chance are
    complements, and their lift N C_ij / (n_i n_j) takes them down. An item that nobody bought, or
    that has no document, is judged by the half that is there.

    The evidence `pair_orders` is 0, and the thresholds of a publication hold for the pairs that
    P is made of.

    Parameters
    ----------
    content_weight : v in [0, 1].

    Attributes
    ----------
    content_ : the fitted `ContentKNN`, whose items, sorted keys, are those of the lists.
    interactions_ : the baskets. bought_ : position of each of their items among those of the lists.

    Sources: McAuley, Pandey & Leskovec 2015, "Inferring Networks of Substitutable and
    Complementary Products"; Bullinaria & Levy 2007 (positive mutual information and cosine).
    """

    def __init__(self, content_weight: float = 0.6) -> None:
        self.content_weight = content_weight

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        check_ranges(self, content_weight="[0, 1]")
        self.interactions_ = interactions
        self.content_ = ContentKNN().fit(interactions, documents)
        positions = [self.content_.positions_[key] for key in interactions.items]
        self.bought_ = np.array(positions, dtype=np.intp)
        return self

    def ranked(self, publication: Publication) -> Iterator[Ranked]:
        content: ContentKNN = self._check_fitted("content_")
        depth = CANDIDATES_A_PLACE * publication.k
        lift = self._lift(publication)
        companions = positive_information(lift)
        alike = nearest(content.vectors_, depth, content.min_similarity)
        v = self.content_weight
        scores = v * alike + (1 - v) * self._among_all(nearest(companions, depth))
        scores = sparse.csr_array(scores - scores.multiply(self._among_all(complementarity(lift))))
        for seed, key in enumerate(content.items_):
            span = slice(scores.indptr[seed], scores.indptr[seed + 1])
            entries = self._entries(scores.indices[span], scores.data[span], publication.k)
            if entries:
                yield Ranked.of(ListKind.ITEM, key, int(content.item_orders_[seed]), entries)

    def _entries(
        self, items: npt.NDArray[np.int32], scores: npt.NDArray[np.float64], k: int
    ) -> list[Entry]:
        best = np.lexsort((items, -scores))[:k]
        keys = self.content_.items_
        return [Entry(keys[items[b]], float(scores[b]), 0) for b in best if scores[b] > 0]

    def _lift(self, publication: Publication) -> sparse.csr_array:
        """N C_ij / (n_i n_j) of the pairs of enough orders and buyers, (items of X, items of X)."""
        X = self.interactions_
        pairs = pair_orders(
            X, min_orders=publication.min_orders, min_buyers=publication.min_buyers
        ).astype(np.float64)
        per_order = sparse.diags_array(1 / np.maximum(X.item_orders(), 1))
        return sparse.csr_array(X.n_baskets * (per_order @ pairs @ per_order))

    def _among_all(self, matrix: sparse.csr_array) -> sparse.csr_array:
        """The same cells among all items of the lists, those that nobody bought included."""
        cells = sparse.coo_array(matrix)
        i, j = (self.bought_[axis] for axis in cells.coords)
        n = len(self.content_.items_)
        return sparse.csr_array((cells.data, (i, j)), shape=(n, n))


def positive_information(lift: sparse.csr_array) -> sparse.csr_array:
    """log lift where that is above 0, of the same shape."""
    found = lift.copy()
    found.data = np.maximum(np.log(found.data), 0)
    found.eliminate_zeros()
    return found


def complementarity(lift: sparse.csr_array) -> sparse.csr_array:
    """1 − 1 / lift where the lift is above 1: what share of a score it takes away."""
    found = lift.copy()
    found.data = 1 - 1 / np.maximum(found.data, 1)
    found.eliminate_zeros()
    return found


def nearest(vectors: sparse.csr_array, k: int, least: float = 0.0) -> sparse.csr_array:
    """The k highest cosines of each row with the other rows, from `least` on: (rows, rows)."""
    n = vectors.shape[0]
    rows = unit_rows(vectors)
    columns, values = matmul_topk(rows, sparse.csr_array(rows.T), k, skip=np.arange(n))
    kept = (columns >= 0) & (values >= least)
    seeds = np.repeat(np.arange(n), kept.sum(axis=1))
    return sparse.csr_array((values[kept], (seeds, columns[kept])), shape=(n, n))
