import numpy as np
import pytest

from analytics.stats.carts import abandonment, follow, histogram

HOUR = 3600.0


@pytest.fixture
def carts():
    """0: two pieces, ordered after 3 h. 1: three pieces less one, left for 30 h. 2: still open.
    3: an order whose cart nobody saw being filled."""
    cart = np.array([0, 0, 1, 1, 2, 3])
    at = np.array([0, 3, 0, 10, 39, 5]) * HOUR
    change = np.array([2.0, 0, 3, -1, 1, 0])
    amount = np.array([8.0, 8, 15, 5, 2, 9])
    ordering = np.array([False, True, False, False, False, True])
    return follow(cart, at, change, amount, ordering, now=40 * HOUR)


def test_each_cart_is_ordered_abandoned_or_open(carts):
    assert carts.ordered.tolist() == [True, False, False, True]
    assert carts.abandoned.tolist() == [False, True, False, False]
    assert abandonment(carts) == pytest.approx(1 / 3)


def test_what_was_taken_out_is_no_longer_in_it(carts):
    assert carts.items.tolist() == [2, 2, 1, 0]
    assert carts.value.tolist() == [8, 10, 2, 0]


def test_time_to_order_runs_from_the_first_piece(carts):
    assert carts.to_order.tolist() == [3 * HOUR, np.inf, np.inf, np.inf]


def test_without_carts_nothing_is_abandoned():
    none = np.array([])
    assert abandonment(follow(none.astype(int), none, none, none, none.astype(bool), 0.0)) == 0


def test_a_class_holds_its_lower_end():
    assert histogram(np.array([0.5, 1, 1.9, 2, 99]), np.array([1.0, 2])).tolist() == [2, 2]
