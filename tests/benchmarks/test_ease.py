"""The inverse behind EASE, against the textbook way with numpy."""

import numpy as np
import pytest

from recommendations.engine.ease import solve
from tests.benchmarks.conftest import zipf_baskets
from tests.benchmarks.measure import compare, compare_memory

LAMBDA = 10.0


@pytest.mark.parametrize("n_items", [3_000, 10_000])
def test_time_and_memory(n_items):
    baskets = zipf_baskets(200_000, n_items).baskets
    gram = (baskets.T @ baskets).toarray().astype(np.float32)

    def ours():
        return solve(np.asfortranarray(gram.copy()), LAMBDA)

    def numpy_inverse():
        wide = gram.astype(np.float64)
        wide[np.diag_indices(n_items)] += LAMBDA
        P = np.linalg.inv(wide)
        S = P / -np.diag(P)
        np.fill_diagonal(S, 0)
        return S

    assert np.abs(ours() - numpy_inverse()).max() < 1e-3
    size = f"{n_items // 1000}k items"
    compare(f"EASE, {size}, time", ours, {"numpy float64": numpy_inverse}, 0.2)
    compare_memory(f"EASE, {size}, extra memory", ours, {"numpy float64": numpy_inverse}, 0.3)
