"""What a process remembers of the lists it has read, and when it asks again."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from recommendations.models import Surface
from recommendations.services import lists, publishing
from recommendations.services.lists import load_lists
from recommendations.services.refresh import refresh
from recommendations.services.training import train
from recommendations.stores.base import Scope
from tests.recommendations.conftest import add_orders

pytestmark = pytest.mark.django_db
SURFACE, SCOPE = Surface.FREQUENTLY_BOUGHT_WITH, Scope()


def partners(*seeds: str) -> dict[str, list[str]]:
    found = load_lists([SURFACE], SCOPE, seeds=seeds)[SURFACE]
    return {seed: one.keys for seed, one in found.by_seed.items()}


def orders_of(seed: str) -> int:
    return load_lists([SURFACE], SCOPE, seeds=[seed])[SURFACE].by_seed[seed].orders


def queries_of(*seeds: str) -> tuple[int, bool]:
    """How many, and whether a list was among what they read."""
    with CaptureQueriesContext(connection) as captured:
        partners(*seeds)
    return len(captured), any("rankedlist" in one["sql"] for one in captured)


def test_a_list_is_read_once(store):
    add_orders(store, "tea cup", "tea cup", "milk jam", "milk jam")
    train()
    first = partners("tea")
    assert queries_of("tea") == (1, False)
    assert partners("tea") == first == {"tea": ["cup"]}
    assert queries_of("tea", "milk") == (1, True)
    assert queries_of("tea", "milk") == (1, False)


def test_that_there_is_no_list_is_remembered_too(store):
    add_orders(store, "tea cup")
    train()
    assert partners("nothing") == {}
    assert queries_of("nothing") == (1, False)


def test_a_refresh_shows_in_the_next_answer(store):
    add_orders(store, "tea cup", "tea cup", "milk jam")
    train()
    assert orders_of("milk") == 1
    add_orders(store, "milk tea", "milk tea")
    refresh()
    assert orders_of("milk") == 3


def test_another_live_version_shows_in_the_next_answer(store):
    add_orders(store, "tea cup", "tea cup")
    train()
    assert partners("tea") == {"tea": ["cup"]}
    add_orders(store, *["tea jam"] * 5)
    train(force=True)
    assert set(partners("tea")["tea"]) == {"cup", "jam"}
    assert queries_of("tea") == (1, False)


def test_a_version_without_lists_answers_nothing_though_they_are_remembered(store):
    add_orders(store, "tea cup", "tea cup")
    version = train()
    partners("tea")
    publishing.drop_lists(version)
    assert partners("tea") == {}


def test_what_is_read_in_a_transaction_that_fails_is_not_taken_for_what_stands(store):
    add_orders(store, "tea cup", "tea cup")
    version = train()
    with pytest.raises(RuntimeError), transaction.atomic():
        type(version).objects.filter(pk=version.pk).update(orders=7)
        version.ranked_lists.filter(seed_key="tea").update(entries=[["jam"], [1.0], [1]])
        assert partners("tea") == {"tea": ["jam"]}
        raise RuntimeError
    assert partners("tea") == {"tea": ["cup"]}


def test_more_seeds_than_are_remembered_are_all_answered(store, monkeypatch):
    monkeypatch.setattr(lists, "MAX_SEEDS", 3)
    add_orders(store, "tea cup", "milk jam", "egg ham")
    version = train()
    seeds = ["tea", "cup", "milk", "jam", "egg", "ham"]
    assert partners("tea") == {"tea": ["cup"]}
    assert partners(*seeds) == {
        "tea": ["cup"], "cup": ["tea"], "milk": ["jam"], "jam": ["milk"], "egg": ["ham"],
        "ham": ["egg"],
    }  # fmt: skip
    partners("tea")
    assert len(lists._memories[version.pk].lists) <= 3
