import pytest

from recommendations.engine.base import ListKind, Publication
from recommendations.engine.interactions import Interactions
from recommendations.engine.next_basket import SHARES, NextBasketRanker
from recommendations.engine.user_knn import TIFUKNN
from recommendations.exceptions import InvalidArgument
from tests.engine.baskets import interactions

BUYERS, DAYS = 40, 12


def alternating(buyers: int = BUYERS, timed: bool = True, guests: bool = False) -> Interactions:
    """Each buyer has tea one day and milk the next, half of them tea on the first."""
    orders = [(buyer, day) for buyer in range(buyers) for day in range(DAYS)]
    return interactions(
        *("tea" if (buyer + day) % 2 else "milk" for buyer, day in orders),
        buyers=[None if guests else f"{buyer:02}" for buyer, _ in orders],
        days=[day for _, day in orders] if timed else None,
    )


def everything_every_day() -> Interactions:
    orders = [(buyer, day) for buyer in range(BUYERS) for day in range(DAYS)]
    return interactions(
        *["milk tea"] * len(orders),
        buyers=[f"{buyer:02}" for buyer, _ in orders],
        days=[day for _, day in orders],
    )


def lists(model: TIFUKNN, X: Interactions, **publication: int) -> dict[str, list[str]]:
    found = list(model.fit(X).ranked(Publication(**publication)))
    assert {ranked.kind for ranked in found} <= {ListKind.USER}
    return {ranked.seed: [entry.key for entry in ranked.entries] for ranked in found}


def test_it_learns_what_comes_next():
    # The last day is 11: an even buyer had tea then, and has milk on the next.
    X = alternating()
    assert lists(TIFUKNN(), X)["00"] == ["tea", "milk"]
    learned = lists(NextBasketRanker(), X)
    assert learned["00"] == ["milk", "tea"]
    assert learned["01"] == ["tea", "milk"]


def test_scores_are_probabilities():
    (first, *_) = NextBasketRanker().fit(alternating()).ranked(Publication())
    milk, tea = first.entries
    assert 1 > milk.score > 0.9
    assert 0.1 > tea.score > 0
    assert (first.orders, milk.pair_orders, tea.pair_orders) == (12, 6, 6)


def test_what_is_learned_from_is_the_next_order_after_each_moment():
    X = alternating()
    examples = list(NextBasketRanker()._examples(X))
    assert len(examples) == len(SHARES)
    for _, bought, weights in examples:
        # Of tea and milk each buyer had one next.
        assert bought.reshape(BUYERS, 2).sum(axis=1).tolist() == [1] * BUYERS
        assert weights.tolist() == [1] * 2 * BUYERS


def test_an_order_weighs_the_same_whatever_its_size():
    baskets = ["a b"] * 9 + ["a b c d"]
    X = interactions("c d", *baskets, buyers=["y"] + ["x"] * 10, days=[0, *range(10)])
    (*_, (_, bought, weights)) = NextBasketRanker()._examples(X)
    # The candidates of x are a and b: x shares nothing with y. The next order has c and d too.
    assert bought.tolist() == [True, True]
    assert weights.tolist() == [1 / 4, 1 / 4]


def test_no_more_buyers_than_asked_for_are_learned_from():
    model = NextBasketRanker(max_buyers=7)
    assert [len(bought) for _, bought, _ in model._examples(alternating())] == [14] * len(SHARES)


@pytest.mark.parametrize(
    "X",
    [alternating(buyers=3), alternating(timed=False), everything_every_day(), alternating(1)],
    ids=["too few orders", "no times", "nothing that was not bought", "one buyer"],
)
def test_with_nothing_to_learn_from_lists_are_those_of_tifu_knn(X):
    expected = list(TIFUKNN().fit(X).ranked(Publication()))
    assert list(NextBasketRanker().fit(X).ranked(Publication())) == expected


def test_without_known_buyers_there_are_no_lists():
    assert lists(NextBasketRanker(), alternating(guests=True)) == {}


def test_a_list_holds_no_more_than_the_candidates():
    assert lists(NextBasketRanker(candidates=1), alternating())["00"] == ["tea"]


def test_what_too_few_others_had_is_left_out_but_the_buyers_own_stays():
    X = alternating(buyers=39)
    own = interactions(
        *(basket_of(X, row) for row in range(X.n_baskets)),
        "tea rare",
        buyers=[X.known_buyers[code] for code in X.buyers] + ["rare buyer"],
        days=[*(X.days - X.days.min()), DAYS - 1],
    )
    assert "rare" in lists(NextBasketRanker(), own)["00"]
    few = lists(NextBasketRanker(), own, min_buyers=2)
    assert "rare" not in few["00"]
    assert "rare" in few["rare buyer"]


def basket_of(X: Interactions, row: int) -> str:
    return " ".join(X.items[j] for j in X.baskets[[row]].indices)


def test_the_same_seed_gives_the_same_lists():
    X = alternating()
    once, again = (
        list(NextBasketRanker(max_buyers=25, seed=3).fit(X).ranked(Publication())) for _ in range(2)
    )
    assert once == again


@pytest.mark.parametrize("parameter", ["candidates", "max_buyers", "regularization"])
def test_a_number_outside_its_range_is_refused(parameter):
    with pytest.raises(InvalidArgument, match=f"{parameter} 0: legal are numbers in"):
        NextBasketRanker(**{parameter: 0}).fit(alternating(buyers=1))
