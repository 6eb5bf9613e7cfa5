import numpy as np

from analytics.stats.searches import followed, normalised


def test_case_and_spaces_make_no_other_query():
    assert normalised("  Green\tTEA ") == "green tea"


def test_a_search_is_followed_by_what_is_opened_before_the_next_one():
    # visit 0: search, search, open, (something), search; visit 1: open
    visit = np.array([0, 0, 0, 0, 0, 1])
    at = np.array([0.0, 1, 2, 3, 4, 5])
    searching = np.array([True, True, False, False, True, False])
    opening = np.array([False, False, True, False, False, True])
    assert followed(visit, at, searching, opening).tolist() == [
        False, True, False, False, False, False,
    ]  # fmt: skip


def test_something_between_does_not_part_a_search_from_what_it_led_to():
    visit, at = np.zeros(3, int), np.array([9.0, 0, 5])  # by time: search, a page, open
    searching, opening = np.array([False, True, False]), np.array([True, False, False])
    assert followed(visit, at, searching, opening).tolist() == [False, True, False]
