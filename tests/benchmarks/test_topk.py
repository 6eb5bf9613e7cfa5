"""Exact item-item top 50 of cosine, against the two compiled libraries people use for it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from recommendations.engine.topk import Neighbours, pair_topk
from tests.benchmarks.baskets import zipf_baskets
from tests.benchmarks.measure import OURS, compare, compare_memory

K = 50
THREADS = 2
BASKETS = 1_000_000


def contenders(n_baskets: int, n_items: int) -> dict[str, Callable[[], Any]]:
    """All start from binary baskets. The peers find an item beside its neighbours: K + 1."""
    neighbours = pytest.importorskip("implicit.nearest_neighbours", reason="needs extra bench")
    topn = pytest.importorskip("sparse_dot_topn", reason="needs extra bench")
    X = zipf_baskets(n_baskets, n_items)
    # float32 sums of a million small numbers drift by 1e-5: not the same result.
    matrix = sparse.csr_matrix(X.baskets, dtype=np.float64)

    def ours() -> Neighbours:
        scale = X.item_orders().clip(1) ** -0.5
        best = pair_topk(X, column_scale=scale, k=K)
        best.scores[:] *= scale[:, None]
        return best

    def implicit() -> sparse.csr_matrix:
        model = neighbours.CosineRecommender(K=K + 1, num_threads=THREADS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it hands itself a COO matrix
            model.fit(matrix, show_progress=False)
        return model.similarity

    def sparse_dot_topn() -> sparse.csr_matrix:
        norms = np.sqrt(np.bincount(matrix.indices, minlength=n_items).clip(1))
        scaled = matrix.copy()
        scaled.data /= norms[scaled.indices]
        return topn.sp_matmul_topn(scaled.T.tocsr(), scaled, K + 1, n_threads=THREADS, sort=True)

    return {OURS: ours, "implicit": implicit, "sparse-dot-topn": sparse_dot_topn}


@pytest.mark.parametrize("n_items", [10_000, 100_000])
def test_time_and_memory(n_items: int) -> None:
    run = contenders(BASKETS, n_items)
    _same_scores(run[OURS](), run["sparse-dot-topn"]())
    size = f"{n_items // 1000}k items"
    compare(f"item-item top 50, 1M × {size}, time", run, 0.5 if n_items == 10_000 else 0.6)
    compare_memory(
        f"item-item top 50, 1M × {size}, extra memory", __name__, run, (BASKETS, n_items), 0.35
    )


def _same_scores(ours: Neighbours, theirs: sparse.csr_matrix) -> None:
    n_items = len(ours.scores)
    for item in range(0, n_items, n_items // 200):
        row = np.sort(theirs[[item]].data)[::-1]
        # Theirs has the item itself, with cosine 1, in front.
        mine = ours.scores[item, : len(row) - 1]
        assert mine == pytest.approx(row[1:], abs=1e-9)
