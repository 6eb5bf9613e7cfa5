"""A half step of ALS against the normal equations, for rows on both sides of `SHORT`."""

import numpy as np
import pytest
from scipy import sparse

from recommendations.engine.als import SHORT, equal_shares, solve_rows

ALPHA, REGULARIZATION, FACTORS = 10.0, 1.0, 8
LENGTHS = [0, 1, 3, SHORT - 1, SHORT, SHORT + 1, 4 * SHORT, 10 * SHORT]


@pytest.fixture
def rows_and_fixed():
    rng = np.random.default_rng(1)
    columns = 20 * SHORT
    rows = np.zeros((len(LENGTHS), columns), dtype=np.float32)
    for row, length in zip(rows, LENGTHS, strict=True):
        row[rng.choice(columns, length, replace=False)] = 1
    return rows, rng.standard_normal((columns, FACTORS)).astype(np.float32)


def exact(row, fixed):
    fixed = fixed.astype(np.float64)
    weighted = fixed * (1 + ALPHA * row)[:, None]
    return np.linalg.solve(
        fixed.T @ weighted + REGULARIZATION * np.eye(FACTORS), weighted.T @ row.astype(np.float64)
    )


def errors(found, rows, fixed):
    right = np.array([exact(row, fixed) for row in rows])
    return np.linalg.norm(found - right, axis=1), np.linalg.norm(right, axis=1)


def test_short_rows_are_exact_at_once_and_long_ones_after_a_few_calls(rows_and_fixed):
    rows, fixed = rows_and_fixed
    matrix = sparse.csr_array(rows)
    found = np.zeros((len(rows), FACTORS), dtype=np.float32)
    short = np.array(LENGTHS) <= SHORT
    worst = []
    for _ in range(6):
        found = solve_rows(matrix, fixed, found, REGULARIZATION, ALPHA)
        off, size = errors(found, rows, fixed)
        assert (off[short] <= 1e-5 * np.maximum(size[short], 1)).all()
        worst.append((off[~short] / size[~short]).max())
    # condition number 1 + α = 11: each call leaves a small part of the error of the call before
    assert worst[0] < 0.25
    assert worst[-1] < 1e-4


def test_shares_have_equal_numbers_of_entries():
    # nine rows of an entry, then one of ninety: rows cost something themselves
    ptr = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 99])
    assert equal_shares(ptr, 1).tolist() == [0, 10]
    assert equal_shares(np.arange(0, 101, 10), 2).tolist() == [0, 5, 10]
    assert equal_shares(ptr, 2).tolist() == [0, 10, 10]  # a row is not parted


def test_no_rows():
    nothing = sparse.csr_array((0, 5), dtype=np.float32)
    empty = np.zeros((0, 3), dtype=np.float32)
    assert solve_rows(nothing, np.ones((5, 3), np.float32), empty, 1.0, 1.0).shape == (0, 3)
