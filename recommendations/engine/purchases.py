"""What orders say of a buyer and an item: how often, how lately, whether it is due again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommendations.engine.cooccurrence import Floats, Longs
from recommendations.engine.interactions import Interactions

HALF_LIVES_ORDERS = (2.0, 5.0, 15.0)
HALF_LIVES_DAYS = (7.0, 21.0, 60.0)
RECENT_HALF_LIFE_ORDERS, SMALL_HALF_LIFE_ORDERS = 5.0, 10.0
POPULAR_HALF_LIFE_DAYS = 30.0
#: An item that was bought twice on one day is not due at once.
MIN_INTERVAL_DAYS = 0.5
BUYERS_A_BLOCK = 4096


@dataclass(frozen=True)
class _Pairs:
    """The pairs of some buyers and an item they had, by buyer and item.

    codes: place of the buyer · items + item, ascending. Ages of orders are counted in later orders
    of the buyer and in days. Shape (pairs,), and from `orders` on (buyers,).
    """

    codes: Longs
    times: Floats
    newest_orders: Floats
    newest_days: Floats
    oldest_orders: Floats
    oldest_days: Floats
    decayed: dict[str, Floats]
    small: Floats
    small_decayed: Floats
    orders: Floats
    first_days: Floats
    recent_size: Floats
    repeated: Floats


class Purchases:
    """Features of pairs of a buyer and an item, as of the newest order.

    Orders without a time are as old as the oldest. An item that the buyer never had was last
    bought before the buyer's first order.
    """

    def __init__(self, interactions: Interactions) -> None:
        X = self._interactions = interactions
        self._sizes = np.maximum(X.basket_sizes(), 1).astype(np.float64)
        ages = np.nanmax(X.days) - X.days
        self._ages = np.nan_to_num(ages, nan=np.nanmax(ages))
        self._of_items = self._item_features()

    def features(self, buyers: Longs, rows: Longs, items: Longs) -> dict[str, Floats]:
        """Name → (pairs,), of the pairs of buyers[rows] and items; `buyers` is ascending.

        All are ≥ 0. An interval, or what is measured by it, is 0 where nothing was bought twice.
        """
        own = self._pairs(buyers)
        asked = rows * self._interactions.n_items + items
        place = np.minimum(np.searchsorted(own.codes, asked), len(own.codes) - 1)
        had = own.codes[place] == asked

        def of_pair(values: Floats, otherwise: Floats | float = 0.0) -> Floats:
            return np.where(had, values[place], otherwise)

        orders, first_days = own.orders[rows], own.first_days[rows]
        times = of_pair(own.times)
        newest_orders = of_pair(own.newest_orders, orders)
        oldest_orders = of_pair(own.oldest_orders, orders)
        newest_days = of_pair(own.newest_days, first_days)
        oldest_days = of_pair(own.oldest_days, first_days)
        gaps = np.maximum(times - 1, 1)
        interval_days = (oldest_days - newest_days) / gaps
        of_items = {name: values[items] for name, values in self._of_items.items()}
        return {
            "share of orders": times / orders,
            "share of orders since the first": times / (oldest_orders + 1),
            **{name: of_pair(values) for name, values in own.decayed.items()},
            "1 / size of orders": of_pair(own.small),
            "small orders, decayed": of_pair(own.small_decayed),
            "orders since the last": newest_orders,
            "days since the last": newest_days,
            "days since the first": oldest_days,
            "interval in orders": (oldest_orders - newest_orders) / gaps,
            "interval in days": interval_days,
            "intervals since the last": _ratio(
                newest_days, np.where(times > 1, np.maximum(interval_days, MIN_INTERVAL_DAYS), 0)
            ),
            "intervals of the item since the last": _ratio(
                newest_days, of_items["interval in days of the item"]
            ),
            **of_items,
            "orders of the buyer": orders,
            "size of the buyer's orders": own.recent_size[rows],
            "share of the buyer's purchases that are repeated": own.repeated[rows],
        }

    def _pairs(self, buyers: Longs) -> _Pairs:
        X = self._interactions
        starts = np.searchsorted(X.buyers, buyers)
        orders = np.searchsorted(X.buyers, buyers, "right") - starts
        row = np.repeat(np.arange(len(buyers)), orders)
        since = np.arange(orders.sum()) - np.repeat(np.cumsum(orders) - orders, orders)
        baskets = starts[row] + since
        lines, sizes, ages = X.baskets[baskets], self._sizes[baskets], self._ages[baskets]
        order = np.repeat(np.arange(len(baskets)), np.diff(lines.indptr))
        codes, newest, pair, times = np.unique(
            row[order] * X.n_items + lines.indices,
            return_index=True,
            return_inverse=True,
            return_counts=True,
        )
        newest = order[newest]  # the orders of a buyer come newest first
        oldest = np.zeros(len(codes), dtype=np.int64)
        np.maximum.at(oldest, pair, order)

        def of_pairs(weights: Floats) -> npt.NDArray[Any]:
            return np.bincount(pair, weights[order], minlength=len(codes))

        def of_buyers(weights: Floats) -> npt.NDArray[Any]:
            return np.bincount(row, weights, minlength=len(buyers))

        recent = np.exp2(-since / RECENT_HALF_LIFE_ORDERS)
        first_days = np.zeros(len(buyers))
        np.maximum.at(first_days, row, ages)
        distinct = np.bincount(codes // X.n_items, minlength=len(buyers))
        return _Pairs(
            codes=codes,
            times=times.astype(np.float64),
            newest_orders=since[newest].astype(np.float64),
            newest_days=ages[newest],
            oldest_orders=since[oldest].astype(np.float64),
            oldest_days=ages[oldest],
            decayed={
                f"halved every {half_life:g} {unit}": of_pairs(np.exp2(-age / half_life))
                for unit, age, half_lives in (
                    ("orders", since, HALF_LIVES_ORDERS),
                    ("days", ages, HALF_LIVES_DAYS),
                )
                for half_life in half_lives
            },
            small=of_pairs(1 / sizes) / times,
            small_decayed=of_pairs(np.exp2(-since / SMALL_HALF_LIFE_ORDERS) / np.sqrt(sizes)),
            orders=orders.astype(np.float64),
            first_days=first_days,
            recent_size=_ratio(of_buyers(recent * sizes), of_buyers(recent)),
            repeated=1 - _ratio(distinct, of_buyers(sizes)),
        )

    def _item_features(self) -> dict[str, Floats]:
        """Name → (items,). Repetition is that of known buyers, read a block at a time."""
        X, n = self._interactions, self._interactions.n_items
        sums = np.zeros((6, n))
        for first in range(0, len(X.known_buyers), BUYERS_A_BLOCK):
            own = self._pairs(np.arange(first, min(first + BUYERS_A_BLOCK, len(X.known_buyers))))
            of_pairs = (
                np.ones(len(own.codes)),
                own.times > 1,
                own.times,
                own.oldest_orders + 1,
                own.oldest_days - own.newest_days,
                own.times - 1,
            )
            sums += [np.bincount(own.codes % n, values, minlength=n) for values in of_pairs]
        buyers, repeaters, times, orders, days, gaps = sums
        now = np.exp2(-self._ages / POPULAR_HALF_LIFE_DAYS)
        by_item = sparse.csr_array(X.baskets.T, dtype=np.float64)
        return {
            "popularity": X.item_orders() / X.n_baskets,
            "popularity now": by_item @ now / now.sum(),
            "size of the item's orders": _ratio(by_item @ self._sizes, X.item_orders()),
            "share of its buyers who had it again": _ratio(repeaters, buyers),
            "share of their orders since the first": _ratio(times, orders),
            "interval in days of the item": _ratio(days, gaps),
        }


def _ratio(above: npt.NDArray[Any], below: npt.NDArray[Any]) -> Floats:
    """0 where there is nothing to divide by."""
    return np.divide(above, below, out=np.zeros(len(below)), where=below > 0)
