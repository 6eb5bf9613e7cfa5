"""A store in memory, and orders in which some things go together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from recommendations.stores.base import OrderLineFact, ProductDoc
from recommendations.stores.memory import MemoryStore

DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)
_current: list[MemoryStore] = []


def current_store() -> MemoryStore:
    """What `RECOMMENDATIONS["STORE"]` names in these tests."""
    return _current[-1]


@pytest.fixture
def store(settings):
    """An empty memory store, in place of the shop's."""
    _current.append(MemoryStore())
    configure(settings)
    yield _current[-1]
    _current.pop()


def configure(settings, **changes) -> None:
    settings.RECOMMENDATIONS = {
        "STORE": "tests.recommendations.conftest.current_store",
        "MIN_PAIR_ORDERS": 1,
        "MIN_PAIR_BUYERS": 1,
    } | changes


def add_orders(store: MemoryStore, *baskets: str) -> None:
    """Baskets written as "a b c", a day apart, each of another buyer."""
    start = len({line.order for line in store.lines})
    for number, basket in enumerate(baskets, start=start):
        moment = DAY_0 + timedelta(days=number)
        for key in basket.split():
            store.docs.setdefault(key, ProductDoc(key, key.upper()))
            store.lines.append(OrderLineFact(f"{number}", key, f"buyer {number}", moment))
        store.changed[f"{number}"] = moment
