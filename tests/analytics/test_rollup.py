"""Daily figures: up to date whatever comes when, and the same as if counted from scratch."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from analytics import tasks
from analytics.models import DailyFigure, RollUp
from analytics.services.rollup import OVERLAP, count_day, roll_day, roll_up
from tests.analytics.behaviour import DAY, START, event, happened, stored, tea_shop
from tests.shop.threads import at_once

pytestmark = pytest.mark.django_db


def visits(**where):
    """Day → visits, over channels and devices."""
    counts = Counter()
    for row in DailyFigure.objects.filter(measure="visits", **where):
        counts[row.day] += row.sums[""]
    return counts


def now(**since):
    return datetime.now(UTC) - timedelta(**since)


def test_every_day_with_events_is_counted():
    happened(*tea_shop())
    assert roll_up() == 2
    assert visits() == {DAY: 2, DAY + timedelta(days=1): 1}
    assert stored() == sorted(count_day(DAY, "default"))


def test_nothing_happens_without_new_events():
    happened(*tea_shop())
    roll_up()
    assert roll_up() == 0
    assert sum(visits().values()) == 3


def test_without_events_there_is_nothing_to_count():
    assert roll_up() == 0
    assert RollUp.objects.get().until is not None


def test_a_late_event_counts_its_day_again_and_no_other():
    happened(*tea_shop())
    roll_up()
    DailyFigure.objects.filter(day=DAY + timedelta(days=1)).update(sums={"": 99})
    late = event("PAGE_VIEW", 1, "x", received_at=now())
    happened(late)
    assert roll_up() == 1
    assert stored() == sorted(count_day(DAY, "default"))
    assert visits()[DAY] == 3
    assert all(row.sums == {"": 99} for row in DailyFigure.objects.exclude(day=DAY))


def test_what_was_being_written_during_the_last_time_is_not_missed():
    roll_up()
    happened(event("PAGE_VIEW", received_at=now() - OVERLAP / 2))
    assert roll_up() == 1


def test_a_run_that_fails_leaves_its_days_for_the_next(monkeypatch):
    happened(*tea_shop())

    def fails(day, scope):
        if day > DAY:
            raise OSError
        roll_day(day, scope)

    monkeypatch.setattr("analytics.services.rollup.roll_day", fails)
    with pytest.raises(OSError):
        roll_up()
    monkeypatch.undo()
    assert roll_up() == 2
    assert sum(visits().values()) == 3


def test_scopes_are_counted_apart():
    happened(event("PAGE_VIEW"), event("PAGE_VIEW", scope="north"))
    assert roll_up() == 2
    assert visits(scope="north") == visits(scope="default") == {DAY: 1}


def test_days_begin_at_midnight_of_the_shop(settings):
    settings.TIME_ZONE = "America/New_York"
    happened(event("PAGE_VIEW", 3 * 60), event("PAGE_VIEW", 5 * 60))  # 23:00 and 01:00 there
    roll_up()
    assert visits() == {DAY - timedelta(days=1): 1, DAY: 1}


def test_moments_are_told_apart_to_the_microsecond():
    happened(*(event("PAGE_VIEW", at=START + timedelta(seconds=n, microseconds=n)) for n in (0, 9)))
    roll_up()
    (seconds,) = (one.value for one in stored() if one.measure == "seconds")
    assert seconds == pytest.approx(9.000009, abs=5e-7)


def test_days_whose_events_are_pruned_keep_their_figures(settings):
    settings.ANALYTICS = {"KEEP_MONTHS": 1}
    old = date(2020, 1, 1)
    DailyFigure.objects.create(day=old, measure="visits", sums={"": 5})
    at = datetime(2020, 1, 1, 12, tzinfo=UTC)
    happened(event("PAGE_VIEW", at=at, received_at=now()))
    assert roll_up() == 0
    assert visits() == {old: 5}


def test_what_is_simulated_is_kept_apart():
    happened(event("PAGE_VIEW", simulated=True), event("PAGE_VIEW", 1, "w"))
    roll_up()
    row = DailyFigure.objects.get(measure="visits")
    assert (row.sums, row.simulated) == ({"": 2}, {"": 1})


BATCHES = st.lists(
    st.lists(
        st.builds(
            event,
            st.sampled_from(["PAGE_VIEW", "PRODUCT_VIEW", "SEARCH", "CART_ADD", "PURCHASE"]),
            st.integers(0, 1439),
            st.sampled_from(["", "v", "w"]),
            day=st.integers(0, 2),
            path=st.sampled_from(["", "/", "/products/cup/"]),
            product_key=st.sampled_from(["", "cup"]),
            source=st.sampled_from(["", "email"]),
            quantity=st.integers(1, 3),
            simulated=st.booleans(),
        ),
        max_size=8,
    ),
    max_size=4,
)


class Recomputation(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(BATCHES)
    def test_figures_are_what_a_recomputation_gives(self, batches):
        """Events come in batches, in any order, for days already counted: each batch late."""
        for batch in batches:
            for one in batch:
                one.pk, one.received_at = None, now()
            happened(*batch)
            roll_up()
        for number in range(3):
            day = DAY + timedelta(days=number)
            assert stored(day) == sorted(count_day(day, "default"))


@pytest.mark.row_locks
@pytest.mark.django_db(transaction=True)
def test_two_at_once_count_a_day_once():
    happened(*tea_shop())
    roll_up()
    at_once(4, lambda number: roll_day(DAY, "default"))
    assert stored() == sorted(count_day(DAY, "default"))


def test_the_task_of_the_schedule_counts_too():
    happened(*tea_shop())
    assert tasks.roll_up.name == "analytics.roll_up"
    tasks.roll_up.delay()
    assert stored() == sorted(count_day(DAY, "default"))
