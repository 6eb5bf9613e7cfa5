"""A model small enough to invert by hand."""

import numpy as np
import pytest

from recommendations.engine.base import Publication
from recommendations.engine.ease import EASE
from recommendations.exceptions import InvalidArgument
from tests.engine.baskets import interactions

PLAIN = {"basket_size_exponent": 0, "half_life_days": None}


def test_two_items_are_the_closed_form():
    # G = [[2, 1], [1, 1]], λ = 1: P = inv([[3, 1], [1, 2]]) = [[2, −1], [−1, 3]] / 5
    # S_ab = −P_ab / P_bb = 1/3, S_ba = −P_ba / P_aa = 1/2
    model = EASE(regularization=1, **PLAIN).fit(interactions("a b", "a"))
    assert model.weights_ == pytest.approx(np.array([[0, 1 / 3], [1 / 2, 0]]))


def test_weights_equal_the_plain_formula_in_float64():
    rng = np.random.default_rng(3)
    baskets = [" ".join(f"i{j}" for j in np.flatnonzero(rng.random(9) < 0.4)) for _ in range(60)]
    X = interactions(*(basket or "i0" for basket in baskets), days=list(range(60)))
    model = EASE(regularization=2.5, basket_size_exponent=0.5, half_life_days=30).fit(X)
    dense = X.baskets.toarray().astype(np.float64)
    weights = X.basket_sizes() ** -0.5 * 2.0 ** ((X.days - X.days.max()) / 30)
    P = np.linalg.inv(dense.T @ np.diag(weights) @ dense + 2.5 * np.eye(X.n_items))
    S = -P / np.diag(P)
    np.fill_diagonal(S, 0)
    assert model.weights_ == pytest.approx(S, abs=1e-5)


def test_only_the_most_frequent_items_are_modelled():
    X = interactions("a b", "a b", "a c", "b d")
    model = EASE(max_items=2, **PLAIN).fit(X)
    assert [X.items[i] for i in model.modelled_] == ["a", "b"]
    lists = {r.seed: [e.key for e in r.entries] for r in model.ranked(Publication())}
    assert lists == {"a": ["b"], "b": ["a"]}


def test_what_speaks_against_an_item_comes_last():
    # jam goes with tea or with milk, never with both: tea speaks against milk
    X = interactions(*["jam tea"] * 6, *["jam milk"] * 6)
    model = EASE(regularization=0.5, **PLAIN).fit(X)
    lists = {r.seed: r for r in model.ranked(Publication(against=5))}
    assert [(e.key, e.score > 0, e.pair_orders) for e in lists["tea"].entries] == [
        ("jam", True, 6),
        ("milk", False, 0),
    ]
    without = {r.seed: r for r in model.ranked(Publication())}
    assert [e.key for e in without["tea"].entries] == ["jam"]


@pytest.mark.parametrize(
    "parameter",
    [{"regularization": 0}, {"basket_size_exponent": -1}, {"half_life_days": 0}, {"max_items": 0}],
)
def test_a_number_outside_its_range_is_refused(parameter):
    (name,) = parameter
    with pytest.raises(InvalidArgument, match=f"{name} .*: legal are numbers in"):
        EASE(**parameter).fit(interactions("a b"))
