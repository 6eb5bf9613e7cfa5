import numpy as np
import pytest
from scipy import sparse

from recommendations.engine.base import Entry, ListKind, Ranked
from recommendations.engine.metrics import ListScorer, hit_rate, mrr, ndcg, ranks_of_hidden
from recommendations.engine.splits import HiddenItems

ITEMS = ("a", "b", "c", "d", "e")
LISTS = [
    Ranked(ListKind.ITEM, "a", 9, [Entry("b", 2.0, 5, 5), Entry("c", 1.0, 5, 5)]),
    Ranked(ListKind.ITEM, "d", 9, [Entry("c", 1.5, 5, 5)]),
    Ranked(ListKind.GLOBAL, "", 0, [Entry("e", 0.9, 0, 9), Entry("b", 0.1, 0, 5)]),
]


def cases(*baskets: tuple[list[int], int]) -> HiddenItems:
    dense = np.zeros((len(baskets), len(ITEMS)), dtype=np.float32)
    for row, (seen, _) in enumerate(baskets):
        dense[row, seen] = 1
    return HiddenItems(sparse.csr_array(dense), np.array([hidden for _, hidden in baskets]))


def test_lists_add_up_and_popularity_comes_below_them():
    # basket a, d: c 1 + 1.5, b 2, then e by popularity; nothing of the basket itself
    ranks = ranks_of_hidden(ListScorer(ITEMS, LISTS), cases(([0, 3], 2), ([0, 3], 1), ([0, 3], 4)))
    assert ranks.tolist() == [1, 2, 3]


def test_ties_stand_at_their_mean_rank():
    # nothing is known of basket e but b's popularity: a, c and d share ranks 2 to 4
    ranks = ranks_of_hidden(ListScorer(ITEMS, LISTS), cases(([4], 1), ([4], 2)))
    assert ranks.tolist() == [1, 3]


def test_a_scorer_without_lists_ranks_all_alike():
    assert ranks_of_hidden(ListScorer(ITEMS, []), cases(([0], 1))).tolist() == [2.5]


RANKS = np.array([1.0, 3.0, 11.0, 40.0])


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (hit_rate, 2 / 4),
        (ndcg, (1 + 1 / 2) / 4),  # 1/log2(2), 1/log2(4)
        (mrr, (1 + 1 / 3) / 4),
    ],
)
def test_metrics_at_ten(metric, expected):
    assert metric(RANKS, 10) == pytest.approx(expected)


@pytest.mark.parametrize("metric", [hit_rate, ndcg, mrr])
def test_metrics_of_no_cases_are_zero(metric):
    assert metric(np.array([]), 10) == 0
