"""ALS with 64 factors and 15 iterations, against implicit at the same loss."""

import numpy as np
import pytest
from scipy import sparse

from recommendations.engine.factorization import ALS
from tests.benchmarks.baskets import zipf_baskets
from tests.benchmarks.measure import OURS, compare

FACTORS, ITERATIONS, ALPHA, REGULARIZATION = 64, 15, 10.0, 1.0
BASKETS, ITEMS = 200_000, 10_000


def loss(X, U, V) -> float:
    """The weighted squared error and the penalty, without the dense matrix."""
    U, V = U.astype(np.float64), V.astype(np.float64)
    total = np.einsum("fg,fg->", U.T @ U, V.T @ V)
    rows, columns = X.nonzero()
    scores = np.einsum("nf,nf->n", U[rows], V[columns])
    seen = ((1 + ALPHA) * (1 - scores) ** 2 - scores**2).sum()
    return total + seen + REGULARIZATION * ((U**2).sum() + (V**2).sum())


def test_time_at_the_same_loss():
    als = pytest.importorskip("implicit.cpu.als", reason="extra bench")
    threadpoolctl = pytest.importorskip("threadpoolctl", reason="extra bench")
    X = zipf_baskets(BASKETS, ITEMS)
    matrix = sparse.csr_matrix(X.baskets, dtype=np.float32)

    def ours():
        return ALS(FACTORS, ALPHA, REGULARIZATION, ITERATIONS).fit(X)

    def implicit():
        # its confidence of an entry is 1 + α where the matrix holds 1 + α
        model = als.AlternatingLeastSquares(
            factors=FACTORS, regularization=REGULARIZATION, alpha=1 + ALPHA,
            iterations=ITERATIONS, num_threads=2, random_state=0,
        )  # fmt: skip
        with threadpoolctl.threadpool_limits(1, "blas"):
            model.fit(matrix, show_progress=False)
        return model

    mine, theirs = ours(), implicit()
    my_loss = loss(matrix, mine.user_factors_, mine.right_)
    assert my_loss <= 1.01 * loss(matrix, theirs.user_factors, theirs.item_factors)
    compare("ALS, 64 factors, 15 iterations, 200k × 10k", {OURS: ours, "implicit": implicit}, 1.0)
