"""Carts: how many are left, how long an order takes, how much is in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.stats.arrays import Codes, Flags, Floats, first_by_group, last_by_group, share

#: Seconds of silence after which a cart without an order is abandoned, not open.
LEFT_AFTER = 24 * 3600.0


@dataclass(frozen=True)
class Carts:
    """All arrays are (carts,)."""

    #: Unix seconds of the first thing put in.
    start: Floats
    #: Seconds from there to the order: infinity without one.
    to_order: Floats
    #: Ordered, abandoned; the rest is open.
    ordered: Flags
    abandoned: Flags
    #: Pieces and value at the last change: what was put in, less what was taken out.
    items: Floats
    value: Floats


def follow(
    cart: Codes, at: Floats, change: Floats, amount: Floats, ordering: Flags, now: float
) -> Carts:
    """What became of each cart.

    cart: its code (n,); at: Unix seconds (n,); change: pieces put in, negative for those taken
    out, 0 for an order (n,); amount: the value of that change, positive (n,); ordering: which
    events are the order (n,); now: Unix seconds, decides which carts are still open.
    """
    carts = int(cart.max(initial=-1)) + 1
    start = first_by_group(cart[change > 0], at[change > 0], carts)
    order = first_by_group(cart[ordering], at[ordering], carts)
    last = last_by_group(cart, at, carts)
    ordered = np.isfinite(order)
    sign = np.sign(change)
    filled = np.isfinite(start)
    to_order = np.full(carts, np.inf)
    both = ordered & filled
    to_order[both] = np.maximum(order[both] - start[both], 0.0)
    return Carts(
        start=start,
        to_order=to_order,
        ordered=ordered,
        abandoned=~ordered & (now - last >= LEFT_AFTER),
        items=np.maximum(np.bincount(cart, weights=change, minlength=carts), 0.0),
        value=np.maximum(np.bincount(cart, weights=sign * amount, minlength=carts), 0.0),
    )


def abandonment(carts: Carts) -> float:
    """abandoned / (abandoned + ordered): open carts have not decided yet; 0 without any."""
    left, ordered = carts.abandoned.sum(), carts.ordered.sum()
    return share(float(left), float(left + ordered))


def histogram(values: Floats, edges: Floats) -> Codes:
    """How many values are in [edge, next edge), the last class being open: (edges,).

    Values below the first edge are left out.
    """
    classes = np.searchsorted(edges, values, side="right")
    return np.bincount(classes, minlength=len(edges) + 1)[1:]
