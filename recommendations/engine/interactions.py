"""From order lines to a sparse matrix of baskets × items."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import count, islice

import numpy as np
import numpy.typing as npt
from scipy import sparse

SECONDS_A_DAY = 86_400
#: Of more lines the garbage collector finds more alive each time it looks: twice the time.
LINES_AT_ONCE = 1_000

#: (order, product, buyer or None, time or None), as `stores.base.OrderLineFact`.
Line = tuple[str, str, str | None, datetime | None]


@dataclass(frozen=True)
class Interactions:
    """Binary baskets × items, the baskets of one buyer side by side, the newest first.

    items: item index → key, sorted by key. baskets: CSR, shape (baskets, items), data 1.
    buyers: one code a basket, non-decreasing; a basket of an unknown buyer has a code of its own.
    known_buyers: code → key of the buyers that are known, whose codes come first.
    days: days since 1970, NaN where unknown.
    orders: one code a basket, those of `codes_of` for the keys of the orders.
    landmark: the day from which ages count, that of the newest basket where it is None.
    """

    items: tuple[str, ...]
    baskets: sparse.csr_array
    buyers: npt.NDArray[np.int64]
    known_buyers: tuple[str, ...]
    days: npt.NDArray[np.float64]
    orders: npt.NDArray[np.uint64]
    landmark: float | None = None

    @property
    def n_baskets(self) -> int:
        return int(self.baskets.shape[0])

    @property
    def n_items(self) -> int:
        return int(self.baskets.shape[1])

    def basket_sizes(self) -> npt.NDArray[np.int64]:
        return np.diff(self.baskets.indptr).astype(np.int64)

    def item_orders(self) -> npt.NDArray[np.int64]:
        """In how many baskets each item is: n_i."""
        return np.bincount(self.baskets.indices, minlength=self.n_items).astype(np.int64)

    def decay(self, half_life_days: float) -> npt.NDArray[np.float64]:
        """w_b = 2^(−age / half-life), the age counted from the landmark; 1 without a time.

        A landmark that stays makes weights that stay (forward decay): a basket that comes later
        weighs more than 1, and nothing that was added up before has to be weighed again.
        """
        if self.n_baskets == 0 or np.isnan(self.days).all():
            return np.ones(self.n_baskets)
        landmark = np.nanmax(self.days) if self.landmark is None else self.landmark
        age = landmark - self.days
        return np.where(np.isnan(age), 1.0, np.exp2(-age / half_life_days))

    def select(self, keep: npt.NDArray[np.bool_]) -> Interactions:
        """The baskets where `keep` is true, with the items that are left in them."""
        chosen = self.baskets[keep]
        used = np.unique(chosen.indices)
        return Interactions(
            items=tuple(self.items[i] for i in used),
            baskets=sparse.csr_array(chosen[:, used]),
            buyers=self.buyers[keep],
            known_buyers=self.known_buyers,
            days=self.days[keep],
            orders=self.orders[keep],
            landmark=self.landmark,
        )


def codes_of(keys: Iterable[str], secret: bytes = b"") -> npt.NDArray[np.uint64]:
    """A number for each key, the same everywhere: 64 bits of BLAKE2b, keyed by the secret.

    Two of a million keys share one with a chance of 3 in 100 million.
    """
    digests = (blake2b(key.encode(), digest_size=8, key=secret).digest() for key in keys)
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def read_interactions(lines: Iterable[Line], max_basket_size: int | None = None) -> Interactions:
    """Builds the matrix in one pass over the lines, which may come in any order.

    A product counts once a basket. Baskets of more than `max_basket_size` items are left out.
    """
    orders, items, buyers = _numbers(), _numbers(), _numbers()
    rows, columns = array("q"), array("q")
    basket_buyers, seconds = array("q"), array("d")
    lines = iter(lines)
    while some := list(islice(lines, LINES_AT_ONCE)):
        seen = len(orders)
        of_order = [line[0] for line in some]
        rows.extend(map(orders.__getitem__, of_order))
        columns.extend(map(items.__getitem__, [line[1] for line in some]))
        for order, (_, _, buyer, ordered_at) in dict(zip(of_order, some, strict=True)).items():
            if orders[order] >= seen:
                basket_buyers.append(-1 if buyer is None else buyers[buyer])
                seconds.append(float("nan") if ordered_at is None else timestamp(ordered_at))
    codes = np.array(basket_buyers, dtype=np.int64)
    guests = codes < 0
    codes[guests] = len(buyers) + np.arange(guests.sum())
    interactions = _assemble(
        list(items),
        np.array(rows, dtype=np.int64),
        np.array(columns, dtype=np.int64),
        codes,
        tuple(buyers),
        np.array(seconds, dtype=np.float64) / SECONDS_A_DAY,
        codes_of(orders),
    )
    if max_basket_size is None:
        return interactions
    fits = interactions.basket_sizes() <= max_basket_size
    return interactions if fits.all() else interactions.select(fits)


def _numbers() -> defaultdict[str, int]:
    """Key → its number, for a new key the next."""
    return defaultdict(count().__next__)


def timestamp(moment: datetime) -> float:
    """Seconds since 1970; a time without a zone is UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _assemble(
    keys: list[str],
    rows: npt.NDArray[np.int64],
    columns: npt.NDArray[np.int64],
    buyers: npt.NDArray[np.int64],
    known_buyers: tuple[str, ...],
    days: npt.NDArray[np.float64],
    orders: npt.NDArray[np.uint64],
) -> Interactions:
    by_key = sorted(range(len(keys)), key=keys.__getitem__)
    new_column = np.empty(len(keys), dtype=np.int64)
    new_column[by_key] = np.arange(len(keys))
    # Newest first within a buyer; a basket without a time comes last.
    order = np.lexsort((-np.nan_to_num(days, nan=-np.inf), buyers))
    new_row = np.empty(len(order), dtype=np.int64)
    new_row[order] = np.arange(len(order))
    baskets = sparse.csr_array(
        (np.ones(len(rows), dtype=np.float32), (new_row[rows], new_column[columns])),
        shape=(len(order), len(keys)),
    )
    baskets.sum_duplicates()
    baskets.data[:] = 1
    items = tuple(keys[i] for i in by_key)
    return Interactions(items, baskets, buyers[order], known_buyers, days[order], orders[order])
