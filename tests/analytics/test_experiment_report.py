"""What arms brought, on visitors who can be counted by hand."""

from datetime import timedelta

import numpy as np
import pytest

from analytics.services.reports.experiments import compare
from analytics.stats.uplift import Verdict
from tests.analytics.behaviour import START, event, happened

pytestmark = pytest.mark.django_db

SHARES = {"1/control": 1, "1/new": 1}
END = START + timedelta(days=1)


def shown(visitor, arm, kind="IMPRESSION", minute=0):
    return event(kind, minute, visitor, arm=arm)


def bought(visitor, amount, minute=10):
    return event("PURCHASE", minute, visitor, order_key=visitor, amount=amount, currency="EUR")


def results(shares=SHARES):
    return compare(shares, "1/control", START, END)


def test_an_experiment_nobody_was_in_says_what_is_missing():
    happened(bought("v", 5))
    found = results()
    assert found.arms == []
    assert "IMPRESSION" in found.missing[0]


def test_visitors_what_they_did_and_what_they_spent():
    happened(
        shown("a", "1/control"), shown("b", "1/control"), bought("a", 8),
        shown("c", "1/new"), shown("c", "1/new", "CLICK", 1), shown("c", "1/new", "CART_ADD", 2),
        bought("c", 10), event("PURCHASE", 12, "c", order_key="c2", amount=5, currency="EUR"),
        shown("d", "1/new"),
        shown("e", "7/other"), bought("e", 99),
    )  # fmt: skip
    control, new = results().arms
    assert (control.visitors, control.bought, control.revenue) == (2, 0.5, 4)
    assert (control.verdict, control.uplift) == ("control", None)
    assert (new.visitors, new.clicked, new.added, new.bought) == (2, 0.5, 0.5, 0.5)
    assert (new.revenue, new.uplift) == (7.5, 0)
    assert new.revenue_uplift == pytest.approx(7.5 / 4 - 1)
    assert new.verdict == Verdict.NOT_YET


def test_what_was_bought_before_the_arm_was_shown_is_not_owed_to_it():
    happened(bought("a", 8, minute=1), shown("a", "1/control", minute=5), shown("b", "1/new"))
    control, _ = results().arms
    assert (control.bought, control.revenue) == (0, 0)


def test_whoever_saw_two_arms_counts_for_none():
    happened(shown("a", "1/control"), shown("a", "1/new", minute=1), shown("b", "1/new"))
    assert [row.visitors for row in results().arms] == [0, 1]


def test_a_large_difference_is_told_and_a_wrong_split_as_well():
    rng = np.random.default_rng(0)
    events = []
    for number in range(600):
        arm = list(SHARES)[number % 2]
        events.append(shown(f"v{number}", arm))
        if rng.random() < (0.2 if arm == "1/control" else 0.6):
            events.append(bought(f"v{number}", 5))
    happened(*events)
    _, new = results().arms
    assert new.verdict == Verdict.BETTER
    assert new.low > 0
    _, new = results({"1/control": 9, "1/new": 1}).arms
    assert new.verdict == Verdict.MISMATCH


def test_simulated_visitors_are_told():
    happened(event("IMPRESSION", 0, "a", arm="1/new", simulated=True), shown("b", "1/control"))
    assert results().simulated == 0.5
