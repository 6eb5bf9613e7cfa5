"""Ratings: how they are spread, and where they go."""

from __future__ import annotations

import numpy as np

from analytics.stats.arrays import Codes, Floats, ratio

STARS = 5


def distribution(ratings: Codes) -> Codes:
    """How many reviews give 1, 2, … 5 stars: (5,). ratings: 1 … 5 (n,)."""
    return np.bincount(ratings, minlength=STARS + 1)[1:]


def trend(period: Codes, ratings: Codes, periods: int) -> tuple[Codes, Floats]:
    """Reviews, and their mean rating, in each period: (periods,) each; 0 where there is none.

    period: its number, 0 … periods − 1 (n,); ratings: 1 … 5 (n,).
    """
    counts = np.bincount(period, minlength=periods)
    return counts, ratio(np.bincount(period, weights=ratings, minlength=periods), counts)
