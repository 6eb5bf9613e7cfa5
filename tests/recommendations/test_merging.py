"""Lists worked out by hand: entries are (key, score, pair orders)."""

import pytest

from recommendations.services.merging import Lists, Ranking, SeedList, Share


def listed(orders, *entries):
    keys, scores, pair_orders = zip(*entries, strict=True)
    return SeedList(orders, list(keys), list(scores), list(pair_orders))


LISTS = Lists(
    by_seed={
        "tea": listed(20, ("cup", 0.5, 9), ("pot", 0.4, 8)),
        "milk": listed(50, ("pot", 0.3, 7), ("tea", 0.2, 6)),
    },
    popular=listed(0, ("bread", 0.9, 0), ("cup", 0.8, 0), ("milk", 0.7, 0)),
    orders=100,
)


def best(lists, basket):
    """(key, score, shares) of the candidates, without the popular products."""
    ranking = Ranking(lists, basket)
    return [
        (ranking.keys[n], ranking.score(n), ranking.shares(n)) for n in range(ranking.n_candidates)
    ]


def test_scores_add_up_over_the_basket():
    assert best(LISTS, ["tea", "milk"]) == [
        ("pot", pytest.approx(0.7), [Share("tea", 0.4, 8), Share("milk", 0.3, 7)]),
        ("cup", 0.5, [Share("tea", 0.5, 9)]),
    ]


def test_the_basket_itself_is_never_a_candidate():
    assert Ranking(LISTS, ["tea", "milk"]).keys == ["pot", "cup", "bread"]


def test_popular_products_come_last_and_once():
    ranking = Ranking(LISTS, ["tea"])
    assert ranking.keys[ranking.n_candidates :] == ["bread", "milk"]
    assert [ranking.is_popular(n) for n in range(4)] == [False, False, True, True]
    assert (ranking.score(2), ranking.shares(2)) == (0.9, [])


def test_an_unknown_basket_gets_what_is_popular():
    assert Ranking(LISTS, ["never seen"]).keys == ["bread", "cup", "milk"]


def test_a_product_twice_in_the_basket_counts_once():
    assert best(LISTS, ["tea", "tea"]) == best(LISTS, ["tea"])


def test_equal_scores_come_by_key():
    lists = Lists(by_seed={"x": listed(9, ("b", 0.5, 5), ("a", 0.5, 5))})
    assert Ranking(lists, ["x"]).keys == ["a", "b"]


def test_the_strongest_reason_comes_first():
    seeds = {"s1": 0.1, "s2": 0.4, "s3": 0.2, "s4": 0.3}
    lists = Lists(by_seed={seed: listed(9, ("x", score, 5)) for seed, score in seeds.items()})
    assert [share.seed for share in Ranking(lists, seeds).shares(0)] == ["s2", "s4", "s3", "s1"]


def test_what_speaks_against_a_product_lowers_it_and_is_no_reason():
    lists = Lists(
        by_seed={
            "tea": listed(9, ("cup", 0.5, 5), ("milk", 0.3, 5)),
            "jam": listed(9, ("milk", 0.2, 5), ("cup", -0.1, 0), ("tea", -0.2, 0)),
        }
    )
    assert best(lists, ["tea", "jam"]) == [
        ("milk", pytest.approx(0.5), [Share("tea", 0.3, 5), Share("jam", 0.2, 5)]),
        ("cup", pytest.approx(0.4), [Share("tea", 0.5, 5)]),
    ]


def test_what_only_speaks_against_is_no_candidate():
    lists = Lists(by_seed={"tea": listed(9, ("bread", -0.1, 0))})
    assert Ranking(lists, ["tea"]).keys == []


def test_what_the_basket_speaks_against_is_the_last_of_the_popular():
    lists = Lists(
        by_seed={"tea": listed(9, ("bread", -0.1, 0))},
        popular=listed(0, ("bread", 0.9, 0), ("cup", 0.8, 0)),
    )
    assert Ranking(lists, ["tea"]).keys == ["cup", "bread"]


def test_orders_come_before_likeness_as_a_reason():
    lists = Lists(by_seed={"a": listed(9, ("x", 0.9, 0)), "b": listed(9, ("x", 0.1, 6))})
    assert Ranking(lists, ["a", "b"]).shares(0) == [Share("b", 0.1, 6), Share("a", 0.9, 0)]
