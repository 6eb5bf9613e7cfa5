"""Four orders worked out by hand.

1: a b      2: a b c      3: b c      4: a d
n_a = 3, n_b = 3, n_c = 2, n_d = 1, N = 4
"""

import pytest

from recommendations.engine.base import Publication
from recommendations.engine.item_knn import ItemKNN
from tests.engine.baskets import interactions

BASKETS = ("a b", "a b c", "b c", "a d")
PLAIN = {
    "basket_size_exponent": 0,
    "popularity_exponent": 0,
    "shrinkage": 0,
    "half_life_days": None,
}


def neighbours(model: ItemKNN, seed: str, X=None, **publication) -> list[tuple]:
    fitted = model.fit(interactions(*BASKETS) if X is None else X)
    lists = {ranked.seed: ranked for ranked in fitted.ranked(Publication(**publication))}
    return [(e.key, pytest.approx(e.score), e.pair_orders, e.orders) for e in lists[seed].entries]


def test_without_exponents_it_is_confidence():
    # C_ab / n_a = 2/3; c and d shared one of a's three orders, c comes first by key
    expected = [("b", 2 / 3, 2, 3), ("c", 1 / 3, 1, 2), ("d", 1 / 3, 1, 1)]
    assert neighbours(ItemKNN(**PLAIN), "a") == expected


def test_small_baskets_say_more():
    # b: 1/2 + 1/3 = 5/6, d: 1/2, c: 1/3, each divided by n_a = 3
    model = ItemKNN(**PLAIN | {"basket_size_exponent": 1})
    assert neighbours(model, "a") == [("b", 5 / 18, 2, 3), ("d", 1 / 6, 1, 1), ("c", 1 / 9, 1, 2)]


def test_popular_neighbours_are_held_back():
    # c: 1 / (3 · 2), d: 1 / (3 · 1), b: 2 / (3 · 3); d first now
    model = ItemKNN(**PLAIN | {"popularity_exponent": 1})
    assert neighbours(model, "a") == [("d", 1 / 3, 1, 1), ("b", 2 / 9, 2, 3), ("c", 1 / 6, 1, 2)]


def test_rare_seeds_are_trusted_less():
    # n_d + k = 1 + 10
    model = ItemKNN(**PLAIN | {"shrinkage": 10})
    assert neighbours(model, "d") == [("a", 1 / 11, 1, 3)]


def test_rare_seeds_may_count_more():
    # log(4 / 2)^2 · 2/2, and log(4 / 1)^2 · 1/1: the base does not cancel, so use ln
    model = ItemKNN(**PLAIN | {"seed_rarity_exponent": 2})
    assert neighbours(model, "c")[0] == ("b", 0.4804530139, 2, 3)
    assert neighbours(model, "d") == [("a", 1.9218120557, 1, 3)]


def test_older_orders_count_less():
    X = interactions("a b", "a c", buyers=["x", "y"], days=[0, 90])
    model = ItemKNN(**PLAIN | {"half_life_days": 90})
    assert neighbours(model, "a", X) == [("c", 1 / 2, 1, 1), ("b", 1 / 4, 1, 1)]


def test_a_buyer_counts_once_a_pair_with_the_newest_order():
    X = interactions("a b", "a b", "a b c", buyers=["x", "x", "y"], days=[0, 90, 90])
    model = ItemKNN(**PLAIN | {"half_life_days": 90, "once_a_buyer": True})
    # b: the newer order of x (1) and that of y (1), over n_a = 3; the evidence counts all three
    assert neighbours(model, "a", X)[0] == ("b", 2 / 3, 3, 3)


def test_a_list_says_in_how_many_orders_the_seed_was():
    lists = ItemKNN().fit(interactions(*BASKETS)).ranked(Publication())
    assert {ranked.seed: ranked.orders for ranked in lists} == {"a": 3, "b": 3, "c": 2, "d": 1}


def test_pairs_in_too_few_orders_are_left_out():
    assert neighbours(ItemKNN(**PLAIN), "a", min_orders=2) == [("b", 2 / 3, 2, 3)]


def test_pairs_of_too_few_buyers_are_left_out():
    X = interactions("a b", "a b", "a c", "a c", buyers=["x", "x", "x", "y"])
    assert [e[0] for e in neighbours(ItemKNN(**PLAIN), "a", X, min_buyers=2)] == ["c"]
