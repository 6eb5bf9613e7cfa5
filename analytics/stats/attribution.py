"""Which orders came from a suggestion: the last one that was clicked or put in the cart."""

from __future__ import annotations

import numpy as np

from analytics.stats.arrays import Codes, Floats, encode

#: Seconds in which an order still counts for a suggestion.
WINDOW = 7 * 24 * 3600.0


def last_touch(touch: tuple[Codes, Codes, Floats], purchase: tuple[Codes, Codes, Floats]) -> Codes:
    """The suggestion each order line is owed to: an index into the touches, −1 for none.

    touch: visitor and product (codes) and Unix seconds of each click or add of a suggestion, (m,)
    each; purchase: the same of each order line, (n,) each. A line belongs to the visitor's last
    touch of the same product within `WINDOW` before it. Returns (n,).
    """
    (t_who, t_what, t_at), (p_who, p_what, p_at) = touch, purchase
    pairs, _ = encode(
        zip(np.r_[t_who, p_who].tolist(), np.r_[t_what, p_what].tolist(), strict=True)
    )
    pair = pairs[: len(t_at)]
    order = np.lexsort((t_at, pair))
    result = np.full(len(p_at), -1, dtype=np.int64)
    if not len(order):
        return result
    # Sorted by pair, then time: an order line's last touch stands right before where it would go.
    start = min(t_at.min(), p_at.min(initial=np.inf))
    width = max(t_at.max(), p_at.max(initial=-np.inf)) - start + 1.0
    line = pair[order] * width + (t_at[order] - start)
    found = np.searchsorted(line, pairs[len(t_at) :] * width + (p_at - start), side="right") - 1
    candidate = order[np.maximum(found, 0)]
    age = p_at - t_at[candidate]
    owed = (found >= 0) & (pair[candidate] == pairs[len(t_at) :]) & (age >= 0) & (age <= WINDOW)
    result[owed] = candidate[owed]
    return result
