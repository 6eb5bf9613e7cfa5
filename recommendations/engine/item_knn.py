"""Item-item models: what was bought in the same basket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np

from recommendations.engine.base import (
    Document,
    ListKind,
    Publication,
    Ranked,
    Recommender,
    entries_of,
)
from recommendations.engine.interactions import Interactions
from recommendations.engine.topk import pair_topk


class ItemKNN(Recommender):
    """Size-normalised co-occurrence: the neighbours of an item are what shared its baskets.

    S_ij = log(N / n_i)^a · Σ_b w_b x_bi x_bj |b|^−γ / ((n_i + k) · n_j^β),  w_b = 2^(−age_b / H)

    A pair in a small basket says more than one in a large basket (γ); what is in every basket
    goes with nothing in particular (β); a seed seen rarely is trusted less (k). A cart c scores a
    candidate j by Σ_{i∈c} S_ij, so a seed's share of the score is exact.

    Parameters
    ----------
    basket_size_exponent : γ ≥ 0.
    popularity_exponent : β ≥ 0.
    shrinkage : k ≥ 0, in orders.
    seed_rarity_exponent : a ≥ 0.
    half_life_days : H > 0, or None for no decay.

    Attributes
    ----------
    interactions_ : the baskets it was fitted on; `ranked` multiplies them, S is never stored.

    Sources: Sarwar et al. 2001 and Deshpande & Karypis 2004 (item-based top-N), Paudel et al.
    2017 (popularity exponent of RP3β), Cormode et al. 2009 (forward decay).
    """

    def __init__(
        self,
        basket_size_exponent: float = 1.0,
        popularity_exponent: float = 0.3,
        shrinkage: float = 10.0,
        seed_rarity_exponent: float = 0.0,
        half_life_days: float | None = 90.0,
        once_a_buyer: bool = False,
    ) -> None:
        self.basket_size_exponent = basket_size_exponent
        self.popularity_exponent = popularity_exponent
        self.shrinkage = shrinkage
        self.seed_rarity_exponent = seed_rarity_exponent
        self.half_life_days = half_life_days
        self.once_a_buyer = once_a_buyer

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        self.interactions_ = interactions
        return self

    def ranked(self, publication: Publication) -> Iterator[Ranked]:
        X: Interactions = self._check_fitted("interactions_")
        if X.n_items == 0:
            return
        n = X.item_orders()
        weights = np.maximum(X.basket_sizes(), 1) ** -float(self.basket_size_exponent)
        if self.half_life_days is not None:
            weights = weights * X.decay(self.half_life_days)
        rarity = np.log(np.maximum(X.n_baskets / n, 1.0)) ** self.seed_rarity_exponent
        row_scale = rarity / (n + self.shrinkage)
        best = pair_topk(
            X,
            weights=weights,
            column_scale=np.power(n, -float(self.popularity_exponent), dtype=np.float64),
            k=publication.k,
            min_orders=publication.min_orders,
            min_buyers=publication.min_buyers,
            once_a_buyer=self.once_a_buyer,
        )
        scores = best.scores * row_scale[:, None]
        for seed in range(X.n_items):
            entries = entries_of(X.items, best.indices[seed], scores[seed], best.orders[seed], n)
            if entries:
                yield Ranked(ListKind.ITEM, X.items[seed], int(n[seed]), entries)
