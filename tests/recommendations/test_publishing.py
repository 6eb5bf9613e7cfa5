import pytest
from django.db import IntegrityError, transaction

from recommendations.engine.base import Entry, ListKind, Ranked
from recommendations.exceptions import VersionNotPublishable
from recommendations.models import ModelVersion, RankedList, RunStatus
from recommendations.services.publishing import (
    live_version,
    promote,
    prune,
    roll_back,
    stored_lists,
    write_lists,
)
from tests.recommendations.conftest import configure

pytestmark = pytest.mark.django_db
SURFACE = "frequently_bought_with"


def version(status: str = RunStatus.READY, scope: str = "default", lists: int = 1) -> ModelVersion:
    made = ModelVersion.objects.create(
        surface=SURFACE, scope=scope, run="r", model="item_knn", status=status, lists=lists
    )
    RankedList.objects.create(version=made, kind="global", entries=[])
    return made


def test_promoting_moves_the_pointer():
    first, second = version(), version()
    promote(first)
    promote(second)
    assert live_version(SURFACE, "default") == second


def test_a_rejected_version_may_be_promoted_by_hand():
    rejected = version(RunStatus.REJECTED)
    promote(rejected)
    assert live_version(SURFACE, "default") == rejected


@pytest.mark.parametrize(
    ("status", "lists"),
    [(RunStatus.RUNNING, 1), (RunStatus.FAILED, 0), (RunStatus.READY, 0)],
)
def test_a_version_without_finished_lists_is_refused(status, lists):
    live, other = version(), version(status, lists=lists)
    promote(live)
    with pytest.raises(VersionNotPublishable, match="no finished lists"):
        promote(other)
    assert live_version(SURFACE, "default") == live


def test_rolling_back_goes_one_published_version_at_a_time():
    first, second, never_published, third = (version() for _ in range(4))
    for one in (first, second, third):
        promote(one)
    assert never_published.published_at is None
    assert [roll_back(SURFACE, "default"), roll_back(SURFACE, "default")] == [second, first]
    with pytest.raises(VersionNotPublishable, match="no earlier version"):
        roll_back(SURFACE, "default")
    assert live_version(SURFACE, "default") == first


def test_rolling_back_without_a_live_version_is_refused():
    with pytest.raises(VersionNotPublishable):
        roll_back(SURFACE, "default")


def test_scopes_do_not_touch_each_other():
    here, there = version(), version(scope="de")
    promote(here)
    promote(there)
    assert live_version(SURFACE, "default") == here
    assert live_version(SURFACE, "de") == there


def test_old_lists_are_dropped_and_their_figures_kept(store, settings):
    configure(settings, KEEP_VERSIONS=2)
    versions = [version() for _ in range(4)]
    for one in versions:
        promote(one)
    promote(versions[0])  # the oldest is live: it keeps its lists whatever its age
    prune(SURFACE, "default")
    kept = [one.ranked_lists.exists() for one in versions]
    assert kept == [True, False, True, True]
    assert ModelVersion.objects.count() == 4


@pytest.mark.parametrize(
    "key", ['"', "\\", "\\N", "\\.", "a\tb", "a\nb", "{a,b}", "'", "%s", "茶", "🍵"]
)
def test_lists_are_read_as_they_were_written_whatever_the_keys(key):
    lists = [
        Ranked.of(ListKind.ITEM, key, 3, [Entry("tea", 0.25, 2), Entry(key, -0.5, 0)]),
        Ranked.of(ListKind.ITEM, "tea", 2, [Entry(key, 1e-7, 1)]),
        Ranked.of(ListKind.ITEM, "jam", 1, []),
    ]
    made, other = version(), version()
    assert list(write_lists(made, lists)) == [3]
    found = sorted(stored_lists(made, [key, "tea", "jam", "unknown"]), key=lists.index)
    assert found == lists
    assert not list(stored_lists(other, [key]))


def test_a_second_list_of_one_seed_is_refused():
    made = version()
    lists = [Ranked.of(ListKind.ITEM, "tea", 1, [Entry("cup", 1.0, 1)])]
    list(write_lists(made, lists))
    with pytest.raises(IntegrityError), transaction.atomic():
        list(write_lists(made, lists))
    assert list(stored_lists(made, ["tea"])) == lists
