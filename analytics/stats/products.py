"""How products do: from a look to the cart, to an order, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.stats.arrays import Floats, ratio


@dataclass(frozen=True)
class Performance:
    """All arrays are (products,). A rate without anything to divide by is 0."""

    add_rate: Floats
    conversion: Floats
    return_rate: Floats
    rating: Floats


def performance(
    views: Floats,
    adds: Floats,
    buys: Floats,
    units: Floats,
    returned: Floats,
    rating_sum: Floats,
    ratings: Floats,
) -> Performance:
    """views: visits that saw the product; adds, buys: those of them that put it in the cart, that
    bought it; units, returned: pieces; rating_sum, ratings: sum and number of its ratings. All
    (products,).

    Formulas: adds / views; buys / views; returned / units; rating_sum / ratings.
    """
    return Performance(
        add_rate=ratio(adds, views),
        conversion=ratio(buys, views),
        return_rate=ratio(returned, units),
        rating=ratio(rating_sum, ratings),
    )
