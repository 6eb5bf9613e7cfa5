"""Four orders worked out by hand.

1: a b      2: a b c      3: b c      4: a d
n_a = 3, n_b = 3, n_c = 2, n_d = 1, N = 4
"""

import math

import pytest

from recommendations.engine.base import Publication
from recommendations.engine.item_knn import ItemKNN
from recommendations.exceptions import InvalidArgument
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
    return [(e.key, pytest.approx(e.score), e.pair_orders) for e in lists[seed].entries]


def test_without_exponents_it_is_confidence():
    # C_ab / n_a = 2/3; c and d shared one of a's three orders, c comes first by key
    expected = [("b", 2 / 3, 2), ("c", 1 / 3, 1), ("d", 1 / 3, 1)]
    assert neighbours(ItemKNN(**PLAIN), "a") == expected


def test_small_baskets_say_more():
    # b: 1/2 + 1/3 = 5/6, d: 1/2, c: 1/3, each divided by n_a = 3
    model = ItemKNN(**PLAIN | {"basket_size_exponent": 1})
    assert neighbours(model, "a") == [("b", 5 / 18, 2), ("d", 1 / 6, 1), ("c", 1 / 9, 1)]


def test_popular_neighbours_are_held_back():
    # c: 1 / (3 · 2), d: 1 / (3 · 1), b: 2 / (3 · 3); d first now
    model = ItemKNN(**PLAIN | {"popularity_exponent": 1})
    assert neighbours(model, "a") == [("d", 1 / 3, 1), ("b", 2 / 9, 2), ("c", 1 / 6, 1)]


def test_rare_seeds_are_trusted_less():
    # n_d + k = 1 + 10
    model = ItemKNN(**PLAIN | {"shrinkage": 10})
    assert neighbours(model, "d") == [("a", 1 / 11, 1)]


def test_rare_seeds_may_count_more():
    # log(4 / 2)^2 · 2/2, and log(4 / 1)^2 · 1/1: the base does not cancel, so use ln
    model = ItemKNN(**PLAIN | {"seed_rarity_exponent": 2})
    assert neighbours(model, "c")[0] == ("b", 0.4804530139, 2)
    assert neighbours(model, "d") == [("a", 1.9218120557, 1)]


def test_older_orders_count_less():
    X = interactions("a b", "a c", buyers=["x", "y"], days=[0, 90])
    model = ItemKNN(**PLAIN | {"half_life_days": 90})
    assert neighbours(model, "a", X) == [("c", 1 / 2, 1), ("b", 1 / 4, 1)]


def test_a_buyer_counts_once_a_pair_with_the_newest_order():
    X = interactions("a b", "a b", "a b c", buyers=["x", "x", "y"], days=[0, 90, 90])
    model = ItemKNN(**PLAIN | {"half_life_days": 90, "once_a_buyer": True})
    # b: the newer order of x (1) and that of y (1), over n_a = 3; the evidence counts all three
    assert neighbours(model, "a", X)[0] == ("b", 2 / 3, 3)


def test_a_list_says_in_how_many_orders_the_seed_was():
    lists = ItemKNN().fit(interactions(*BASKETS)).ranked(Publication())
    assert {ranked.seed: ranked.orders for ranked in lists} == {"a": 3, "b": 3, "c": 2, "d": 1}


def test_pairs_in_too_few_orders_are_left_out():
    assert neighbours(ItemKNN(**PLAIN), "a", min_orders=2) == [("b", 2 / 3, 2)]


def test_pairs_of_too_few_buyers_are_left_out():
    X = interactions("a b", "a b", "a c", "a c", buyers=["x", "x", "x", "y"])
    assert [e[0] for e in neighbours(ItemKNN(**PLAIN), "a", X, min_buyers=2)] == ["c"]


# N = 4, C_ab = 2, C_ac = C_ad = 1; each order counts 1 without a size exponent and a decay
SIMILAR_TO_A = {
    "count": {"b": 2, "c": 1, "d": 1},
    "conditional": {"b": 2 / 3, "c": 1 / 3, "d": 1 / 3},
    "cosine": {"b": 2 / 3, "d": 1 / 3**0.5, "c": 1 / 6**0.5},
    "jaccard": {"b": 2 / 4, "d": 1 / 3, "c": 1 / 4},
    "lift": {"d": 4 / 3, "b": 8 / 9, "c": 4 / 6},
}


@pytest.mark.parametrize("similarity", SIMILAR_TO_A)
def test_similarities_without_shrinkage(similarity):
    plain = {"basket_size_exponent": 0, "half_life_days": None}
    if similarity != "count":
        plain["shrinkage"] = 0
    found = neighbours(ItemKNN(similarity=similarity, **plain), "a")
    expected = SIMILAR_TO_A[similarity]
    assert [(key, score) for key, score, _ in found] == list(expected.items())
    assert {key: pair for key, _, pair in found} == {"b": 2, "c": 1, "d": 1}


# The same with one order added to each count below the line
SHRUNK_B = {"conditional": 2 / 4, "cosine": 2 / 4, "jaccard": 2 / 5, "lift": 8 / 16}


@pytest.mark.parametrize("similarity", SHRUNK_B)
def test_shrinkage_adds_orders(similarity):
    model = ItemKNN(similarity=similarity, basket_size_exponent=0, half_life_days=None, shrinkage=1)
    assert {key: score for key, score, _ in neighbours(model, "a")}["b"] == SHRUNK_B[similarity]


def test_asymmetric_cosine_leans_to_the_seed_or_the_neighbour():
    plain = {"basket_size_exponent": 0, "half_life_days": None, "shrinkage": 0}
    # β = 1 divides by the neighbour's orders, β = ½ is the cosine
    model = ItemKNN(similarity="asymmetric_cosine", popularity_exponent=1, **plain)
    assert neighbours(model, "a") == [("d", 1, 1), ("b", 2 / 3, 2), ("c", 1 / 2, 1)]
    model = ItemKNN(similarity="asymmetric_cosine", popularity_exponent=0.5, **plain)
    assert neighbours(model, "a")[2] == ("c", 1 / 6**0.5, 1)


def test_llr_keeps_what_meets_more_often_than_by_chance():
    # a and d: cells 1, 2, 0, 1 where chance gives ¾, 2¼, ¼, ¾; a and b meet 2 < 2¼ times,
    # a and c once < 1½ times. 2 · (ln(4/3) + 2 ln(8/9) + ln(4/3)) = 0.6796
    model = ItemKNN(similarity="llr", basket_size_exponent=0, half_life_days=None)
    expected = 2 * (2 * math.log(4 / 3) + 2 * math.log(8 / 9))
    assert neighbours(model, "a") == [("d", expected, 1)]


# Orders of two items and of three as TF-IDF weighs them, with four items in all
TWO, THREE = math.log(1 + 4 / 2) ** 2, math.log(1 + 4 / 3) ** 2


def test_tfidf_is_the_cosine_with_rare_orders_counting_more():
    # ‖a‖² = ‖b‖² = 2 TWO + THREE, ‖d‖² = TWO
    model = ItemKNN(similarity="tfidf", half_life_days=None, shrinkage=0)
    b = (TWO + THREE) / (2 * TWO + THREE)
    d = (TWO / (2 * TWO + THREE)) ** 0.5
    assert neighbours(model, "a")[:2] == [("d", d, 1), ("b", b, 2)]


def test_bm25_holds_popular_items_back():
    # mean n = 9/4: f_a = f_b = 2.2 / (1 + 1.2 (¼ + 1)) = 0.88, f_d = 2.2 / (1 + 1.2 (¼ + ⅓))
    model = ItemKNN(similarity="bm25", half_life_days=None)
    scale = 4 / (3 * TWO + THREE)
    found = {key: score for key, score, _ in neighbours(model, "a")}
    assert found["b"] == 0.88 * 0.88 * (TWO + THREE) * scale
    assert found["d"] == 0.88 * (2.2 / 1.7) * TWO * scale


def test_weights_of_orders_add_up_to_their_number():
    # weights ½ ⅓ ½ ½, scaled by 4 / (11/6) = 24/11: C_ab = 20/11, n_a = 32/11, plus one order
    model = ItemKNN(similarity="conditional", half_life_days=None, shrinkage=1)
    assert neighbours(model, "a")[0] == ("b", 20 / 43, 2)


@pytest.mark.parametrize("similarity", ["jaccard", "llr"])
def test_thresholds_hold_for_similarities_of_single_pairs(similarity):
    X = interactions("a b", "a b", "a c", "a c", "d", buyers=["x", "x", "x", "y", "z"])
    model = ItemKNN(similarity=similarity)
    assert [e[0] for e in neighbours(model, "a", X, min_buyers=2)] == ["c"]


def test_an_unknown_similarity_is_refused_with_the_legal_names():
    with pytest.raises(InvalidArgument, match=r"similarity 'dice': legal are snc, .*llr"):
        ItemKNN(similarity="dice").fit(interactions(*BASKETS))


@pytest.mark.parametrize(
    ("similarity", "parameter"),
    [
        ("count", {"shrinkage": 3}),
        ("cosine", {"popularity_exponent": 0.1}),
        ("tfidf", {"basket_size_exponent": 0.5}),
        ("llr", {"once_a_buyer": True}),
    ],
)
def test_a_parameter_the_similarity_does_not_use_is_refused(similarity, parameter):
    (name,) = parameter
    with pytest.raises(InvalidArgument, match=f"{name}: similarity '{similarity}' does not use"):
        ItemKNN(similarity=similarity, **parameter).fit(interactions(*BASKETS))


@pytest.mark.parametrize(
    "parameter", [{"shrinkage": -1}, {"half_life_days": 0}, {"basket_size_exponent": float("nan")}]
)
def test_a_number_outside_its_range_is_refused(parameter):
    (name,) = parameter
    with pytest.raises(InvalidArgument, match=f"{name} .*: legal are numbers in"):
        ItemKNN(**parameter).fit(interactions(*BASKETS))
