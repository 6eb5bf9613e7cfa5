"""How often visitors come back, and when in the week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.stats.arrays import Codes

#: Lower ends of the classes of "days with a visit"; the last is open.
CLASSES = (1, 2, 3, 4, 5, 10, 20)


@dataclass(frozen=True)
class FrequencyClass:
    """Visitors who came on `at_least` … `at_most` days; None is no upper end."""

    at_least: int
    at_most: int | None
    visitors: int


def frequency(days: Codes) -> list[FrequencyClass]:
    """days: on how many days each visitor came, from 1 (visitors,)."""
    counts = np.bincount(np.searchsorted(CLASSES, days, side="right"), minlength=len(CLASSES) + 1)
    ends = [*(low - 1 for low in CLASSES[1:]), None]
    return [
        FrequencyClass(low, high, int(count))
        for low, high, count in zip(CLASSES, ends, counts[1:], strict=True)
    ]


def week(weekday: Codes, hour: Codes, visits: Codes) -> Codes:
    """Sums visits, (n,), into weekdays from Monday × hours: (7, 24)."""
    table = np.zeros((7, 24), dtype=np.int64)
    np.add.at(table, (weekday, hour), visits)
    return table
