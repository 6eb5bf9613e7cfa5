"""The default of a cart: a dense model for what sells often, sparse and content for the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import groupby, islice
from typing import Self

import numpy as np
from sklearn.base import clone

from recommendations.engine.base import Document, Entry, Publication, Ranked, Recommender
from recommendations.engine.content import ContentKNN
from recommendations.engine.ease import EASE
from recommendations.engine.interactions import Interactions
from recommendations.engine.item_knn import ItemKNN
from recommendations.engine.tuning import tune_ease

#: Lists that are compared to bring the sparse scores to the scale of the dense ones.
LISTS_FOR_SCALE = 1_000
#: What a product is merely similar to stands below everything that was bought together.
BELOW = 0.5


class Hybrid(Recommender):
    """EASE on the most frequent items, size-normalised co-occurrence for pairs with a rarer one,
    and content for products that were never bought with any other.

    S_ij = S^EASE_ij where i and j are both modelled, c · S^SNC_ij elsewhere; c is the least-squares
    scale between both models on the pairs they share. Both count as far as `Confirmation` goes. A
    product without any partner that may be published has the list of `ContentKNN`, with scores
    below those of all partners.

    Parameters
    ----------
    regularization, basket_size_exponent, half_life_days, max_items : as in `EASE`.
    popularity_exponent, shrinkage : as in `ItemKNN`.

    Attributes
    ----------
    ease_, sparse_, content_ : the fitted parts.
    """

    def __init__(
        self,
        regularization: float = 10.0,
        basket_size_exponent: float = 1.0,
        half_life_days: float | None = 90.0,
        max_items: int = 8_000,
        popularity_exponent: float = 0.3,
        shrinkage: float = 10.0,
    ) -> None:
        self.regularization = regularization
        self.basket_size_exponent = basket_size_exponent
        self.half_life_days = half_life_days
        self.max_items = max_items
        self.popularity_exponent = popularity_exponent
        self.shrinkage = shrinkage

    def tuned(self, interactions: Interactions, seed: int = 0) -> Self:
        found = tune_ease(interactions, seed)
        return clone(self).set_params(
            regularization=found.regularization,
            basket_size_exponent=found.basket_size_exponent,
            half_life_days=found.half_life_days,
        )

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        self.ease_ = EASE(
            regularization=self.regularization,
            basket_size_exponent=self.basket_size_exponent,
            half_life_days=self.half_life_days,
            max_items=self.max_items,
        ).fit(interactions)
        self.sparse_ = ItemKNN(
            popularity_exponent=self.popularity_exponent,
            shrinkage=self.shrinkage,
            half_life_days=self.half_life_days,
        ).fit(interactions)
        self.content_ = ContentKNN().fit(interactions, documents)
        self._index = {key: i for i, key in enumerate(interactions.items)}
        self._modelled = {interactions.items[i] for i in self.ease_.modelled_}
        return self

    def ranked(self, publication: Publication) -> Iterator[Ranked]:
        self._check_fitted("ease_")
        partnered: set[str] = set()
        lowest = np.inf
        for ranked in self._bought_together(publication):
            partnered.add(ranked.seed)
            lowest = min(lowest, *(entry.score for entry in ranked.entries if entry.score > 0))
            yield ranked
        top = BELOW * lowest if partnered else 1.0
        for similar in self.content_.ranked(publication):
            if similar.seed not in partnered:
                entries = [entry._replace(score=top * entry.score) for entry in similar.entries]
                yield similar._replace(entries=entries)

    def _bought_together(self, publication: Publication) -> Iterator[Ranked]:
        """Both models' lists seed by seed: each yields them in the order of the keys."""
        scale = self._scale(publication)
        dense = ((ranked.seed, True, ranked) for ranked in self.ease_.ranked(publication))
        sparse = ((ranked.seed, False, ranked) for ranked in self.sparse_.ranked(publication))
        both = merge(dense, sparse, key=lambda item: item[0])
        for _, group in groupby(both, key=lambda item: item[0]):
            entries: list[Entry] = []
            for _, is_dense, ranked in group:
                entries += ranked.entries if is_dense else self._rarer(ranked, scale)
            best = _best(entries, publication)
            if best and best[0].score > 0:
                yield ranked._replace(entries=best)

    def _rarer(self, ranked: Ranked, scale: float) -> list[Entry]:
        """Of a list of the sparse model the pairs that the dense one does not model."""
        modelled, index = self._modelled, self._index
        entries = [
            entry
            for entry in ranked.entries
            if ranked.seed not in modelled or entry.key not in modelled
        ]
        shares = self.ease_.confirmation_.shares(
            index[ranked.seed],
            np.array([index[entry.key] for entry in entries], dtype=np.int32),
            np.array([entry.pair_orders for entry in entries], dtype=np.int32),
        )
        return [
            entry._replace(score=scale * share * entry.score)
            for entry, share in zip(entries, shares.tolist(), strict=True)
        ]

    def _scale(self, publication: Publication) -> float:
        """c = Σ S^EASE S^SNC / Σ S^SNC² over pairs that both models have a positive score for."""
        items = self.ease_.interactions_.items
        position = {items[i]: place for place, i in enumerate(self.ease_.modelled_)}
        product = square = 0.0
        shared = (r for r in self.sparse_.ranked(publication) if r.seed in position)
        for ranked in islice(shared, LISTS_FOR_SCALE):
            row = self.ease_.weights_[position[ranked.seed]]
            for entry in ranked.entries:
                dense = float(row[position[entry.key]]) if entry.key in position else 0.0
                if dense > 0:
                    product += dense * entry.score
                    square += entry.score**2
        return product / square if square else 1.0


def _best(entries: list[Entry], publication: Publication) -> list[Entry]:
    """The k highest positive and the most negative scores, in one descending order."""
    entries.sort(key=lambda entry: (-entry.score, entry.key))
    positive = [entry for entry in entries if entry.score > 0]
    negative = [entry for entry in entries if entry.score < 0]
    kept = negative[-publication.against :] if publication.against else []
    return positive[: publication.k] + kept
