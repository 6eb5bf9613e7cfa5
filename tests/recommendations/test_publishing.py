import pytest

from recommendations.exceptions import VersionNotPublishable
from recommendations.models import ModelVersion, RankedList, RunStatus
from recommendations.services.publishing import live_version, promote, prune, roll_back
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
