import numpy as np

from analytics.stats.reviews import distribution, trend


def test_stars_are_counted():
    assert distribution(np.array([5, 5, 1, 3])).tolist() == [1, 0, 1, 0, 2]


def test_the_trend_is_the_mean_of_each_period():
    counts, means = trend(np.array([0, 0, 2]), np.array([5, 2, 4]), 3)
    assert counts.tolist() == [2, 0, 1]
    assert means.tolist() == [3.5, 0, 4]
