"""What sells, whoever buys: the floor every model has to beat, and the last fallback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np

from recommendations.engine.base import Document, Entry, ListKind, Publication, Ranked, Recommender
from recommendations.engine.interactions import Interactions


class Popularity(Recommender):
    """The share of orders that hold an item, recent orders counting more.

    s_j = Σ_b w_b x_bj / Σ_b w_b,  w_b = 2^(−age_b / H)

    Parameters
    ----------
    half_life_days : H > 0, or None for no decay.

    Attributes
    ----------
    scores_ : (items,) in [0, 1]. items_ : keys.
    """

    def __init__(self, half_life_days: float | None = 90.0) -> None:
        self.half_life_days = half_life_days

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        X = interactions
        w = np.ones(X.n_baskets) if self.half_life_days is None else X.decay(self.half_life_days)
        self.scores_ = (X.baskets.T @ w) / max(w.sum(), 1e-12)
        self.items_ = X.items
        return self

    def ranked(self, publication: Publication) -> Iterator[Ranked]:
        scores = self._check_fitted("scores_")
        best = np.lexsort((np.arange(len(scores)), -scores))[: publication.k]
        entries = [Entry(self.items_[j], float(scores[j]), 0) for j in best]
        if entries:
            yield Ranked(ListKind.GLOBAL, "", 0, entries)
