"""Factorizations against their formulas, on matrices small enough to check."""

import numpy as np
import pytest

from recommendations.engine.base import Publication
from recommendations.engine.factorization import ALS, NMF, PureSVD
from recommendations.exceptions import InvalidArgument
from tests.engine.baskets import interactions

TWO_GROUPS = ["a b"] * 5 + ["a b c"] * 5 + ["x y"] * 5 + ["x y z"] * 5


def test_all_singular_vectors_reproduce_the_identity():
    # with as many factors as items V is a whole basis: V Vᵀ = I
    model = PureSVD(n_factors=9).fit(interactions("a b", "b c", "c"))
    assert model.left_ @ model.right_.T == pytest.approx(np.eye(3), abs=1e-9)
    assert list(model.ranked(Publication())) == []  # no rounding is published as a score


def test_one_singular_vector_by_hand():
    # XᵀX = [[2, 2], [2, 2]] has the eigenvector (1, 1)/√2 of the eigenvalue 4: S = 1/2 everywhere
    model = PureSVD(n_factors=1).fit(interactions("a b", "a b"))
    assert model.left_ @ model.right_.T == pytest.approx(np.full((2, 2), 0.5))


def test_parts_that_are_bought_together_are_the_factors():
    model = NMF(n_factors=2).fit(interactions(*TWO_GROUPS))
    factor = model.left_.argmax(axis=1)
    assert factor.tolist() in ([0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0])
    assert model.left_.sum(axis=1) == pytest.approx(np.ones(6))


def loss(model: ALS, X) -> float:
    dense = X.baskets.toarray().astype(np.float64)
    U, V = model.user_factors_.astype(np.float64), model.right_.astype(np.float64)
    confidence = 1 + model.alpha * dense
    fit = (confidence * (dense - U @ V.T) ** 2).sum()
    return fit + model.regularization * ((U**2).sum() + (V**2).sum())


def test_a_half_step_solves_the_normal_equations():
    X = interactions(*TWO_GROUPS)
    model = ALS(n_factors=3, iterations=1).fit(X)
    U, V = model.user_factors_.astype(np.float64), model.right_.astype(np.float64)
    dense = X.baskets.toarray()
    for item in range(X.n_items):
        confidence = np.diag(1 + model.alpha * dense[:, item])
        exact = np.linalg.solve(
            U.T @ confidence @ U + model.regularization * np.eye(3),
            U.T @ confidence @ dense[:, item],
        )
        assert V[item] == pytest.approx(exact, abs=1e-4)


def test_more_iterations_lower_the_loss():
    X = interactions(*TWO_GROUPS)
    losses = [loss(ALS(n_factors=4, iterations=n).fit(X), X) for n in (1, 2, 5, 15)]
    assert losses == sorted(losses, reverse=True)


def test_the_fold_in_of_a_one_item_cart_is_exact():
    model = ALS(n_factors=4).fit(interactions(*TWO_GROUPS))
    V = model.right_.astype(np.float64)
    for item in range(6):
        A = V.T @ V + model.regularization * np.eye(4)
        A += model.alpha * np.outer(V[item], V[item])
        exact = np.linalg.solve(A, (1 + model.alpha) * V[item])
        assert model.left_[item] == pytest.approx(exact)


@pytest.mark.parametrize("model", [PureSVD(n_factors=2), NMF(n_factors=2), ALS(n_factors=2)])
def test_partners_are_of_the_own_group(model):
    lists = model.fit(interactions(*TWO_GROUPS)).ranked(Publication())
    partners = {ranked.seed: {entry.key for entry in ranked.entries} for ranked in lists}
    assert partners == {
        "a": {"b", "c"}, "b": {"a", "c"}, "c": {"a", "b"},
        "x": {"y", "z"}, "y": {"x", "z"}, "z": {"x", "y"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("model", "complaint"),
    [
        (PureSVD(n_factors=0), "n_factors 0: legal are numbers in [1, inf)."),
        (NMF(max_iterations=0), "max_iterations 0: legal are numbers in [1, inf)."),
        (ALS(regularization=0), "regularization 0: legal are numbers in (0, inf)."),
        (ALS(alpha=float("nan")), "alpha nan: legal are numbers in (0, inf)."),
    ],
)
def test_parameters_out_of_range_are_refused_by_name(model, complaint):
    with pytest.raises(InvalidArgument) as caught:
        model.fit(interactions("a b"))
    assert str(caught.value) == complaint
