"""Random walks on the graph of items and baskets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from recommendations.engine.base import (
    Additive,
    Document,
    ListKind,
    Publication,
    Ranked,
    columns_of,
)
from recommendations.engine.interactions import Interactions
from recommendations.engine.parameters import check_ranges
from recommendations.engine.topk import pair_topk


class RP3beta(Additive):
    """Where a walk of two steps from an item ends, with popular ends held back.

    S_ij = Σ_b (x_bi / n_i)^α · (x_bj / |b|)^α / n_j^β

    From item i to one of its n_i baskets, from there to one of its |b| items. In a cart these are
    the last two of the three steps the name speaks of: the cart itself is the first.

    Parameters
    ----------
    alpha : α > 0, below 1 for flatter and above 1 for steeper steps.
    beta : β ≥ 0.

    Attributes
    ----------
    interactions_ : the baskets it was fitted on; `ranked` multiplies them, S is never stored.

    Source: Paudel et al. 2017, "Updatable, Accurate, Diverse, and Scalable Recommendations for
    Interactive Applications".
    """

    def __init__(self, alpha: float = 1.0, beta: float = 0.3) -> None:
        self.alpha = alpha
        self.beta = beta

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        check_ranges(self, alpha="(0, inf)", beta="[0, inf)")
        self.interactions_ = interactions
        return self

    def ranked(
        self, publication: Publication, seeds: npt.NDArray[np.int64] | None = None
    ) -> Iterator[Ranked]:
        X: Interactions = self._check_fitted("interactions_")
        if X.n_items == 0:
            return
        n = X.item_orders()
        seeds = np.arange(X.n_items) if seeds is None else seeds
        best = pair_topk(
            X,
            weights=np.maximum(X.basket_sizes(), 1) ** -float(self.alpha),
            column_scale=np.power(n, -float(self.beta), dtype=np.float64),
            k=publication.k,
            min_orders=publication.min_orders,
            min_buyers=publication.min_buyers,
            seeds=seeds,
        )
        scores = best.scores / np.power(n[seeds], self.alpha, dtype=np.float64)[:, None]
        for row, seed in enumerate(seeds):
            if best.indices[row].max(initial=-1) >= 0:
                columns = columns_of(X.items, best.indices[row], scores[row], best.orders[row])
                yield Ranked(ListKind.ITEM, X.items[seed], int(n[seed]), *columns)
