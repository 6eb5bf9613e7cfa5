import numpy as np
import pytest

from analytics.stats.paths import (
    ENTRY,
    EXIT,
    entries_and_exits,
    place,
    routes,
    sankey,
    split_routes,
    transition_matrix,
)

#: a → b → exit in three visits, a → exit in one
LINKS = {(ENTRY, "a"): 4, ("a", "b"): 3, ("a", EXIT): 1, ("b", EXIT): 3}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/products/tea-cup/?colour=red", "/products/…"),
        ("/about/", "/about/"),
        ("/about?x=/y/z", "/about/"),
        ("/", "/"),
        ("", ""),
    ],
)
def test_pages_below_a_page_are_one_place(path, name):
    assert place(path) == name


def test_a_route_is_in_order_and_staying_counts_once():
    # visit 0: a, a, b, a by time; visit 1: b
    visit, at = np.array([0, 1, 0, 0, 0]), np.array([30.0, 5, 0, 10, 40])
    steps = routes(visit, at, np.array([1, 1, 0, 0, 0]))
    assert [part.tolist() for part in split_routes(*steps)] == [[0, 1, 0], [1]]
    assert split_routes(np.array([], int), np.array([], int)) == []


def test_each_row_of_the_matrix_says_where_visits_go():
    matrix = transition_matrix(LINKS, ["a", "b"])  # columns a, b, exit
    assert matrix.tolist() == [[0, 0.75, 0.25], [0, 0, 1]]


def test_a_place_that_is_not_asked_for_is_left_out_of_the_shares():
    assert transition_matrix(LINKS, ["a"]).tolist() == [[0, 1]]


def test_entries_and_exits():
    entries, exits = entries_and_exits(LINKS)
    assert (dict(entries), dict(exits)) == ({"a": 4}, {"a": 1, "b": 3})


def test_the_sankey_adds_visits_that_share_a_step():
    links = sankey({("a", "b", "c"): 2, ("a", "b"): 1, ("b",): 5})
    assert links == {(0, "a", "b"): 3, (1, "b", "c"): 2}
