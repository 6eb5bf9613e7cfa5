import numpy as np

from analytics.stats.funnel import drop_off, furthest, reached


def test_a_visit_counts_for_every_step_up_to_its_furthest():
    # visit 0 looks and fills a cart, 1 looks, 2 buys without a checkout event, 3 does neither
    visit, step = np.array([0, 0, 1, 2, 2, 3]), np.array([0, 1, 0, 0, 3, -1])
    last = furthest(visit, step, 4)
    assert last.tolist() == [1, 0, 3, -1]
    assert reached(last).tolist() == [3, 2, 1, 1]


def test_drop_off_is_what_each_step_loses():
    # 1 − 4/10, 1 − 2/4, 1 − 2/2, and nothing after the last
    assert drop_off(np.array([10, 4, 2, 2])).tolist() == [0.6, 0.5, 0.0, 0.0]


def test_each_segment_has_its_own_funnel_and_an_empty_one_loses_nothing():
    counts = np.array([[4, 1, 1, 0], [0, 0, 0, 0]])
    assert drop_off(counts).tolist() == [[0.75, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
