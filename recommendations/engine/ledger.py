"""The orders that were counted, so that whatever changes in one can be counted anew.

Counts of pairs are sums over orders, counts of their buyers sums over people. Neither is stored:
of an order the few numbers here say more than its pairs would, and take a tenth of the room.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommendations.engine.artifacts import Arrays
from recommendations.engine.interactions import (
    SECONDS_A_DAY,
    Interactions,
    Line,
    codes_of,
    timestamp,
)

#: Stands for the buyer of an order that the store can't tell from another.
NOBODY = np.uint64(2**64 - 1)
LAST_BITS = np.uint64(2**16 - 1)
#: Keys of buyers → their codes, as `interactions.codes_of` with a secret.
Coder = Callable[[Iterable[str]], npt.NDArray[np.uint64]]
#: (buyer, day, product keys) of an order.
Content = tuple[int, float, frozenset[str]]
TAKEN_BACK: Content = (int(NOBODY), -np.inf, frozenset())


@dataclass(frozen=True)
class Ledger:
    """One row an order. An order of no items is one that was taken back.

    keys: product code → key. orders, buyers: (n,) codes of their keys; orders are unique.
    days: (n,) since 1970, NaN where unknown. sizes: (n,) items of each order.
    items: (sizes.sum(),) product codes, order by order.
    """

    keys: tuple[str, ...]
    orders: npt.NDArray[np.uint64]
    buyers: npt.NDArray[np.uint64]
    days: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.int32]
    items: npt.NDArray[np.uint16 | np.int32]

    @classmethod
    def of(cls, interactions: Interactions, coder: Coder) -> Self:
        """Of the baskets a model was fitted on."""
        X = interactions
        buyers = np.full(X.n_baskets, NOBODY)
        known = X.buyers < len(X.known_buyers)
        buyers[known] = coder(X.known_buyers)[X.buyers[known]]
        by_buyer = np.argsort(buyers, kind="stable")
        baskets = X.baskets[by_buyer]
        return cls(
            X.items,
            X.orders[by_buyer],
            buyers[by_buyer],
            X.days[by_buyer],
            np.diff(baskets.indptr).astype(np.int32),
            _narrow(baskets.indices, len(X.items)),
        )

    @classmethod
    def read(
        cls, orders: Iterable[tuple[str, Sequence[Line]]], coder: Coder, max_basket_size: int
    ) -> Self:
        """Of orders as they stand now; one of more than `max_basket_size` items has none."""
        codes: dict[str, int] = {}
        found: dict[str, tuple[str | None, float, list[int]]] = {}
        for order, lines in orders:
            keys = dict.fromkeys(line[1] for line in lines)
            if not 0 < len(keys) <= max_basket_size:
                found[order] = None, np.nan, []
                continue
            _, _, buyer, at = lines[0]
            day = np.nan if at is None else timestamp(at) / SECONDS_A_DAY
            found[order] = buyer, day, [codes.setdefault(key, len(codes)) for key in keys]
        buyers = np.full(len(found), NOBODY)
        known = np.array([buyer is not None for buyer, _, _ in found.values()], dtype=bool)
        buyers[known] = coder(buyer for buyer, _, _ in found.values() if buyer is not None)
        return cls(
            tuple(codes),
            codes_of(found),
            buyers,
            np.array([day for _, day, _ in found.values()], dtype=np.float64),
            np.array([len(items) for _, _, items in found.values()], dtype=np.int32),
            _narrow(
                np.array([i for _, _, items in found.values() for i in items], dtype=np.int32),
                len(codes),
            ),
        )

    @property
    def landmark(self) -> float | None:
        """The newest day: `Interactions.landmark` of all that is counted on top of this."""
        return None if np.isnan(self.days).all() else float(np.nanmax(self.days))

    def holds(self, orders: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
        """(n,) which of the orders here are among these."""
        found = np.zeros(len(self.orders), dtype=bool)
        if len(orders) == 0:
            return found
        # Few of many: codes with other last bits than all of these are left out by one look.
        ends = np.zeros(2**16, dtype=bool)
        ends[orders & LAST_BITS] = True
        likely = np.flatnonzero(ends[self.orders & LAST_BITS])
        found[likely] = np.isin(self.orders[likely], orders)
        return found

    def select(self, keep: npt.NDArray[np.bool_]) -> Ledger:
        return Ledger(
            self.keys,
            self.orders[keep],
            self.buyers[keep],
            self.days[keep],
            self.sizes[keep],
            self.items[np.repeat(keep, self.sizes)],
        )

    def updated(self, changes: Ledger) -> Ledger:
        """With the orders of `changes` in place of what stood here of them, and those new here."""
        kept = self.select(~self.holds(changes.orders))
        code_of = {key: code for code, key in enumerate(self.keys)}
        recoded = [code_of.setdefault(key, len(code_of)) for key in changes.keys]
        items = np.array(recoded, dtype=np.int32)[changes.items]
        return Ledger(
            tuple(code_of),
            np.concatenate([kept.orders, changes.orders]),
            np.concatenate([kept.buyers, changes.buyers]),
            np.concatenate([kept.days, changes.days]),
            np.concatenate([kept.sizes, changes.sizes]),
            np.concatenate([_narrow(kept.items, len(code_of)), _narrow(items, len(code_of))]),
        )

    def contents(self) -> dict[int, Content]:
        """Order → what is in it."""
        ends = np.cumsum(self.sizes)
        rows = zip(self.orders, self.buyers, self.days, ends - self.sizes, ends, strict=True)
        return {
            int(order): (
                int(buyer),
                -np.inf if np.isnan(day) else float(day),
                frozenset(self.keys[item] for item in self.items[start:end]),
            )
            for order, buyer, day, start, end in rows
        }

    def interactions(self, landmark: float | None) -> Interactions:
        """The baskets of the orders that have items, as `read_interactions` makes them."""
        order, buyers = self._by_buyer()
        used = np.bincount(self.items, minlength=len(self.keys)) > 0
        by_key = sorted(np.flatnonzero(used), key=self.keys.__getitem__)
        columns = np.full(len(self.keys), -1, dtype=np.int32)
        columns[by_key] = np.arange(len(by_key))
        ptr = np.concatenate([[0], np.cumsum(self.sizes, dtype=np.int32)])
        ones = np.ones(len(self.items), dtype=np.float32)
        rows = sparse.csr_array(
            (ones, columns[self.items], ptr), shape=(len(self.orders), len(by_key))
        )
        baskets = rows[order]
        baskets.sort_indices()
        return Interactions(
            items=tuple(self.keys[code] for code in by_key),
            baskets=baskets,
            buyers=buyers,
            known_buyers=(),
            days=self.days[order],
            orders=self.orders[order],
            landmark=landmark,
        )

    def _by_buyer(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
        """The rows that have items, those of a buyer side by side, the newest first; and a number
        for the buyer of each.

        What was appended to a sorted ledger is little: the stable sort is one pass over the rest,
        and only the buyers whose orders it left out of order are sorted by time.
        """
        rows = np.flatnonzero(self.sizes)
        rows = rows[np.argsort(self.buyers[rows], kind="stable")]
        buyers, days = self.buyers[rows], np.nan_to_num(self.days[rows], nan=-np.inf)
        another = np.ones(len(rows), dtype=bool)
        another[1:] = (buyers[1:] != buyers[:-1]) | (buyers[1:] == NOBODY)
        numbers = np.cumsum(another) - 1
        mixed = np.zeros(len(rows), dtype=bool)  # by number: as many as rows are enough
        mixed[numbers[1:][~another[1:] & (days[1:] > days[:-1])]] = True
        again = np.flatnonzero(mixed[numbers])
        rows[again] = rows[again][np.lexsort((-days[again], numbers[again]))]
        return rows, numbers

    def arrays(self) -> Arrays:
        """For `artifacts.pack`."""
        text = np.frombuffer(json.dumps(self.keys).encode(), dtype=np.uint8)
        return {f.name: getattr(self, f.name) for f in fields(self)} | {"keys": text}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        values: dict[str, Any] = {**arrays, "keys": tuple(json.loads(arrays["keys"].tobytes()))}
        return cls(**values)


@dataclass(frozen=True)
class Changes:
    """Orders that are not what was counted: as they stand, and the baskets of before and after."""

    ledger: Ledger
    before: list[frozenset[str]]
    after: list[frozenset[str]]

    @classmethod
    def find(cls, held: Mapping[int, Content], asked: Ledger) -> Self:
        """held: order → what was counted. An order that is delivered again is none of these."""
        now = asked.contents()
        changed = [order for order, one in now.items() if one != held.get(order, TAKEN_BACK)]
        return cls(
            asked.select(asked.holds(np.array(changed, dtype=np.uint64))),
            [held[order][-1] for order in changed if order in held],
            [now[order][-1] for order in changed],
        )

    @property
    def keys(self) -> set[str]:
        """The products whose orders changed: the rows to make again."""
        return set().union(*self.before, *self.after)


def _narrow(codes: npt.NDArray[Any], size: int) -> npt.NDArray[np.uint16 | np.int32]:
    return codes.astype(np.uint16 if size <= 2**16 else np.int32, copy=False)
