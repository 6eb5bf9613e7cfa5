"""The inverse behind EASE, against the textbook way with numpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from recommendations.engine.ease import solve
from tests.benchmarks.baskets import zipf_baskets
from tests.benchmarks.measure import OURS, compare, compare_memory

BASKETS = 200_000
LAMBDA = 10.0


def contenders(n_baskets: int, n_items: int) -> dict[str, Callable[[], Any]]:
    baskets = zipf_baskets(n_baskets, n_items).baskets
    gram = np.asfortranarray((baskets.T @ baskets).toarray(), dtype=np.float32)

    def ours() -> npt.NDArray[np.float32]:
        return solve(gram.copy(order="F"), LAMBDA)

    def numpy_inverse() -> npt.NDArray[np.float64]:
        P = np.linalg.inv(gram + LAMBDA * np.eye(n_items))
        P /= -np.diag(P).copy()
        np.fill_diagonal(P, 0)
        return P

    return {OURS: ours, "numpy float64": numpy_inverse}


@pytest.mark.parametrize("n_items", [3_000, 10_000])
def test_time_and_memory(n_items: int) -> None:
    run = contenders(BASKETS, n_items)
    assert np.abs(run[OURS]() - run["numpy float64"]()).max() < 1e-3
    size = f"{n_items // 1000}k items"
    compare(f"EASE, {size}, time", run, 0.2)
    compare_memory(f"EASE, {size}, extra memory", __name__, run, (BASKETS, n_items), 0.3)
