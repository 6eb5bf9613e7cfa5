"""Where a visit ends, and what it was."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.stats.visits import day_of, describe, midnights, visit_of

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, HOUR = 60.0, 3600.0


class TestDays:
    def test_a_day_is_as_long_as_the_clocks_make_it(self):
        # clocks go forward on 29 March 2026 and back on 25 October
        assert np.diff(midnights(date(2026, 3, 28), 3, BERLIN)).tolist() == [
            24 * HOUR, 23 * HOUR, 24 * HOUR,
        ]  # fmt: skip
        assert np.diff(midnights(date(2026, 10, 25), 1, BERLIN)).tolist() == [25 * HOUR]

    def test_midnight_belongs_to_the_day_that_begins(self):
        starts = midnights(date(2026, 1, 1), 2, BERLIN)
        at = np.array([starts[0] - 1, starts[0], starts[1] - 1, starts[1]])
        assert day_of(at, starts).tolist() == [-1, 0, 0, 1]


class TestVisits:
    def test_half_an_hour_of_silence_ends_a_visit(self):
        at = np.array([0.0, 29, 59]) * MINUTE  # 29 and 30 minutes apart
        assert visit_of(np.zeros(3, int), at, np.zeros(3, int)).tolist() == [0, 0, 1]

    def test_midnight_ends_a_visit(self):
        at, day = np.array([0.0, 60.0]), np.array([4, 5])
        assert visit_of(np.zeros(2, int), at, day).tolist() == [0, 1]

    def test_visitors_have_visits_of_their_own_in_any_order_of_events(self):
        visitor, at = np.array([1, 0, 1, 0]), np.array([120.0, 60.0, 0.0, 0.0])
        assert visit_of(visitor, at, np.zeros(4, int)).tolist() == [1, 0, 1, 0]

    def test_nothing_is_no_visit(self):
        assert visit_of(np.array([], int), np.array([]), np.array([], int)).tolist() == []

    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10_000)), max_size=40))
    def test_the_order_of_events_does_not_matter(self, events):
        def split(rows):
            who, at = np.array([r[0] for r in rows], int), np.array([r[1] for r in rows], float)
            visit = visit_of(who, at, np.zeros(len(rows), int))
            return sorted(zip(visit.tolist(), rows, strict=True))

        assert split(events) == split(events[::-1])


def test_a_visit_is_described_by_its_events():
    # visit 0: two pages in 100 s; visit 1: one page; visit 2: one page and a search at once
    visit = np.array([0, 1, 0, 2, 2])
    at = np.array([100.0, 500.0, 0.0, 900.0, 900.0])
    found = describe(visit, at, np.array([True, True, True, True, False]))
    assert found.first.tolist() == [2, 1, 3]
    assert found.start.tolist() == [0, 500, 900]
    assert found.seconds.tolist() == [100, 0, 0]
    assert found.pages.tolist() == [2, 1, 1]
    assert found.bounced.tolist() == [False, True, False]
