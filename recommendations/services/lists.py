"""The stored lists that answer a request, from one query."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, Subquery

from recommendations.engine.base import ListKind
from recommendations.models import RankedList, SteeringStamp
from recommendations.stores.base import Scope


class StoredList(NamedTuple):
    """Best first, three parallel columns. `orders`: orders that hold the seed."""

    orders: int
    keys: list[str]
    scores: list[float]
    pair_orders: list[int]


NOTHING = StoredList(0, [], [], [])


def blended(lists: Iterable[StoredList]) -> StoredList:
    """All of them as one, by score; of a key in several the highest counts."""
    scores: dict[str, float] = {}
    for one in lists:
        for key, score in zip(one.keys, one.scores, strict=True):
            scores[key] = max(score, scores.get(key, score))
    return ordered(scores)


def ordered(scores: Mapping[str, float]) -> StoredList:
    """A list of these scores, equal ones by key."""
    keys = sorted(scores)
    keys.sort(key=scores.__getitem__, reverse=True)
    return StoredList(0, keys, [scores[key] for key in keys], [0] * len(keys))


#: What a version has learned from: its run, its orders, and their newest change.
State = tuple[str, int, datetime | None]

#: Version → its state, and the orders of its products known here.
_item_orders: dict[int, tuple[State, dict[str, int]]] = {}
#: Versions remembered: those that are live, and those of experiments.
MAX_VERSIONS = 16


@dataclass
class Lists:
    """What one live version has for some seeds, and what is popular: "" stands for overall."""

    by_seed: dict[str, StoredList] = field(default_factory=dict)
    popular: dict[str, StoredList] = field(default_factory=dict)
    orders: int = 0
    version_id: int | None = None
    state: State | None = None
    #: Which rules and experiments stood at the time; None where none was ever saved.
    steering_stamp: str | None = None

    @property
    def version(self) -> str | None:
        return None if self.version_id is None else f"v{self.version_id}"


def load_lists(
    surfaces: Collection[str],
    scope: Scope,
    *,
    seeds: Collection[str] = (),
    categories: Collection[str] = ("",),
    shown: Mapping[str, int] = {},
) -> dict[str, Lists]:
    """For each of these surfaces the lists of its live version; empty ones where it has none.

    shown: surface → id of the version that is shown in place of the live one.
    """
    live = Q(
        version__live_at__surface__in=set(surfaces) - shown.keys(),
        version__live_at__scope=scope.name,
    )
    rows = RankedList.objects.filter(
        live | Q(version__in=shown.values()) if shown else live,
        kind__in=[ListKind.ITEM, ListKind.GLOBAL],
        seed_key__in={*seeds, *categories},
    ).values_list(
        "version__surface",
        "kind",
        "seed_key",
        "orders",
        "entries",
        "version_id",
        "version__run",
        "version__orders",
        "version__orders_changed_at",
        Subquery(SteeringStamp.objects.values("value")[:1]),
    )
    found = {surface: Lists() for surface in surfaces}
    for surface, kind, seed, orders, entries, version_id, run, total, changed_at, stamp in rows:
        lists = found[surface]
        lists.steering_stamp = stamp
        lists.version_id, lists.orders = version_id, total
        lists.state = (run, total, changed_at)
        if kind == ListKind.GLOBAL and seed in categories:
            lists.popular[seed] = StoredList(orders, *entries)
        elif kind == ListKind.ITEM and seed in seeds:
            lists.by_seed[seed] = StoredList(orders, *entries)
    return found


def item_orders(lists: Lists, keys: Collection[str]) -> dict[str, int]:
    """In how many of the orders of a version each of these products was.

    A process asks once for each product, until its version has learned something new.
    """
    if lists.version_id is None or lists.state is None:
        return {}
    state, known = _item_orders.get(lists.version_id, (None, {}))
    if state != lists.state:
        known = {}
        if len(_item_orders) >= MAX_VERSIONS:
            _item_orders.clear()
        _item_orders[lists.version_id] = (lists.state, known)
    missing = [key for key in keys if key not in known]
    if missing:
        rows = RankedList.objects.filter(version=lists.version_id, kind=ListKind.ITEM)
        known |= dict.fromkeys(missing, 0)
        known |= rows.filter(seed_key__in=missing).values_list("seed_key", "orders")
    return {key: known[key] for key in keys}
