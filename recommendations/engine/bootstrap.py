"""How far a mean over cases may be off: percentile bootstrap over buyers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

RESAMPLES = 1000
LEVEL = 0.95
CELLS_A_BATCH = 2_000_000


@dataclass(frozen=True)
class Estimate:
    """A mean and the ends of its 95% interval."""

    mean: float
    low: float
    high: float


def estimates(
    values: Mapping[str, Values], buyers: npt.NDArray[np.int64], seed: int = 0
) -> dict[str, Estimate]:
    """The mean of each figure over the cases, (cases,) each, with its interval.

    Cases of one buyer are not independent, so buyers are drawn and bring all their cases. The same
    seed draws the same buyers: give differences of two models for a paired interval.
    """
    table = np.stack(list(values.values()), axis=1)
    if not len(table):
        return {name: Estimate(0.0, 0.0, 0.0) for name in values}
    means = resampled_means(table, buyers, seed)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    rows = zip(values, table.mean(axis=0).tolist(), low.tolist(), high.tolist(), strict=True)
    return {name: Estimate(mean, low, high) for name, mean, low, high in rows}


def resampled_means(table: Values, buyers: npt.NDArray[np.int64], seed: int = 0) -> Values:
    """Means of the columns in samples of as many buyers with replacement.

    table: (cases, figures). Returns (RESAMPLES, figures).
    """
    _, group = np.unique(buyers, return_inverse=True)
    sizes = np.bincount(group)
    sums = np.stack([np.bincount(group, weights=column) for column in table.T], axis=1)
    n = len(sizes)
    rng = np.random.default_rng(seed)
    means = np.empty((RESAMPLES, table.shape[1]))
    step = max(1, CELLS_A_BATCH // n)
    for start in range(0, RESAMPLES, step):
        part = means[start : start + step]
        drawn = rng.integers(n, size=(len(part), n)) + n * np.arange(len(part))[:, None]
        counts = np.bincount(drawn.ravel(), minlength=n * len(part)).reshape(len(part), n)
        part[:] = (counts @ sums) / (counts @ sizes)[:, None]
    return means
