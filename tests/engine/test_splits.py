import numpy as np
import pytest

from recommendations.engine.splits import hide_one_item, split_by_time
from tests.engine.baskets import interactions


def test_the_newest_orders_are_held_out():
    X = interactions(*["a b"] * 8, "a c", "b d", days=list(range(10)))
    split = split_by_time(X, 0.8)
    assert split.by == "time"
    assert (split.train.n_baskets, split.test.n_baskets) == (8, 2)
    assert split.train.days.max() < split.test.days.min()


def test_nothing_of_the_test_period_is_in_the_vocabulary():
    X = interactions(*["a b"] * 8, "a c", "b d", days=list(range(10)))
    assert split_by_time(X, 0.8).train.items == ("a", "b")


@pytest.mark.parametrize("days", [None, [5.0] * 100])
def test_without_different_times_the_split_is_random_and_says_so(days):
    X = interactions(*["a b"] * 100, days=days)
    split = split_by_time(X, 0.9)
    assert split.by == "random"
    assert split.train.n_baskets + split.test.n_baskets == 100
    assert 0 < split.test.n_baskets < 30


def test_one_known_item_of_each_basket_is_hidden():
    X = interactions(*["a b"] * 8, "a b", "a new", days=list(range(10)))
    split = split_by_time(X, 0.8)
    cases = hide_one_item(split, max_cases=10)
    # "a new" has one known item only: nothing is left to ask with
    assert len(cases.hidden) == 1
    seen = cases.seen.indices.tolist()
    assert sorted([*seen, *cases.hidden.tolist()]) == [0, 1]


def test_no_more_cases_than_asked_for_and_the_same_every_time():
    X = interactions(*["a b c"] * 50, days=list(range(50)))
    split = split_by_time(X, 0.5)
    first, second = hide_one_item(split, max_cases=7), hide_one_item(split, max_cases=7)
    assert len(first.hidden) == 7
    assert np.array_equal(first.hidden, second.hidden)
    assert (first.seen != second.seen).nnz == 0
