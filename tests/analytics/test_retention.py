"""Events are kept for whole months, and of searches then what many have in common."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from analytics import tasks
from analytics.models import DailyFigure, Event, Visitor
from analytics.services import retention
from analytics.services.reports import searches
from analytics.services.retention import Pruned, kept_since, prune
from analytics.services.rollup import roll_up
from tests.analytics.behaviour import DAY, MAY, event, happened, stored, tea_shop
from tests.analytics.events import add_event

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("months", "first"),
    [(0, (2026, 3)), (1, (2026, 2)), (2, (2026, 1)), (3, (2025, 12)), (25, (2024, 2))],
)
def test_the_months_that_are_kept(settings, months, first):
    settings.TIME_ZONE = "UTC"
    assert kept_since(NOW, months) == datetime(*first, 1, tzinfo=UTC)


def test_older_events_go_and_devices_nobody_used_since(settings, monkeypatch):
    settings.ANALYTICS = {"KEEP_MONTHS": 2}
    settings.TIME_ZONE = "UTC"
    monkeypatch.setattr(retention, "ROWS_A_STEP", 2)
    old, kept = datetime(2025, 12, 31, 23, 59, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(5):
        add_event(at=old, visitor="a" * 32)
    add_event(at=kept, visitor="b" * 32)
    for name in "abc":
        seen = NOW if name == "c" else old
        Visitor.objects.create(pseudonym=name * 32, first_seen=seen)
    assert prune(NOW) == Pruned(events=5, visitors=1, days=0)
    assert Event.objects.get().at == kept
    assert set(Visitor.objects.values_list("pseudonym", flat=True)) == {"b" * 32, "c" * 32}


def test_the_command_says_what_it_did(capsys):
    add_event(at=datetime(2019, 1, 1, tzinfo=UTC))
    call_command("prune_events")
    assert capsys.readouterr().out == (
        "1 events and 0 visitors deleted, rare searches of 0 days put together.\n"
    )


def test_the_task_is_known_by_name_and_scheduled(settings):
    add_event(at=datetime(2019, 1, 1, tzinfo=UTC))
    name = "analytics.prune_events"
    assert tasks.prune_events.name == name
    assert settings.CELERY_BEAT_SCHEDULE[name]["task"] == name
    tasks.prune_events.delay()
    assert not Event.objects.exists()


LATER = datetime(2028, 7, 1, tzinfo=UTC)  # when May 2026 is no longer kept


def searched(query, visitors, minute=0, **given):
    return [event("SEARCH", minute, f"v{n}", query=query, **given) for n in range(visitors)]


def sums(measure, day=DAY):
    """Query → sum, over channels and devices."""
    totals = Counter()
    for figure in stored(day):
        if figure.measure == measure:
            totals[figure.key] += figure.value
    return totals


def test_what_few_searched_for_does_not_outlive_the_events():
    happened(
        *searched("tea", 5, results=7),
        *searched("tea pot", 4, 1, results=0),
        *searched("my name", 1, 2, results=0, device="mobile"),
        *searched("my name", 9, 3, day=1, results=0),
        event("CLICK", 4, "v1", product_key="pot"),
    )
    roll_up()
    assert prune(LATER) == Pruned(events=20, visitors=0, days=1)
    assert sums("searches") == {"tea": 5, "(other)": 5}
    assert sums("searchers") == {"tea": 5, "(other)": 5}
    assert sums("empty") == {"(other)": 5}
    assert sums("opened") == {"(other)": 1}  # after v1's "tea pot"
    assert sums("searches", DAY + timedelta(days=1)) == {"my name": 9}


def test_one_visitor_who_searches_often_is_one():
    happened(*(event("SEARCH", n, query="my name") for n in range(30)))
    roll_up()
    prune(LATER)
    assert sums("searches") == {"(other)": 30}


def test_who_searches_outside_visits_is_not_counted_as_anybody():
    happened(*(event("SEARCH", n, "", query="my name") for n in range(30)))
    roll_up()
    prune(LATER)
    assert sums("searches") == {"(other)": 30}


def test_channels_and_devices_keep_their_sums():
    happened(
        *searched("tea", 3, source="email", simulated=True),
        *(event("SEARCH", 1, f"w{n}", query="tea", source="direct") for n in range(2)),
        event("SEARCH", 2, "x", query="a", source="email", simulated=True),
        event("SEARCH", 2, "y", query="b", source="email"),
    )
    roll_up()
    prune(LATER)
    rows = DailyFigure.objects.filter(measure="searches").order_by("source")
    assert [(row.source, row.sums, row.simulated) for row in rows] == [
        ("direct", {"tea": 2}, {}),
        ("email", {"tea": 3, "(other)": 2}, {"tea": 3, "(other)": 1}),
    ]


def test_scopes_have_their_own_visitors():
    happened(*searched("tea", 4), *searched("tea", 4, scope="north"))
    roll_up()
    assert prune(LATER).days == 2
    assert {figure.key for figure in stored(scope="north") if figure.measure == "searches"} == {
        "(other)"
    }


def test_days_whose_events_are_kept_stay_as_they_are(settings):
    settings.TIME_ZONE = "UTC"
    happened(event("SEARCH", day=-3, query="kept"), event("SEARCH", day=-4, query="old"))
    roll_up()
    before_june_ends = datetime(2028, 6, 30, tzinfo=UTC)
    assert prune(before_june_ends) == Pruned(events=1, visitors=0, days=1)
    assert sums("searches", date(2026, 5, 1)) == {"kept": 1}
    assert sums("searches", date(2026, 4, 30)) == {"(other)": 1}


def test_other_figures_stay_as_they_are():
    def others():
        return [one for one in stored() if one.measure not in (*retention.BY_QUERY, "days")]

    happened(*tea_shop())
    roll_up()
    rest = others()
    prune(LATER)
    assert others() == rest


def test_figures_of_those_days_know_no_visitor(settings):
    settings.TIME_ZONE = "UTC"
    happened(*(event("PAGE_VIEW", 0, visitor, day=day) for day in (-4, 0) for visitor in "vw"))
    roll_up()
    settings.ANALYTICS = {"KEEP_MONTHS": 0}
    prune(datetime(2026, 5, 20, tzinfo=UTC))
    april, may = (sums("days", DAY + timedelta(days=day)) for day in (-4, 0))
    assert (april, may) == ({}, {"v": 1, "w": 1})
    assert sums("visitors", date(2026, 4, 30)) == {"": 2}


def test_stopped_between_two_days_it_is_done_again(monkeypatch):
    happened(*(event("SEARCH", day=day, query=f"of day {day}") for day in range(3)))
    roll_up()
    fold, done = retention._fold_day, []

    def fails(rows):
        if done:
            raise OSError
        done.append(rows)
        return fold(rows)

    monkeypatch.setattr(retention, "_fold_day", fails)
    with pytest.raises(OSError):
        prune(LATER)
    assert sums("searches", DAY + timedelta(days=1)) == {"of day 1": 1}
    monkeypatch.undo()
    assert prune(LATER).days == 2
    assert all(row.sums == {"(other)": 1} for row in DailyFigure.objects.filter(measure="searches"))


def test_the_report_adds_up_to_the_same():
    happened(*searched("tea", 6, results=3), *searched("pot", 2, 1, results=0), *tea_shop())
    roll_up()
    before = searches.report(MAY)
    prune(LATER)
    after = searches.report(MAY)
    assert after.summary == before.summary
    assert len(before.notes) == 1
    assert "fewer than 5 visitors" in after.notes[1]
    # "pot" twice, and "tea cup" of 4 May and "samovar" of the next day, which were opened
    assert [(row.query, row.searches, row.empty, row.opened) for row in after.top] == [
        ("tea", 6, 0, 0), ("(other)", 4, 3, 0.5),
    ]  # fmt: skip


class Searching(TestCase):
    @settings(max_examples=25)
    @given(
        st.lists(
            st.builds(
                event,
                st.sampled_from(["SEARCH", "SEARCH", "CLICK"]),
                st.integers(0, 60),
                st.sampled_from(["", *"abcdefg"]),
                query=st.sampled_from(["", "tea", " TEA", "pot", "(other)"]),
                source=st.sampled_from(["", "email"]),
                results=st.integers(0, 1),
                simulated=st.booleans(),
            ),
            max_size=40,
        )
    )
    def test_what_is_left_is_of_many_and_no_sum_is_lost(self, rows):
        def by_place():
            """Without the queries, and without the visitors, who can have several."""
            totals = Counter()
            for one in stored():
                if one.measure == "days":
                    continue
                totals[one[0], one.source, one.device] += one.value
                totals[one[0], one.source, one.device, "simulated"] += one.simulated
            return totals

        for one in rows:
            one.pk, one.received_at = None, datetime.now(UTC)
        happened(*rows)
        roll_up()
        asked = {(one.visitor, one.query.strip().lower()) for one in rows if one.kind == "SEARCH"}
        visitors = Counter(query for visitor, query in asked if visitor)
        assert sums("searchers") == visitors
        before = by_place()
        prune(LATER)
        once = stored()
        assert by_place() == before
        assert set(sums("searches")) - {"(other)"} == {
            query for query, number in visitors.items() if number >= 5 and query != "(other)"
        }
        assert prune(LATER).days == 0
        assert stored() == once
