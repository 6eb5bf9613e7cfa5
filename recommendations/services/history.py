"""What one person has bought, as seeds and as what is due again."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import mean, median

from recommendations.stores.base import Purchase

#: Order lines of a person that are looked at, the newest.
MAX_PURCHASES = 500
MAX_SEEDS = 50
HALF_LIFE_DAYS = 90.0
#: Between two purchases of one product, where the person never bought anything twice.
USUAL_INTERVAL_DAYS = 30.0
#: H, γ and δ of what is bought again, chosen on two periods of Complete Journey before the one
#: that docs/models.md reports.
HABIT_HALF_LIFE_DAYS = 180.0
SIZE_EXPONENT = 0.35
DUE_EXPONENT = 0.2
DAY = timedelta(days=1)


def taste(purchases: Sequence[Purchase], now: datetime) -> dict[str, float]:
    """The products that count most as seeds: w_i = Σ 2^(−age / H) over the orders that hold i,
    scaled so that the strongest counts 1."""
    weights: dict[str, float] = {}
    for purchase in purchases:
        age = _days(purchase.ordered_at, now)
        weights[purchase.product] = weights.get(purchase.product, 0.0) + 2 ** (
            -age / HALF_LIFE_DAYS
        )
    strongest = sorted(weights, key=lambda key: (-weights[key], key))[:MAX_SEEDS]
    most = weights[strongest[0]] if strongest else 1.0
    return {key: weights[key] / most for key in strongest if weights[key] > 0}


@dataclass(frozen=True)
class Repeat:
    """A product a person may want again. `interval` and `elapsed` are in days.

    habit: Σ_b 2^(−age_b / H) · |b|^−γ over the orders that hold the product.
    """

    times: int
    interval: float
    elapsed: float
    habit: float

    @property
    def score(self) -> float:
        """habit · min(e / m, m / e)^δ: bought often and lately, and about as long ago as usual."""
        if self.elapsed <= 0:
            return 0.0
        return self.habit * math.exp(-DUE_EXPONENT * abs(math.log(self.elapsed / self.interval)))


def repeats(purchases: Sequence[Purchase], now: datetime) -> Mapping[str, Repeat]:
    """For each product how often, how lately and how regularly it was bought.

    The interval of a product that was bought n > 1 times is the mean of its gaps, and else the
    median interval of what the person does buy again. An item of a small order says more of what
    the person comes for than one of a large order. Purchases without a time say nothing.

    Sources: Hu et al. 2020, "Modeling Personalized Item Frequency Information for Next-basket
    Recommendation" (decayed frequency); Bhagat et al. 2018, "Buy It Again: Modeling Repeat
    Purchase Recommendations" (what is due), with a person's own rates.
    """
    moments: dict[str, dict[str, datetime]] = {}
    for purchase in purchases:
        if purchase.ordered_at is not None:
            moments.setdefault(purchase.product, {})[purchase.order] = purchase.ordered_at
    sizes = Counter(order for orders in moments.values() for order in orders)
    times = {key: sorted(orders.values()) for key, orders in moments.items()}
    intervals = {
        key: mean((later - earlier) / DAY for earlier, later in pairwise(at))
        for key, at in times.items()
        if len(at) > 1 and at[-1] > at[0]
    }
    usual = median(intervals.values()) if intervals else USUAL_INTERVAL_DAYS
    return {
        key: Repeat(
            times=len(orders),
            interval=intervals.get(key, usual),
            elapsed=_days(times[key][-1], now),
            habit=sum(
                2 ** (-_days(at, now) / HABIT_HALF_LIFE_DAYS) * sizes[order] ** -SIZE_EXPONENT
                for order, at in orders.items()
            ),
        )
        for key, orders in moments.items()
    }


def _days(moment: datetime | None, now: datetime) -> float:
    """A purchase without a time is as old as a half-life."""
    return HALF_LIFE_DAYS if moment is None else max((now - moment) / DAY, 0.0)
