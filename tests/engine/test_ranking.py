"""Rows of scores to lists: three orders, a with b and c twice, c with d once."""

import numpy as np
import pytest

from recommendations.engine.base import Entry, Publication
from recommendations.engine.ranking import rank_pairs
from tests.engine.baskets import interactions

X = interactions("a b c", "a b c", "c d")
SCORES = np.array(
    [
        # a, b, c, d
        [9.0, 2.0, 3.0, 8.0],
        [2.0, 0.0, 2.0, -1.0],
        [-3.0, -2.0, 0.0, 1.0],
        [0.5, 0.0, 0.0, 0.0],
    ]
)


def lists(**publication):
    found = rank_pairs(X, lambda first, end: SCORES[first:end], Publication(**publication))
    return {ranked.seed: ranked.entries for ranked in found}


def test_only_pairs_of_some_order_are_listed_whatever_their_score():
    # a and d never met; the diagonal is nothing either; c has only d with a positive score
    assert lists() == {
        "a": [Entry("c", 3.0, 2), Entry("b", 2.0, 2)],
        "b": [Entry("a", 2.0, 2), Entry("c", 2.0, 2)],
        "c": [Entry("d", 1.0, 1)],
    }


def test_thresholds_apply_to_the_pair():
    assert set(lists(min_orders=2)) == {"a", "b"}


def test_the_best_k_equal_scores_by_item():
    assert lists(k=1)["b"] == [Entry("a", 2.0, 2)]


def test_the_most_negative_are_kept_beside_them():
    assert lists(against=1)["c"] == [Entry("d", 1.0, 1), Entry("a", -3.0, 0)]
    assert [e.key for e in lists(against=9)["c"]] == ["d", "b", "a"]


@pytest.mark.parametrize("block", [1, 2, 3])
def test_blocks_make_no_difference(monkeypatch, block):
    expected = lists()
    monkeypatch.setattr("recommendations.engine.ranking.SEEDS_A_BLOCK", block)
    assert lists() == expected
