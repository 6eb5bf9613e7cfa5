"""Orders a b, a b c, b c, a d as in test_item_knn: n_a = n_b = 3, n_c = 2, n_d = 1."""

import pytest

from recommendations.engine.base import Publication
from recommendations.engine.graph import RP3beta
from recommendations.exceptions import InvalidArgument
from tests.engine.baskets import interactions

X = interactions("a b", "a b c", "b c", "a d")


def ends_of_a(model: RP3beta, **publication) -> list[tuple]:
    lists = {ranked.seed: ranked for ranked in model.fit(X).ranked(Publication(**publication))}
    assert lists["a"].orders == 3
    return [(e.key, pytest.approx(e.score), e.pair_orders) for e in lists["a"].entries]


def test_a_walk_goes_to_an_order_and_on_to_an_item_of_it():
    # b: ⅓ (½ + ⅓), d: ⅓ · ½, c: ⅓ · ⅓
    expected = [("b", 5 / 18, 2), ("d", 1 / 6, 1), ("c", 1 / 9, 1)]
    assert ends_of_a(RP3beta(beta=0)) == expected


def test_popular_ends_are_held_back():
    # divided by 3, 1 and 2
    expected = [("d", 1 / 6, 1), ("b", 5 / 54, 2), ("c", 1 / 18, 1)]
    assert ends_of_a(RP3beta(beta=1)) == expected


def test_steps_may_be_steeper():
    # b: ⅑ (¼ + ⅑), d: ⅑ · ¼, c: ⅑ · ⅑
    expected = [("b", 13 / 324, 2), ("d", 1 / 36, 1), ("c", 1 / 81, 1)]
    assert ends_of_a(RP3beta(alpha=2, beta=0)) == expected


def test_pairs_in_too_few_orders_are_left_out():
    assert [end[0] for end in ends_of_a(RP3beta(), min_orders=2)] == ["b"]


@pytest.mark.parametrize("parameter", [{"alpha": 0}, {"beta": -0.1}])
def test_a_number_outside_its_range_is_refused(parameter):
    (name,) = parameter
    with pytest.raises(InvalidArgument, match=f"{name} .*: legal are numbers in"):
        RP3beta(**parameter).fit(X)
