"""The kernel against the same thing written plainly with dense matrices."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommendations.engine.interactions import Interactions
from recommendations.engine.topk import pair_topk
from tests.engine.baskets import interactions


def plainly(X: Interactions, weights, scale, k, min_orders, min_buyers, once_a_buyer):
    """For each item: [(other, score, orders), …]; every pair looked at by itself."""
    dense = X.baskets.toarray() > 0
    rows = []
    for i in range(X.n_items):
        row = []
        for j in range(X.n_items):
            both = np.flatnonzero(dense[:, i] & dense[:, j]) if i != j else np.array([], int)
            buyers = X.buyers[both]
            if len(both) == 0 or len(both) < min_orders or len(set(buyers)) < min_buyers:
                continue
            counted = both[np.unique(buyers, return_index=True)[1]] if once_a_buyer else both
            row.append((j, weights[counted].sum() * scale[j], len(both)))
        rows.append(sorted(row, key=lambda cell: (-cell[1], cell[0]))[:k])
    return rows


@st.composite
def cases(draw):
    baskets = draw(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1), min_size=1))
    buyers = draw(
        st.lists(st.sampled_from(["x", "y", "z", None]), min_size=len(baskets),
                 max_size=len(baskets))
    )  # fmt: skip
    X = interactions(*map(" ".join, baskets), buyers=buyers)
    # Sums of such weights are exact in floating point, so scores can be compared with ==.
    weights = np.array(
        draw(st.lists(st.sampled_from([0.25, 0.5, 1.0, 2.0]), min_size=X.n_baskets,
                      max_size=X.n_baskets))
    )  # fmt: skip
    scale = np.array(
        draw(st.lists(st.sampled_from([0.5, 1.0, 4.0]), min_size=X.n_items, max_size=X.n_items))
    )
    small = st.integers(1, 3)
    return (
        X,
        weights,
        scale,
        draw(st.integers(1, 10)),
        draw(small),
        draw(small),
        draw(st.booleans()),
    )


@given(cases())
def test_it_equals_the_plain_computation(case):
    X, weights, scale, k, min_orders, min_buyers, once_a_buyer = case
    best = pair_topk(
        X, weights=weights, column_scale=scale, k=k,
        min_orders=min_orders, min_buyers=min_buyers, once_a_buyer=once_a_buyer,
    )  # fmt: skip
    found = [
        [
            (int(j), float(score), int(orders))
            for j, score, orders in zip(*row, strict=True)
            if j >= 0
        ]
        for row in zip(best.indices, best.scores, best.orders, strict=True)
    ]
    assert found == plainly(X, *case[1:])


def test_rows_that_are_not_full_end_in_minus_one():
    X = interactions("a b", "c")
    best = pair_topk(X, weights=np.ones(2), column_scale=np.ones(3), k=2)
    assert best.indices.tolist() == [[1, -1], [0, -1], [-1, -1]]


def test_one_item_has_no_neighbours():
    best = pair_topk(interactions("a"), weights=np.ones(1), column_scale=np.ones(1), k=5)
    assert best.indices.shape == (1, 0)
