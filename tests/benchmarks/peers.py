"""implicit's models as it publishes them, each tuned on the validation slice of our own."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from recommendations.engine.metrics import Values, ndcg_per_case, ranks_of_hidden
from recommendations.engine.splits import Cases

TOP = 10
#: (fitted on a matrix) → what scores baskets, as `metrics.ListScorer` does.
Fit = Callable[[sparse.csr_matrix], Any]


class SimilarityScorer:
    """An item-item model: the sum of the rows of a basket's items."""

    def __init__(self, model: Any) -> None:
        self.similarity = sparse.csr_array(model.similarity)

    def score(self, seen: sparse.csr_array, people: Sequence[str] = ()) -> Values:
        return (seen @ self.similarity).toarray()


class FactorScorer:
    """ALS: the basket is folded in as a user."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def score(self, seen: sparse.csr_array, people: Sequence[str] = ()) -> Values:
        rows = sparse.csr_matrix(seen, dtype=np.float32)
        users = self.model.recalculate_user(np.arange(rows.shape[0]), rows)
        return (users @ self.model.item_factors.T).astype(np.float64)


def grids() -> dict[str, list[tuple[dict[str, Any], Fit]]]:
    """Name of a peer → the parameters that are tried and how each is fitted."""
    knn = pytest.importorskip("implicit.nearest_neighbours", reason="needs extra bench")
    als = pytest.importorskip("implicit.cpu.als", reason="needs extra bench")
    neighbours = (10, 20, 50, 200, 1000)

    def similar(kind: Any) -> Callable[..., Fit]:
        return lambda **given: lambda X: SimilarityScorer(_fitted(kind(**given), X))

    def factors(**given: Any) -> Fit:
        return lambda X: FactorScorer(
            _fitted(als.AlternatingLeastSquares(random_state=0, **given), X)
        )

    return {
        "implicit Cosine": _grid(similar(knn.CosineRecommender), K=neighbours),
        "implicit TF-IDF": _grid(similar(knn.TFIDFRecommender), K=neighbours),
        "implicit BM25": _grid(
            similar(knn.BM25Recommender),
            K=neighbours,
            K1=(0.2, 0.5, 1.2, 4.0, 10.0),
            B=(0.0, 0.25, 0.5, 0.75, 1.0),
        ),
        "implicit ALS": _grid(
            factors, factors=(64, 128, 512), alpha=(1.0, 10.0), regularization=(10.0, 30.0, 100.0)
        ),
    }


def tuned(
    grid: list[tuple[dict[str, Any], Fit]], train: sparse.csr_array, cases: Cases
) -> tuple[dict[str, Any], Fit]:
    """The parameters with the best nDCG@10 of these cases."""

    def quality(candidate: tuple[dict[str, Any], Fit]) -> float:
        ranks = ranks_of_hidden(candidate[1](sparse.csr_matrix(train)), cases)
        return float(ndcg_per_case(ranks, TOP).mean())

    return max(grid, key=quality)


def _grid(
    fit_with: Callable[..., Fit], **values: Sequence[Any]
) -> list[tuple[dict[str, Any], Fit]]:
    return [(given, fit_with(**given)) for given in _combinations(values)]


def _combinations(values: dict[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    for chosen in product(*values.values()):
        yield dict(zip(values, chosen, strict=True))


def _fitted(model: Any, X: sparse.csr_matrix) -> Any:
    from threadpoolctl import threadpool_limits

    with warnings.catch_warnings(), threadpool_limits(1, "blas"):
        warnings.simplefilter("ignore")  # it hands itself a COO matrix
        model.fit(X, show_progress=False)
    return model
