"""Counts of pairs against XᵀX, and the thresholds by hand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommendations.engine.pairs import pair_orders
from tests.engine.baskets import interactions


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1), min_size=1))
def test_it_equals_the_dense_product_without_its_diagonal(baskets):
    X = interactions(*map(" ".join, baskets))
    dense = X.baskets.toarray()
    both = dense.T @ dense
    np.fill_diagonal(both, 0)
    pairs = pair_orders(X)
    assert pairs.toarray().tolist() == both.tolist()
    assert pairs.nnz == np.count_nonzero(both)
    assert all(
        np.all(np.diff(pairs.indices[start:end]) > 0)
        for start, end in zip(pairs.indptr[:-1], pairs.indptr[1:], strict=True)
    )


def test_pairs_of_too_few_orders_are_left_out():
    # a and b meet twice, a and c once
    X = interactions("a b", "a b c", "c")
    assert pair_orders(X, min_orders=2).toarray().tolist() == [[0, 2, 0], [2, 0, 0], [0, 0, 0]]


def test_one_buyer_counts_once_however_often_they_buy():
    # a and b: three orders of one buyer; a and c: two orders of two buyers
    X = interactions("a b", "a b", "a b", "a c", "a c", buyers=["x", "x", "x", "x", "y"])
    assert pair_orders(X, min_buyers=2).toarray().tolist() == [[0, 0, 2], [0, 0, 0], [2, 0, 0]]


def test_no_baskets_have_no_pairs():
    assert pair_orders(interactions()).shape == (0, 0)
