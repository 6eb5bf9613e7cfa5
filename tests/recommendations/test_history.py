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


def figures(repeat):
    return repeat.times, repeat.interval, repeat.elapsed


def test_the_interval_is_the_mean_gap_and_for_a_single_purchase_the_persons_usual_one():
    found = repeats([*bought("tea", 5, 15, 25), *bought("jam", 20), *bought("ham", 0, 40)], NOW)
    assert {key: figures(repeat) for key, repeat in found.items()} == {
        "tea": (3, 10.0, 5.0),
        "ham": (2, 40.0, 0.0),
        "jam": (1, 25.0, 20.0),  # between 10 and 40
    }


def test_two_lines_of_one_order_are_one_purchase():
    (tea,) = repeats([*bought("tea", 5), *bought("tea", 5)], NOW).values()
    assert (tea.times, tea.habit) == (1, pytest.approx(2 ** (-5 / 180)))


def test_newer_orders_and_smaller_ones_make_the_stronger_habit():
    # tea alone today and 180 days ago: 1 + 1/2; in an order with jam 360 days ago: 1/4 · 2^-0.35
    found = repeats([*bought("tea", 0, 180, 360), *bought("jam", 360)], NOW)
    assert found["jam"].habit == pytest.approx(0.25 * 2**-0.35)
    assert found["tea"].habit == pytest.approx(1.5 + 0.25 * 2**-0.35)


def test_purchases_without_a_time_say_nothing():
    assert repeats([Purchase("tea", "1", None)], NOW) == {}


def test_what_is_as_old_as_usual_is_due():
    assert Repeat(times=3, interval=10, elapsed=10, habit=2).score == pytest.approx(2)
    assert Repeat(times=3, interval=10, elapsed=5, habit=2).score == pytest.approx(2 * 0.5**0.2)
    assert Repeat(times=3, interval=10, elapsed=40, habit=2).score == pytest.approx(2 * 0.25**0.2)
    assert Repeat(times=1, interval=10, elapsed=0, habit=2).score == 0


def test_of_two_equal_habits_the_one_that_is_due_comes_first():
    # both twice, 15 days ago on average; tea is due today, jam in four weeks
    found = repeats([*bought("tea", 10, 20), *bought("jam", 1, 29)], NOW)
    assert found["jam"].habit == pytest.approx(found["tea"].habit, rel=0.01)
    assert found["tea"].score > found["jam"].score
