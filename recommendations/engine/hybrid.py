"""The default of a cart: a dense model for what sells often, sparse and content for the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import groupby
from operator import attrgetter
from typing import Self

import numpy as np
from sklearn.base import clone

from recommendations.engine.base import Document, Publication, Ranked, Recommender
from recommendations.engine.content import ContentKNN
from recommendations.engine.ease import EASE
from recommendations.engine.interactions import Interactions
from recommendations.engine.item_knn import ItemKNN
from recommendations.engine.tuning import tune_ease

#: Lists that are compared to bring the sparse scores to the scale of the dense ones.
LISTS_FOR_SCALE = 1_000
#: What a product is merely similar to stands below everything that was bought together.
BELOW = 0.5
SEED = attrgetter("seed")


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

    Source: Burke 2002, "Hybrid Recommender Systems: Survey and Experiments" (switching); those of
    its parts.
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
            lowest = min(lowest, *(score for score in ranked.scores if score > 0))
            yield ranked
        top = BELOW * lowest if partnered else 1.0
        alone = [j for key, j in self.content_.positions_.items() if key not in partnered]
        for similar in self.content_.ranked(publication, np.array(alone, dtype=np.int64)):
            yield similar._replace(scores=[top * score for score in similar.scores])

    def _bought_together(self, publication: Publication) -> Iterator[Ranked]:
        """Both models' lists seed by seed: each yields them in the order of the keys."""
        dense = self.ease_.ranked(publication)
        if len(self._modelled) == len(self._index):  # no pair is left for the sparse model
            yield from dense
            return
        scale = self._scale(publication)
        sparse = (self._rarer(ranked, scale) for ranked in self.sparse_.ranked(publication))
        for _, group in groupby(merge(dense, sparse, key=SEED), key=SEED):
            best = _best(list(group), publication)
            if best.keys and best.scores[0] > 0:
                yield best

    def _rarer(self, ranked: Ranked, scale: float) -> Ranked:
        """Of a list of the sparse model the pairs that the dense one does not model."""
        modelled, index = self._modelled, self._index
        kept: Sequence[int] = range(len(ranked.keys))
        if ranked.seed in modelled:
            kept = [place for place in kept if ranked.keys[place] not in modelled]
        rarer = _chosen(ranked, kept)
        shares = self.ease_.confirmation_.shares(
            index[ranked.seed],
            np.array([index[key] for key in rarer.keys], dtype=np.int32),
            np.array(rarer.pair_orders, dtype=np.int32),
        )
        return rarer._replace(scores=(scale * shares * rarer.scores).tolist())

    def _scale(self, publication: Publication) -> float:
        """c = Σ S^EASE S^SNC / Σ S^SNC² over pairs that both models have a positive score for."""
        items = self.ease_.interactions_.items
        position = {items[i]: place for place, i in enumerate(self.ease_.modelled_)}
        product = square = 0.0
        shared = self.ease_.modelled_[:LISTS_FOR_SCALE]
        for ranked in self.sparse_.ranked(publication, shared):
            row = self.ease_.weights_[position[ranked.seed]]
            for key, score in zip(ranked.keys, ranked.scores, strict=True):
                dense = float(row[position[key]]) if key in position else 0.0
                if dense > 0:
                    product += dense * score
                    square += score**2
        return product / square if square else 1.0


def _best(lists: Sequence[Ranked], publication: Publication) -> Ranked:
    """Of lists of one seed the k highest positive and the most negative scores, in one descending
    order."""
    whole = lists[0]
    if len(lists) > 1:
        whole = whole._replace(
            keys=[key for ranked in lists for key in ranked.keys],
            scores=[score for ranked in lists for score in ranked.scores],
            pair_orders=[orders for ranked in lists for orders in ranked.pair_orders],
        )
    scores = whole.scores
    order = sorted(range(len(scores)), key=lambda place: (-scores[place], whole.keys[place]))
    positive = [place for place in order if scores[place] > 0]
    negative = [place for place in order if scores[place] < 0]
    kept = negative[-publication.against :] if publication.against else []
    return _chosen(whole, positive[: publication.k] + kept)


def _chosen(ranked: Ranked, places: Sequence[int]) -> Ranked:
    return ranked._replace(
        keys=[ranked.keys[place] for place in places],
        scores=[ranked.scores[place] for place in places],
        pair_orders=[ranked.pair_orders[place] for place in places],
    )
