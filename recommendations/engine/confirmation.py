"""How far returning buyers confirm a pair: what accounts made for one order can't bring about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommendations.engine.interactions import Interactions
from recommendations.engine.pairs import pair_orders

#: A buyer with orders on so many different days is a returning one.
DAYS = 3
#: So many times their share of all orders others may have in a pair.
TOLERANCE = 2.0


class Confirmation:
    """The share of a pair's orders that counts, by who placed them.

    t_ij = min(1, (E_ij + r (E_ij + 1)) / C_ij),  r = 2 (N − N_E) / N_E

    Of the N orders N_E are from returning buyers, and of the C_ij with both items E_ij. New buyers
    and guests are expected in every pair as often as in the store. Where they come in far greater
    numbers than the returning ones make likely, the rest of them does not count: a pair that only
    new accounts bought is worth r orders, however many accounts there are. The added 1 keeps pairs
    too rare for any returning buyer. Where nobody returns every order counts, as none is unusual.

    Parameters
    ----------
    interactions : all baskets. A day without a time, and a buyer without a key, is unknown: all
        orders of a buyer without a time count as one day, and guests never return.
    """

    def __init__(self, interactions: Interactions) -> None:
        returning = orders_of_returning(interactions)
        found = int(returning.sum())
        self._per_order = TOLERANCE * (len(returning) - found) / found if found else np.inf
        self._orders = pair_orders(
            replace(
                interactions,
                baskets=sparse.csr_array(interactions.baskets[returning]),
                buyers=interactions.buyers[returning],
                days=interactions.days[returning],
            )
        )

    def shares(
        self, item: int, others: npt.NDArray[np.int32], orders: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.float64]:
        """t for the pairs of `item` with `others`, which were in so many orders, all (n,)."""
        span = slice(self._orders.indptr[item], self._orders.indptr[item + 1])
        partners, known = self._orders.indices[span], self._orders.data[span]
        if len(partners):
            place = np.minimum(np.searchsorted(partners, others), len(partners) - 1)
            confirmed = np.where(partners[place] == others, known[place], 0)
        else:
            confirmed = np.zeros(len(others), dtype=np.int32)
        return np.minimum(1.0, (confirmed + self._per_order * (confirmed + 1)) / orders)


def orders_of_returning(X: Interactions) -> npt.NDArray[np.bool_]:
    """(baskets,): whether the buyer of each is known and ordered on `DAYS` days or more."""
    whole = np.floor(np.nan_to_num(X.days, nan=-1.0)).astype(np.int64)
    # The baskets of a buyer lie side by side, the newest first.
    another = np.append(True, (X.buyers[1:] != X.buyers[:-1]) | (whole[1:] != whole[:-1]))
    days = np.bincount(X.buyers, weights=another[: X.n_baskets])
    return (X.buyers < len(X.known_buyers)) & (days[X.buyers] >= DAYS)
