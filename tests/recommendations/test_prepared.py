"""Queries compiled once answer as Django's own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recommendations.models import ModelVersion, RankedList, RunStatus, Surface
from recommendations.prepared import PreparedQuery

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
KEYS = ["a", "B", "it's", "100%", "%s", 'say "hi"', "{b,c}", "back\\slash", "茶", "?"]


@pytest.fixture
def version():
    version = ModelVersion.objects.create(
        surface=Surface.FREQUENTLY_BOUGHT_WITH,
        scope="default",
        status=RunStatus.READY,
        orders_changed_at=AT,
    )
    RankedList.objects.bulk_create(
        RankedList(
            version=version, kind="item", seed_key=key, orders=n, entries=[[key], [0.5], [n]]
        )
        for n, key in enumerate(KEYS)
    )
    return version


def lists(keys, kind):
    return (
        RankedList.objects.filter(kind=kind, seed_key__in=keys, orders__gte=0)
        .order_by("seed_key")
        .values_list("seed_key", "entries", "version__orders_changed_at")
    )


def prepared():
    return PreparedQuery(RankedList, lists)


@pytest.mark.parametrize("count", [1, 2, 3, len(KEYS)])
def test_the_rows_are_those_of_the_queryset(version, count):
    found = prepared().rows(KEYS[:count], "item")
    assert found == list(lists(KEYS[:count], "item"))
    assert sorted(found) == sorted(
        (key, [[key], [0.5], [n]], AT) for n, key in enumerate(KEYS[:count])
    )


def test_keys_that_nothing_has_find_nothing(version):
    assert prepared().rows(["A", "b", "none"], "item") == []


def test_no_keys_ask_nothing(version, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert prepared().rows([], "item") == []


def test_each_form_is_built_once_whatever_the_keys(version):
    built = []

    def build(keys, kind):
        built.append(kind)
        return lists(keys, kind)

    query = PreparedQuery(RankedList, build)
    answers = [
        query.rows(keys, kind) for kind in ("item", "global") for keys in (["a"], ["a", "B"])
    ]
    assert built == ["item", "global"]
    assert [len(rows) for rows in answers] == [1, 2, 0, 0]


def test_a_key_field_takes_any_strings_and_what_else_a_lookup_takes(version):
    names = RankedList.objects.order_by("seed_key").values_list("seed_key", flat=True)
    assert set(names.filter(seed_key__in=KEYS)) == set(KEYS)
    assert list(names.filter(seed_key__in=iter(["a", "a"]))) == ["a"]
    assert list(names.filter(seed_key__in=[])) == []
    assert list(names.filter(seed_key__in=["a", None])) == ["a"]
    assert list(names.filter(seed_key__in=names.filter(seed_key="B"))) == ["B"]
    assert set(names.exclude(seed_key__in=KEYS[1:])) == {"a"}


def test_postgresql_gets_one_array(version):
    with CaptureQueriesContext(connection) as captured:
        list(RankedList.objects.filter(seed_key__in=["a", "B"]))
    assert ("ANY(" in captured[0]["sql"]) == (connection.vendor == "postgresql")
