"""The stored lists that answer a request, from one query.

A process remembers lists for as long as their version stays as it is, and asks each time whether it
has: what is published, refreshed or ruled shows in the next request of every process.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import FilteredRelation, Q, Subquery

from recommendations.engine.base import ListKind
from recommendations.models import ModelVersion, RankedList, SteeringStamp
from recommendations.prepared import PreparedQuery
from recommendations.stores.base import Scope

#: Versions remembered: those that are live, and those of experiments. Seeds remembered of each,
#: with about 3 kB for a list of fifty.
MAX_VERSIONS, MAX_SEEDS = 16, 5_000


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


#: Kind → list, of one seed key; empty where the version has none.
OfSeed = dict[str, StoredList]


class State(NamedTuple):
    """What a version has learned from. Its lists stay as they are until this changes."""

    run: str
    orders: int
    orders_changed_at: datetime | None
    refreshed_at: datetime | None


@dataclass
class Memory:
    """What this process remembers of a version in one state."""

    version_id: int
    state: State
    lists: dict[str, OfSeed] = field(default_factory=dict)
    #: Product → the orders that hold it.
    item_orders: dict[str, int] = field(default_factory=dict)

    def known(self, keys: Collection[str]) -> dict[str, OfSeed]:
        return {key: found for key in keys if (found := self.lists.get(key)) is not None}

    def add(self, lists: Mapping[str, OfSeed]) -> None:
        if len(self.lists) + len(lists) > MAX_SEEDS:
            self.lists.clear()
        self.lists |= lists


#: Version → what is remembered of it.
_memories: dict[int, Memory] = {}
#: Surface and scope → the version that was live when last asked.
_last_live: dict[tuple[str, str], int] = {}


def _memory(version_id: int, state: State) -> Memory:
    memory = _memories.get(version_id)
    if memory is None or memory.state != state:
        if len(_memories) >= MAX_VERSIONS:
            _memories.clear()
        memory = _memories[version_id] = Memory(version_id, state)
    return memory


@dataclass
class Lists:
    """What one version has for some seeds, and what is popular: "" stands for overall."""

    by_seed: dict[str, StoredList] = field(default_factory=dict)
    popular: dict[str, StoredList] = field(default_factory=dict)
    memory: Memory | None = None
    #: Which rules and experiments stood at the time; None where none was ever saved.
    steering_stamp: str | None = None

    @property
    def orders(self) -> int:
        return self.memory.state.orders if self.memory else 0

    @property
    def version(self) -> str | None:
        return f"v{self.memory.version_id}" if self.memory else None


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

    One query, and another one where a version is not as it was when last asked.
    """
    keys = {*seeds, *categories}
    unknown = keys - _remembered(keys, surfaces, scope, shown)
    readings = _read(keys, unknown, surfaces, scope, shown)
    if any(keys - one.known.keys() for one in readings.values()):
        readings = _read(keys, keys, surfaces, scope, shown)
    answer = {surface: Lists() for surface in surfaces}
    for surface, one in readings.items():
        answer[surface] = Lists(
            by_seed=_of_kind(ListKind.ITEM, seeds, one.known),
            popular=_of_kind(ListKind.GLOBAL, categories, one.known),
            memory=one.memory,
            steering_stamp=one.steering_stamp,
        )
    return answer


def _of_kind(
    kind: str, keys: Collection[str], known: Mapping[str, OfSeed]
) -> dict[str, StoredList]:
    return {key: known[key][kind] for key in keys if kind in known[key]}


def _remembered(
    keys: set[str], surfaces: Collection[str], scope: Scope, shown: Mapping[str, int]
) -> set[str]:
    """The keys that need not be asked for if no version has changed."""
    remembered = keys
    for surface in surfaces:
        version = shown.get(surface) or _last_live.get((surface, scope.name))
        memory = _memories.get(version) if version else None
        remembered = remembered & memory.known(keys).keys() if memory else set()
    return remembered


@dataclass
class Reading:
    """The version that answers a surface, and what is known of its lists by now."""

    memory: Memory
    steering_stamp: str | None
    known: dict[str, OfSeed]


def _read(
    keys: set[str],
    asked: set[str],
    surfaces: Collection[str],
    scope: Scope,
    shown: Mapping[str, int],
) -> dict[str, Reading]:
    """By surface, with what is remembered of the keys and what is stored for the `asked` ones."""
    readings: dict[str, Reading] = {}
    for row in _rows(asked, surfaces, scope, shown):
        (surface, version_id, stamp), state, stored = row[:3], row[3:7], row[7:]
        if surface not in readings:
            memory = _memory(version_id, State(*state))
            known = memory.known(keys - asked) | {key: {} for key in asked}
            readings[surface] = Reading(memory, stamp, known)
            if surface not in shown:
                _last_live[surface, scope.name] = version_id
        if any(stored):
            seed, kind, orders, (names, *columns) = stored
            found = StoredList(orders, [*map(sys.intern, names)], *columns)
            readings[surface].known[seed][kind] = found
    for one in readings.values():
        one.memory.add({key: one.known[key] for key in asked})
    return readings


def _rows(
    asked: Collection[str], surfaces: Collection[str], scope: Scope, shown: Mapping[str, int]
) -> Iterable[tuple[Any, ...]]:
    """Versions with the stamp and their state, a row for each list that is asked for, if any is."""
    if not asked and not shown:
        return LIVE.rows(surfaces, scope.name)
    which = _is_live(set(surfaces) - shown.keys(), scope.name)
    if shown:
        which |= Q(pk__in=shown.values())
    versions = ModelVersion.objects.filter(which, lists__gt=0).order_by()
    if not asked:
        return versions.values_list(*STATE)
    kinds = [ListKind.ITEM, ListKind.GLOBAL]
    of_asked = Q(ranked_lists__kind__in=kinds, ranked_lists__seed_key__in=asked)
    return versions.annotate(
        asked=FilteredRelation("ranked_lists", condition=of_asked)
    ).values_list(*STATE, "asked__seed_key", "asked__kind", "asked__orders", "asked__entries")


def _is_live(surfaces: Collection[str], scope: str) -> Q:
    return Q(live_at__surface__in=surfaces, live_at__scope=scope)


STATE = (
    "surface", "pk", Subquery(SteeringStamp.objects.values("value")[:1]), *State._fields,
)  # fmt: skip
#: The same for live versions alone: what nearly every request asks.
LIVE = PreparedQuery(
    ModelVersion,
    lambda surfaces, scope: (
        ModelVersion.objects.filter(_is_live(surfaces, scope), lists__gt=0)
        .order_by()
        .values_list(*STATE)
    ),
)


def item_orders(lists: Lists, keys: Collection[str]) -> dict[str, int]:
    """In how many of the orders of a version each of these products was.

    A process asks once for each product, until its version has learned something new.
    """
    if lists.memory is None:
        return {}
    known = lists.memory.item_orders
    missing = [key for key in keys if key not in known]
    if missing:
        rows = RankedList.objects.filter(version=lists.memory.version_id, kind=ListKind.ITEM)
        known |= dict.fromkeys(missing, 0)
        known |= rows.filter(seed_key__in=missing).values_list("seed_key", "orders")
    return {key: known[key] for key in keys}
