"""The funnel: how many visits see a product, fill a cart, go to the checkout, and buy."""

from __future__ import annotations

import numpy as np

from analytics.stats.arrays import Codes, Floats, ratio

STEPS = ("view", "cart", "checkout", "purchase")


def furthest(visit: Codes, step: Codes, visits: int) -> Codes:
    """The last step each visit reached, −1 for none: (visits,).

    visit: the visit of each event (n,); step: its index in `STEPS`, −1 for other events (n,).
    A visit that reached a step counts for those before it too, so that a shop that records no
    checkout, or sells from a list without a product page, still has a funnel that narrows.
    """
    reached = np.full(visits, -1, dtype=np.int64)
    np.maximum.at(reached, visit, step)
    return reached


def reached(last: Codes) -> Codes:
    """How many visits came to each step or further: (len(STEPS),). last: `furthest` (visits,)."""
    ending = np.bincount(last[last >= 0], minlength=len(STEPS))
    return ending[::-1].cumsum()[::-1]


def drop_off(counts: Codes) -> Floats:
    """The share of each step's visits that end before the next; the last step has none: 0.

    counts: (…, steps), as `reached` gives. Formula: d_k = 1 − n_{k+1} / n_k. Returns (…, steps).
    """
    lost = np.zeros(counts.shape)
    lost[..., :-1] = ratio(counts[..., :-1] - counts[..., 1:], counts[..., :-1])
    return lost
