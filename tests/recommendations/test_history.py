"""Tea every ten days, jam once, by one person."""

from datetime import UTC, datetime, timedelta

import pytest

from recommendations.services.history import Repeat, repeats, taste
from recommendations.stores.base import Purchase

NOW = datetime(2026, 6, 30, tzinfo=UTC)


def bought(product, *days_ago):
    return [Purchase(product, f"order {day}", NOW - timedelta(days=day)) for day in days_ago]


def test_newer_and_more_frequent_purchases_count_more():
    # tea: 1 + 2^(-90/90) = 1.5; jam: 2^(-180/90) = 0.25
    assert taste([*bought("tea", 0, 90), *bought("jam", 180)], NOW) == {
        "tea": 1.0,
        "jam": pytest.approx(0.25 / 1.5),
    }


def test_nothing_bought_is_no_taste():
    assert taste([], NOW) == {}


def test_the_interval_is_the_mean_gap_and_for_a_single_purchase_the_persons_usual_one():
    found = repeats([*bought("tea", 5, 15, 25), *bought("jam", 20), *bought("ham", 0, 40)], NOW)
    assert found == {
        "tea": Repeat(times=3, interval=10.0, elapsed=5.0),
        "ham": Repeat(times=2, interval=40.0, elapsed=0.0),
        "jam": Repeat(times=1, interval=25.0, elapsed=20.0),
    }


def test_two_lines_of_one_order_are_one_purchase():
    assert repeats([*bought("tea", 5), *bought("tea", 5)], NOW)["tea"].times == 1


def test_what_is_as_old_as_usual_is_due():
    assert Repeat(times=3, interval=10, elapsed=10).score == pytest.approx(3 / 4)
    assert Repeat(times=3, interval=10, elapsed=5).score == pytest.approx(3 / 8)
    assert Repeat(times=3, interval=10, elapsed=40).score == pytest.approx(3 / 16)
    assert Repeat(times=1, interval=10, elapsed=0).score == 0
