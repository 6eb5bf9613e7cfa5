from datetime import UTC, datetime

import numpy as np
import pytest

from recommendations.engine.interactions import read_interactions
from tests.engine.baskets import DAY_0, interactions


def test_items_are_sorted_by_key_and_baskets_are_binary():
    X = interactions("b a", "c b b")
    assert X.items == ("a", "b", "c")
    assert X.baskets.toarray().tolist() == [[1, 1, 0], [0, 1, 1]]


def test_lines_of_an_order_may_come_apart():
    lines = [("1", "a", None, None), ("2", "b", None, None), ("1", "c", None, None)]
    assert sorted(read_interactions(lines).basket_sizes().tolist()) == [1, 2]


def test_the_baskets_of_a_buyer_lie_together_the_newest_first():
    X = interactions("a", "b", "c", buyers=["ann", "ben", "ann"], days=[0, 1, 2])
    assert [X.items[i] for i in X.baskets.indices] == ["c", "a", "b"]
    assert X.buyers.tolist() == [0, 0, 1]


def test_every_unknown_buyer_is_somebody_else():
    X = interactions("a", "a", "a", buyers=[None, "ann", None])
    assert len(set(X.buyers.tolist())) == 3


def test_weights_halve_with_the_half_life():
    X = interactions("a", "a", "a", buyers=["x", "x", "x"], days=[0, 90, 180])
    assert X.decay(90).tolist() == [1, 0.5, 0.25]


def test_a_basket_without_a_time_counts_fully_and_lies_last():
    lines = [("1", "a", "x", None), ("2", "b", "x", DAY_0)]
    X = read_interactions(lines)
    assert np.isnan(X.days).tolist() == [False, True]
    assert X.decay(90).tolist() == [1, 1]


def test_times_without_a_zone_are_utc():
    naive, aware = datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)
    lines = [("1", "a", None, naive), ("2", "a", None, aware)]
    first, second = read_interactions(lines).days
    assert first == second


def test_wholesale_baskets_are_left_out_with_what_only_they_hold():
    lines = [("1", key, None, None) for key in "abcd"] + [("2", key, None, None) for key in "ab"]
    X = read_interactions(lines, max_basket_size=3)
    assert (X.items, X.n_baskets) == (("a", "b"), 1)


def test_selected_baskets_keep_only_their_items():
    X = interactions("a b", "b c", days=[0, 1])
    assert X.select(X.days > X.days.min()).items == ("b", "c")


@pytest.mark.parametrize("lines", [[], iter(())])
def test_no_lines_give_an_empty_matrix(lines):
    X = read_interactions(lines)
    assert (X.n_baskets, X.n_items, X.decay(90).tolist()) == (0, 0, [])
