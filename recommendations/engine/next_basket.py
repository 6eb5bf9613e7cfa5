"""Learning to rank a buyer's next order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from recommendations.engine.base import Document, Publication
from recommendations.engine.cooccurrence import Floats, Longs
from recommendations.engine.interactions import Interactions
from recommendations.engine.parameters import check_ranges
from recommendations.engine.purchases import Purchases
from recommendations.engine.splits import next_baskets, split_by_time
from recommendations.engine.user_knn import TIFUKNN

#: Learned from: what came next after these shares of the orders.
SHARES = (0.75, 0.8, 0.85, 0.9, 0.95)
#: Fewer candidates that were bought, or were not, teach nothing.
MIN_EXAMPLES = 100


class NextBasketRanker(TIFUKNN):
    """TIFU-KNN's best items of a buyer, ranked again by what the next order held in the past.

    s_uj = σ(w · z(x_uj) + b),  w, b = argmin Σ 1/|y_u| · log loss(y_uj, s_uj) + λ/2 |w|²

    x_uj are the features of `Purchases` and the two parts of TIFU-KNN's score, the buyer's own
    and that of the neighbours, each as log(1 + x) and as log(x + 0.001), standardized. y_u is the
    buyer's first order after a moment, x_uj comes from the orders before it; there are five such
    moments, after 75% to 95% of all orders. An order weighs the same whatever its size. What is
    ranked are the `candidates` items of the highest TIFU-KNN score. With too little to learn from
    and without times, lists are those of TIFU-KNN.

    Training reads all orders five times, and buyers beyond `max_buyers` cost nothing else.

    Parameters
    ----------
    candidates : items of a buyer that are ranked, ≥ 1; no list is longer.
    max_buyers : ≥ 1, whose next order is learned from, drawn for each moment.
    regularization : λ > 0.
    seed : of the draw.

    Attributes
    ----------
    regression_ : the fitted pipeline, or None where there is too little to learn from.

    Source: Liu 2009, "Learning to Rank for Information Retrieval" (the pointwise approach); Hu et
    al. 2020, "Modeling Personalized Item Frequency Information for Next-basket Recommendation";
    Bhagat et al. 2018, "Buy It Again: Modeling Repeat Purchase Recommendations".
    """

    def __init__(
        self,
        candidates: int = 60,
        max_buyers: int = 2_000,
        regularization: float = 10.0,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.candidates = candidates
        self.max_buyers = max_buyers
        self.regularization = regularization
        self.seed = seed

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        check_ranges(self, candidates="[1, inf)", max_buyers="[1, inf)", regularization="(0, inf)")
        super().fit(interactions)
        self.regression_ = self._regression(interactions)
        if self.regression_ is not None:
            self.purchases_ = Purchases(interactions)
        return self

    def _best(
        self, buyers: Longs, vectors: sparse.csr_array, k: int
    ) -> tuple[npt.NDArray[np.int32], Floats]:
        items, scores = super()._best(buyers, vectors, self.candidates)
        if self.regression_ is not None and (items >= 0).any():
            rows, places = np.nonzero(items >= 0)
            x = _features(self, self.purchases_, buyers, items, scores)
            scores = np.full(scores.shape, -1.0)  # what is no item comes last
            scores[rows, places] = self.regression_.predict_proba(x)[:, 1]
            order = np.lexsort((items, -scores), axis=1)
            items = np.take_along_axis(items, order, axis=1)
            scores = np.take_along_axis(scores, order, axis=1)
        return items[:, :k], scores[:, :k]

    def _regression(self, interactions: Interactions) -> Pipeline | None:
        examples = list(self._examples(interactions))
        n_bought = sum(int(bought.sum()) for _, bought, _ in examples)
        n_left = sum(len(bought) for _, bought, _ in examples) - n_bought
        if min(n_bought, n_left) < MIN_EXAMPLES:
            return None
        x, bought, weights = map(np.concatenate, zip(*examples, strict=True))
        regression = make_pipeline(
            FunctionTransformer(_logarithms),
            StandardScaler(),
            LogisticRegression(C=1 / self.regularization, max_iter=200),
        )
        return regression.fit(x, bought, logisticregression__sample_weight=weights)

    def _examples(
        self, interactions: Interactions
    ) -> Iterator[tuple[Floats, npt.NDArray[np.bool_], Floats]]:
        """Of each moment, a row a candidate: features, whether it was bought, and the weight."""
        for share in SHARES:
            split = split_by_time(interactions, share)
            cases = next_baskets(split, self.max_buyers, self.seed)
            if split.by != "time" or not len(cases):
                continue
            model = TIFUKNN().fit(split.train)
            vectors = model._vectors(Publication())
            items, scores = model._best(cases.buyers, vectors, self.candidates)
            x = _features(model, Purchases(split.train), cases.buyers, items, scores)
            rows, places = np.nonzero(items >= 0)
            order_sizes = np.diff(cases.relevant.indptr)
            asked, bought = cases.relevant.nonzero()
            n = split.train.n_items
            hit = np.isin(rows * n + items[rows, places], asked * n + bought)
            yield x, hit, 1 / order_sizes[rows]


def _features(
    model: TIFUKNN,
    purchases: Purchases,
    buyers: Longs,
    items: npt.NDArray[np.int32],
    scores: Floats,
) -> Floats:
    """(candidates, features): of the items ≥ 0 of each buyer, in their order."""
    rows, places = np.nonzero(items >= 0)
    found = items[rows, places].astype(np.int64)
    own = np.asarray(model.vectors_[buyers[rows], found]).ravel()
    of_neighbours = np.maximum(scores[rows, places] - model.own_share * own, 0)
    features = purchases.features(buyers, rows, found)
    return np.column_stack([*features.values(), own, of_neighbours])


def _logarithms(x: Floats) -> Floats:
    return np.hstack([np.log1p(x), np.log(x + 0.001)])
