import numpy as np

from analytics.stats.attribution import WINDOW, last_touch


def codes(*values):
    return np.array(values, dtype=np.int64)


def test_an_order_belongs_to_the_last_touch_of_its_product():
    # visitor 0 clicks product 7 at 10 and 20, visitor 1 clicks it at 25
    touch = (codes(0, 0, 1), codes(7, 7, 7), np.array([10.0, 20, 25]))
    # 0 buys 7 at 30; 0 buys 8; 1 buys 7 before its click; 0 buys 7 between its clicks
    purchase = (codes(0, 0, 1, 0), codes(7, 8, 7, 7), np.array([30.0, 30, 24, 15]))
    assert last_touch(touch, purchase).tolist() == [1, -1, -1, 0]


def test_a_touch_is_forgotten_after_a_week():
    touch = (codes(0), codes(7), np.array([0.0]))
    purchase = (codes(0, 0), codes(7, 7), np.array([WINDOW, WINDOW + 1]))
    assert last_touch(touch, purchase).tolist() == [0, -1]


def test_without_touches_or_orders():
    none = (codes(), codes(), np.array([]))
    one = (codes(0), codes(7), np.array([5.0]))
    assert last_touch(none, one).tolist() == [-1]
    assert last_touch(one, none).tolist() == []
