"""The float32 inverse in place against the formula with a float64 inverse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from recommendations.engine.ease import MIRROR_BLOCK, solve, weighted_gram


def fortran(rows):
    return np.asfortranarray(rows, dtype=np.float32)


def test_two_items_by_hand():
    # G + I = [[3, 1], [1, 2]], P = [[2, −1], [−1, 3]] / 5: S_01 = 1/3, S_10 = 1/2
    weights = solve(fortran([[2, 1], [1, 1]]), 1.0)
    assert weights == pytest.approx(np.array([[0, 1 / 3], [1 / 2, 0]]))


@pytest.mark.parametrize("n", [1, MIRROR_BLOCK, MIRROR_BLOCK + 1, 2 * MIRROR_BLOCK + 100])
def test_it_equals_the_inverse_in_float64(n):
    baskets = (np.random.default_rng(n).random((3 * n, n)) < 4 / n).astype(np.float64)
    gram = baskets.T @ baskets
    P = np.linalg.inv(gram + 10 * np.eye(n))
    expected = -P / np.diag(P)
    np.fill_diagonal(expected, 0)
    assert np.abs(solve(fortran(gram), 10.0) - expected).max() < 1e-5


def test_it_works_in_the_memory_of_the_gram_matrix():
    gram = fortran([[2, 1], [1, 1]])
    weights = solve(gram, 1.0)
    assert np.shares_memory(weights, gram)
    assert weights.flags.c_contiguous


def test_a_singular_matrix_is_refused():
    with pytest.raises(np.linalg.LinAlgError, match="regularization"):
        solve(fortran([[1, 1], [1, 1]]), 0.0)


def test_nothing_to_solve():
    assert solve(fortran(np.zeros((0, 0))), 1.0).shape == (0, 0)


@given(st.lists(st.sets(st.integers(0, 6)), min_size=1, max_size=20), st.integers(0, 2**32 - 1))
def test_the_gram_matrix_is_the_weighted_product(baskets, seed):
    dense = np.array([[item in basket for item in range(7)] for basket in baskets], dtype=float)
    weights = np.random.default_rng(seed).random(len(baskets))
    gram = weighted_gram(sparse.csr_array(dense), weights)
    assert gram == pytest.approx(dense.T @ np.diag(weights) @ dense, rel=1e-6)
    assert gram.flags.f_contiguous
