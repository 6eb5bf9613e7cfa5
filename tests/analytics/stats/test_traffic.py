import numpy as np

from analytics.stats.traffic import frequency, week


def test_visitors_are_counted_by_the_days_on_which_they_came():
    classes = frequency(np.array([1, 1, 4, 5, 9, 10, 25]))
    assert [(c.at_least, c.at_most, c.visitors) for c in classes] == [
        (1, 1, 2), (2, 2, 0), (3, 3, 0), (4, 4, 1), (5, 9, 2), (10, 19, 1), (20, None, 1),
    ]  # fmt: skip


def test_hours_of_the_same_weekday_add_up():
    table = week(np.array([0, 0, 6]), np.array([8, 8, 23]), np.array([2, 3, 1]))
    assert table[0, 8] == 5
    assert table[6, 23] == 1
    assert table.sum() == 6
