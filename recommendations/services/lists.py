"""The stored lists that answer a request, from one query."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Subquery

from recommendations.engine.base import ListKind
from recommendations.models import RankedList, RuleStamp
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

#: Surface and scope → the state of the live version, and the orders of its products known here.
_item_orders: dict[tuple[str, str], tuple[State | None, dict[str, int]]] = {}


@dataclass
class Lists:
    """What one live version has for some seeds, and what is popular: "" stands for overall."""

    by_seed: dict[str, StoredList] = field(default_factory=dict)
    popular: dict[str, StoredList] = field(default_factory=dict)
    orders: int = 0
    version_id: int | None = None
    state: State | None = None
    #: That of the shop's rules at the time; None where no rule was ever saved.
    rules_stamp: str | None = None

    @property
    def version(self) -> str | None:
        return None if self.version_id is None else f"v{self.version_id}"


def load_lists(
    surfaces: Collection[str],
    scope: Scope,
    *,
    seeds: Collection[str] = (),
    categories: Collection[str] = ("",),
) -> dict[str, Lists]:
    """For each of these surfaces the lists of its live version; empty ones where it has none."""
    rows = RankedList.objects.filter(
        version__live_at__surface__in=surfaces,
        version__live_at__scope=scope.name,
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
        Subquery(RuleStamp.objects.values("value")[:1]),
    )
    found = {surface: Lists() for surface in surfaces}
    for surface, kind, seed, orders, entries, version_id, run, total, changed_at, stamp in rows:
        lists = found[surface]
        lists.rules_stamp = stamp
        lists.version_id, lists.orders = version_id, total
        lists.state = (run, total, changed_at)
        if kind == ListKind.GLOBAL and seed in categories:
            lists.popular[seed] = StoredList(orders, *entries)
        elif kind == ListKind.ITEM and seed in seeds:
            lists.by_seed[seed] = StoredList(orders, *entries)
    return found


def item_orders(surface: str, scope: Scope, lists: Lists, keys: Collection[str]) -> dict[str, int]:
    """In how many of the orders of a version each of these products was.

    A process asks once for each product, until its version has learned something new.
    """
    if lists.state is None:
        return {}
    state, known = _item_orders.get((surface, scope.name), (None, {}))
    if state != lists.state:
        known = {}
        _item_orders[surface, scope.name] = (lists.state, known)
    missing = [key for key in keys if key not in known]
    if missing:
        rows = RankedList.objects.filter(version=lists.version_id, kind=ListKind.ITEM)
        known |= dict.fromkeys(missing, 0)
        known |= rows.filter(seed_key__in=missing).values_list("seed_key", "orders")
    return {key: known[key] for key in keys}
