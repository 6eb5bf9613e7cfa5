"""What sells, whoever buys: the floor every model has to beat, and the last fallback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from recommendations.engine.base import Additive, Document, Entry, ListKind, Publication, Ranked
from recommendations.engine.interactions import Interactions
from recommendations.engine.parameters import check_ranges


class Popularity(Additive):
    """The share of orders that hold an item, recent orders counting more.

    s_j = Σ_b w_b x_bj / Σ_b w_b,  w_b = 2^(−age_b / H)

    One list for everybody, and with `by_category` one for each category, of the items in it and
    in the categories below it. With an H of days it is what is in demand at the moment.

    Parameters
    ----------
    half_life_days : H > 0, or None for no decay.
    by_category : whether there are lists for categories.

    Attributes
    ----------
    scores_ : (items,) in [0, 1]. items_ : keys. categories_ : category key → item indices.

    Source: Cormode et al. 2009, "Forward Decay: A Practical Time Decay Model for Streaming
    Systems".
    """

    def __init__(self, half_life_days: float | None = 90.0, by_category: bool = False) -> None:
        self.half_life_days = half_life_days
        self.by_category = by_category

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        if self.half_life_days is not None:
            check_ranges(self, half_life_days="(0, inf)")
        X = interactions
        w = np.ones(X.n_baskets) if self.half_life_days is None else X.decay(self.half_life_days)
        self.scores_ = (X.baskets.T @ w) / max(w.sum(), 1e-12)
        self.items_ = X.items
        position = {key: j for j, key in enumerate(X.items)}
        self.categories_: dict[str, list[int]] = {}
        for document in documents if self.by_category else ():
            for category in document.category_keys:
                if document.key in position:
                    self.categories_.setdefault(category, []).append(position[document.key])
        return self

    def ranked(
        self, publication: Publication, seeds: npt.NDArray[np.int64] | None = None
    ) -> Iterator[Ranked]:
        scores = self._check_fitted("scores_")
        groups = {"": np.arange(len(scores))} | {
            category: np.sort(items) for category, items in sorted(self.categories_.items())
        }
        for category, items in groups.items():
            if len(items):
                entries = self._best(items, publication.k)
                yield Ranked.of(ListKind.GLOBAL, category, 0, entries)

    def _best(self, items: npt.NDArray[np.intp], k: int) -> list[Entry]:
        best = items[np.argsort(-self.scores_[items], kind="stable")[:k]]
        return [Entry(self.items_[j], float(self.scores_[j]), 0) for j in best]
