"""Lists worked out by hand: entries are (key, score, pair orders)."""

import pytest

from recommendations.services.lists import StoredList
from recommendations.services.merging import Ranking, Share
from recommendations.services.suggestions import Source


def listed(orders, *entries):
    keys, scores, pair_orders = zip(*entries, strict=True)
    return StoredList(orders, list(keys), list(scores), list(pair_orders))


BY_SEED = {
    "tea": listed(20, ("cup", 0.5, 9), ("pot", 0.4, 8)),
    "milk": listed(50, ("pot", 0.3, 7), ("tea", 0.2, 6)),
}
POPULAR = listed(0, ("bread", 0.9, 0), ("cup", 0.8, 0), ("milk", 0.7, 0))


def ranking_of(by_seed, *basket, **weights):
    return Ranking(by_seed, dict.fromkeys(basket, 1.0) | weights)


def best(by_seed, *basket, **weights):
    """(key, score, shares) of the candidates."""
    ranking = ranking_of(by_seed, *basket, **weights)
    return [(key, ranking.score(key), ranking.shares(key)) for key in ranking.keys]


def test_scores_add_up_over_the_basket():
    assert best(BY_SEED, "tea", "milk") == [
        ("pot", pytest.approx(0.7), [Share("tea", 0.4, 8), Share("milk", 0.3, 7)]),
        ("cup", 0.5, [Share("tea", 0.5, 9)]),
    ]


def test_seeds_count_with_their_weights():
    assert best(BY_SEED, tea=0.5, milk=2.0) == [
        ("pot", pytest.approx(0.8), [Share("milk", 0.6, 7), Share("tea", 0.2, 8)]),
        ("cup", 0.25, [Share("tea", 0.25, 9)]),
    ]


def test_the_basket_itself_and_what_is_excluded_are_never_candidates():
    assert ranking_of(BY_SEED, "tea", "milk").keys == ["pot", "cup"]
    assert Ranking(BY_SEED, {"tea": 1.0}, excluded=["cup"]).keys == ["pot"]


def test_what_it_is_filled_with_comes_last_and_once():
    ranking = ranking_of(BY_SEED, "tea")
    ranking.fill(Source.POPULAR, POPULAR)
    assert ranking.keys == ["cup", "pot", "bread", "milk"]
    assert [ranking.filler(key) for key in ranking.keys] == [None, None, "POPULAR", "POPULAR"]
    assert (ranking.score("bread"), ranking.shares("bread")) == (0.9, [])


def test_an_unknown_basket_gets_what_it_is_filled_with():
    ranking = ranking_of(BY_SEED, "never seen")
    ranking.fill(Source.TRENDING, listed(0, ("milk", 0.1, 0)))
    ranking.fill(Source.POPULAR, POPULAR)
    assert ranking.keys == ["milk", "bread", "cup"]
    assert ranking.filler("milk") == Source.TRENDING


def test_equal_scores_come_by_key():
    assert ranking_of({"x": listed(9, ("b", 0.5, 5), ("a", 0.5, 5))}, "x").keys == ["a", "b"]


def test_the_strongest_reason_comes_first():
    seeds = {"s1": 0.1, "s2": 0.4, "s3": 0.2, "s4": 0.3}
    by_seed = {seed: listed(9, ("x", score, 5)) for seed, score in seeds.items()}
    shares = ranking_of(by_seed, *seeds).shares("x")
    assert [share.seed for share in shares] == ["s2", "s4", "s3", "s1"]


def test_what_speaks_against_a_product_lowers_it_and_is_no_reason():
    by_seed = {
        "tea": listed(9, ("cup", 0.5, 5), ("milk", 0.3, 5)),
        "jam": listed(9, ("milk", 0.2, 5), ("cup", -0.1, 0), ("tea", -0.2, 0)),
    }
    assert best(by_seed, "tea", "jam") == [
        ("milk", pytest.approx(0.5), [Share("tea", 0.3, 5), Share("jam", 0.2, 5)]),
        ("cup", pytest.approx(0.4), [Share("tea", 0.5, 5)]),
    ]


def test_what_the_basket_speaks_against_is_filled_in_last():
    ranking = ranking_of({"tea": listed(9, ("bread", -0.1, 0))}, "tea")
    assert ranking.keys == []
    ranking.fill(Source.POPULAR, listed(0, ("bread", 0.9, 0), ("cup", 0.8, 0)))
    assert ranking.keys == ["cup", "bread"]


def test_a_seed_that_is_outweighed_is_no_reason_for_what_is_filled_in():
    by_seed = {"tea": listed(9, ("bread", 0.1, 5)), "jam": listed(9, ("bread", -0.2, 0))}
    ranking = ranking_of(by_seed, "tea", "jam")
    ranking.fill(Source.POPULAR, POPULAR)
    assert ranking.shares("bread") == []


def test_orders_come_before_likeness_as_a_reason():
    by_seed = {"a": listed(9, ("x", 0.9, 0)), "b": listed(9, ("x", 0.1, 6))}
    assert ranking_of(by_seed, "a", "b").shares("x") == [Share("b", 0.1, 6), Share("a", 0.9, 0)]
