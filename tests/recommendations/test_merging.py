"""Lists worked out by hand: entries are [key, score, pair orders, orders]."""

import pytest

from recommendations.services.merging import Candidate, Lists, SeedList, merge

LISTS = Lists(
    by_seed={
        "tea": SeedList(20, [["cup", 0.5, 9, 30], ["pot", 0.4, 8, 10]]),
        "milk": SeedList(50, [["pot", 0.3, 7, 10], ["tea", 0.2, 6, 20]]),
    },
    popular=[["bread", 0.9, 0, 99], ["cup", 0.8, 0, 30], ["milk", 0.7, 0, 50]],
    orders=100,
    version="v1",
)


def test_scores_add_up_over_the_basket():
    first, second, *_ = merge(LISTS, ["tea", "milk"])
    assert first == Candidate("pot", pytest.approx(0.7), ("tea", "milk"), 8, 10)
    assert second == Candidate("cup", 0.5, ("tea",), 9, 30)


def test_the_basket_itself_is_never_a_candidate():
    keys = [candidate.key for candidate in merge(LISTS, ["tea", "milk"])]
    assert keys == ["pot", "cup", "bread"]


def test_popular_products_come_last_and_once():
    assert merge(LISTS, ["tea"])[2:] == [
        Candidate("bread", 0.9, (), 0, 99),
        Candidate("milk", 0.7, (), 0, 50),
    ]


def test_an_unknown_basket_gets_what_is_popular():
    assert [c.key for c in merge(LISTS, ["never seen"])] == ["bread", "cup", "milk"]


def test_a_product_twice_in_the_basket_counts_once():
    assert merge(LISTS, ["tea", "tea"]) == merge(LISTS, ["tea"])


def test_equal_scores_come_by_key():
    lists = Lists(by_seed={"x": SeedList(9, [["b", 0.5, 5, 5], ["a", 0.5, 5, 5]])})
    assert [c.key for c in merge(lists, ["x"])] == ["a", "b"]


def test_at_most_three_reasons_the_strongest_first():
    seeds = {"s1": 0.1, "s2": 0.4, "s3": 0.2, "s4": 0.3}
    lists = Lists(by_seed={s: SeedList(9, [["x", score, 5, 5]]) for s, score in seeds.items()})
    assert merge(lists, list(seeds))[0].because_of == ("s2", "s4", "s3")


def test_what_speaks_against_a_product_lowers_it():
    lists = Lists(
        by_seed={
            "tea": SeedList(9, [["cup", 0.5, 5, 5], ["milk", 0.3, 5, 5]]),
            "jam": SeedList(9, [["milk", 0.2, 5, 5], ["cup", -0.1, 0, 5], ["tea", -0.2, 0, 9]]),
        }
    )
    assert merge(lists, ["tea", "jam"]) == [
        Candidate("milk", pytest.approx(0.5), ("tea", "jam"), 5, 5),
        Candidate("cup", pytest.approx(0.4), ("tea",), 5, 5),
    ]


def test_what_the_basket_speaks_against_is_the_last_of_the_popular():
    lists = Lists(
        by_seed={"tea": SeedList(9, [["bread", -0.1, 0, 99]])},
        popular=[["bread", 0.9, 0, 99], ["cup", 0.8, 0, 30]],
    )
    assert [c.key for c in merge(lists, ["tea"])] == ["cup", "bread"]


def test_orders_come_before_likeness_as_a_reason():
    lists = Lists(
        by_seed={
            "a": SeedList(9, [["x", 0.9, 0, 5]]),
            "b": SeedList(9, [["x", 0.1, 6, 5]]),
        }
    )
    (candidate,) = merge(lists, ["a", "b"])
    assert (candidate.because_of, candidate.pair_orders) == (("b", "a"), 6)
