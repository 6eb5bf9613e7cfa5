"""What a change brought: rates with intervals, uplift over a control, and when not to say yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.stats import chisquare, norm

from analytics.stats.arrays import Codes, Floats

LEVEL = 0.95
#: Below, the split of visitors is not what was planned and no figure of the test can be trusted.
MISMATCH = 0.001
#: Visitors with a success that either side needs for the normal approximation.
LEAST_SUCCESSES = 30
Z = float(norm.ppf(0.5 + LEVEL / 2))


class Verdict(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    NOT_YET = "not yet"
    MISMATCH = "sample ratio mismatch"


@dataclass(frozen=True)
class Estimate:
    """A value and the ends of its 95% interval; NaN where there is nothing to tell it from."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Sample:
    """A figure of the visitors of one arm: how many there are, how many are above 0, mean and
    variance."""

    visitors: int
    successes: int
    mean: float
    variance: float


def sample(values: Floats) -> Sample:
    """values: the figure of each visitor, such as 1 for a buyer or the revenue (visitors,)."""
    n = len(values)
    mean = float(values.mean()) if n else 0.0
    return Sample(n, int((values > 0).sum()), mean, float(values.var(ddof=1)) if n > 1 else 0.0)


def wilson(successes: int, trials: int) -> Estimate:
    """A share with its 95% score interval. Source: Wilson, J. Am. Stat. Assoc. 22 (1927).

    Formula: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n).
    """
    if not trials:
        return Estimate(float("nan"), float("nan"), float("nan"))
    p, spread = successes / trials, Z * Z / trials
    half = Z * np.sqrt(p * (1 - p) / trials + spread / (4 * trials))
    low, high = ((p + spread / 2 + sign * half) / (1 + spread) for sign in (-1, 1))
    return Estimate(p, max(float(low), 0.0), min(float(high), 1.0))


def uplift(arm: Sample, control: Sample) -> Estimate:
    """mean / mean of the control − 1 with a 95% interval; NaN while either mean is not positive.

    Formula: ln R ± z √(s₁²/(n₁ m₁²) + s₀²/(n₀ m₀²)), R = m₁/m₀: the delta method; for shares it is
    the interval of Katz, Baptista, Azen and Pike, Biometrics 34 (1978).
    """
    if arm.mean <= 0 or control.mean <= 0:
        return Estimate(float("nan"), float("nan"), float("nan"))
    log = np.log(arm.mean / control.mean)
    deviation = np.sqrt(sum(one.variance / (one.visitors * one.mean**2) for one in (arm, control)))
    value, low, high = (float(np.expm1(log + sign * Z * deviation)) for sign in (0, -1, 1))
    return Estimate(value, low, high)


def sample_ratio(visitors: Codes, planned: Sequence[float]) -> float:
    """p of χ² that the visitors of the arms, (arms,), were split as planned: shares (arms,).

    Source: Fabijan et al., "Diagnosing sample ratio mismatch in online controlled experiments",
    KDD (2019). 1 without visitors.
    """
    shares = np.asarray(planned, dtype=np.float64)
    if not visitors.sum() or len(visitors) < 2:
        return 1.0
    return float(chisquare(visitors, visitors.sum() * shares / shares.sum()).pvalue)


def verdict(arm: Sample, control: Sample, ratio_p: float = 1.0) -> Verdict:
    """Better or worse only if the split is right, both sides have enough successes, and the whole
    interval is on one side of 0. ratio_p: `sample_ratio`."""
    if ratio_p < MISMATCH:
        return Verdict.MISMATCH
    if min(arm.successes, control.successes) < LEAST_SUCCESSES:
        return Verdict.NOT_YET
    found = uplift(arm, control)
    if found.low > 0:
        return Verdict.BETTER
    return Verdict.WORSE if found.high < 0 else Verdict.NOT_YET
