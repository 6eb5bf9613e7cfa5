import numpy as np

from analytics.stats.searches import first_asked, followed, normalised


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


def test_a_visitor_asks_for_a_query_once():
    # visitor 0: query 0 at 5 and at 3, query 1 at 4; visitor 1: query 0 at 1, and a page at 0
    visitor, query = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 0, 0])
    at, searching = np.array([5.0, 3, 4, 1, 0]), np.array([True, True, True, True, False])
    assert first_asked(visitor, at, query, searching).tolist() == [False, True, True, True, False]
