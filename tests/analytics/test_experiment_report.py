"""What arms brought, on visitors who can be counted by hand."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from analytics.models import Visitor
from analytics.services.reports.base import Filters
from analytics.services.reports.experiments import compare, report
from analytics.stats.uplift import Verdict
from tests.analytics.behaviour import AB, DAY, MAY, READER, event, happened

pytestmark = pytest.mark.django_db


def shown(visitor, arm, kind="IMPRESSION", minute=0):
    return event(kind, minute, visitor, arm=arm)


def bought(visitor, amount, minute=10):
    return event("PURCHASE", minute, visitor, order_key=visitor, amount=amount, currency="EUR")


def results(experiment=AB, **filters):
    return compare([experiment], replace(MAY, **filters))


def test_an_experiment_nobody_was_in_says_what_is_missing():
    happened(bought("v", 5))
    found = results()
    assert found.arms == []
    assert "No visitor was in an arm of A/B yet" in found.missing[0]
    assert [run.visitors for run in found.runs] == [0]


def test_visitors_what_they_did_and_what_they_spent():
    happened(
        shown("a", "1/a"), shown("b", "1/a"), bought("a", 8),
        shown("c", "1/b"), shown("c", "1/b", "CLICK", 1), shown("c", "1/b", "CART_ADD", 2),
        bought("c", 10), event("PURCHASE", 12, "c", order_key="c2", amount=5, currency="EUR"),
        shown("d", "1/b"),
        shown("e", "7/other"), bought("e", 99),
    )  # fmt: skip
    control, new = results().arms
    assert [(row.experiment, row.arm) for row in (control, new)] == [
        ("A/B", "a"), ("A/B", "b"),
    ]  # fmt: skip
    assert (control.visitors, control.bought, control.revenue) == (2, 0.5, 4)
    assert (control.verdict, control.uplift) == ("control", None)
    assert (new.visitors, new.clicked, new.added, new.bought) == (2, 0.5, 0.5, 0.5)
    assert (new.revenue, new.uplift) == (7.5, 0)
    assert new.revenue_uplift == pytest.approx(7.5 / 4 - 1)
    assert new.verdict == Verdict.NOT_YET


def test_what_was_bought_before_the_arm_was_shown_is_not_owed_to_it():
    happened(bought("a", 8, minute=1), shown("a", "1/a", minute=5), shown("b", "1/b"))
    control, _ = results().arms
    assert (control.bought, control.revenue) == (0, 0)


def test_an_order_from_no_device_is_that_of_the_persons_first_one():
    Visitor.objects.create(pseudonym="a", person="7")
    Visitor.objects.create(pseudonym="b", person="7")
    happened(
        shown("a", "1/a"), shown("b", "1/b", minute=1),
        event("PURCHASE", 10, "", person="7", order_key="o", amount=8, currency="EUR"),
        event("PURCHASE", 10, "", order_key="p", amount=99, currency="EUR"),
    )  # fmt: skip
    assert [(row.bought, row.revenue) for row in results().arms] == [(1, 8), (0, 0)]


def test_whoever_saw_two_arms_counts_for_none():
    happened(shown("a", "1/a"), shown("a", "1/b", minute=1), shown("b", "1/b"))
    assert [row.visitors for row in results().arms] == [0, 1]


def test_a_large_difference_is_told_and_a_wrong_split_as_well():
    rng = np.random.default_rng(0)
    events = []
    for number in range(600):
        arm = AB.arms[number % 2].key
        events.append(shown(f"v{number}", arm))
        if rng.random() < (0.2 if arm == "1/a" else 0.6):
            events.append(bought(f"v{number}", 5))
    happened(*events)
    _, new = results().arms
    assert new.verdict == Verdict.BETTER
    assert new.low > 0
    uneven = replace(AB, arms=(replace(AB.arms[0], share=9), AB.arms[1]))
    found = results(uneven)
    assert found.arms[1].verdict == Verdict.MISMATCH
    assert {row.split < 0.001 for row in found.arms} == {True}


def test_simulated_visitors_are_told():
    happened(event("IMPRESSION", 0, "a", arm="1/b", simulated=True), shown("b", "1/a"))
    assert results().simulated == 0.5


class TestReport:
    def test_without_a_reader_it_says_how_experiments_become_known(self, settings):
        settings.ANALYTICS = {}
        assert "EXPERIMENT_READER" in report(MAY).missing[0]

    def test_a_time_without_experiments(self, settings):
        settings.ANALYTICS = {"EXPERIMENT_READER": READER}
        june = Filters(start=MAY.end + timedelta(1), end=MAY.end + timedelta(30))
        assert report(june).missing == ["No experiment ran in this time."]

    def test_an_experiment_counts_whole_whatever_the_period(self, settings):
        settings.ANALYTICS = {"EXPERIMENT_READER": READER}
        happened(shown("a", "1/a"), shown("b", "1/b", minute=23 * 60))
        next_day = DAY + timedelta(1)
        found = report(Filters(start=next_day, end=next_day))
        assert [(run.started, run.ended, run.visitors) for run in found.runs] == [
            (DAY - timedelta(10), next_day, 2)
        ]
        assert "Each experiment counts over all of its time" in found.notes[0]

    def test_events_of_another_scope_are_not_counted(self):
        happened(shown("a", "1/a"), event("IMPRESSION", 0, "b", arm="1/b", scope="north"))
        assert [row.visitors for row in results().arms] == [1, 0]

    def test_a_channel_and_a_device(self):
        happened(
            shown("a", "1/a"), event("PAGE_VIEW", 0, "a", source="email"),
            event("IMPRESSION", 0, "b", arm="1/b", device="mobile"),
        )  # fmt: skip
        assert [row.visitors for row in results(source="email").arms] == [1, 0]
        assert [row.visitors for row in results(device="mobile").arms] == [0, 1]

    def test_one_that_still_runs_counts_up_to_now(self):
        happened(shown("a", "1/a"))
        (run,) = results(replace(AB, ended_at=None)).runs
        assert (run.ended, run.visitors) == (None, 1)
