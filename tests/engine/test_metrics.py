"""Ranks, metrics and breadth, on lists whose answers are worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from recommendations.engine import metrics
from recommendations.engine.base import Entry, ListKind, Ranked
from recommendations.engine.metrics import (
    METRICS,
    ListScorer,
    answer,
    coverage,
    figures_per_case,
    gini,
    mrr_per_case,
    ndcg_per_case,
    novelty,
    ranks_of_hidden,
    recall_per_case,
    repeat_and_explore,
)
from recommendations.engine.splits import Cases

ITEMS = ("a", "b", "c", "d", "e")
LISTS = [
    Ranked.of(ListKind.ITEM, "a", 9, [Entry("b", 2.0, 5), Entry("c", 1.0, 5)]),
    Ranked.of(ListKind.ITEM, "d", 9, [Entry("c", 1.5, 5)]),
    Ranked.of(ListKind.GLOBAL, "", 0, [Entry("e", 0.9, 0), Entry("b", 0.1, 0)]),
]


def matrix(*baskets: str) -> sparse.csr_array:
    dense = np.array([[item in basket for item in ITEMS] for basket in baskets], dtype=np.float32)
    return sparse.csr_array(dense.reshape(-1, len(ITEMS)))


def cases(*asked: tuple[str, str], **fields) -> Cases:
    """Pairs of what is shown and what is right, each written as "ab"."""
    seen, relevant = matrix(*(s for s, _ in asked)), matrix(*(r for _, r in asked))
    return Cases(seen, relevant, np.arange(len(asked)), **fields)


class TestRanks:
    def test_lists_add_up_and_popularity_comes_below_them(self):
        # basket a, d: c 1 + 1.5, b 2, then e by popularity; nothing of the basket itself
        asked = cases(("ad", "c"), ("ad", "b"), ("ad", "e"))
        assert ranks_of_hidden(ListScorer(ITEMS, LISTS), asked).tolist() == [[1], [2], [3]]

    def test_ties_stand_at_their_mean_rank(self):
        # nothing is known of basket e but b's popularity: a, c and d share ranks 2 to 4
        asked = cases(("e", "b"), ("e", "c"))
        assert ranks_of_hidden(ListScorer(ITEMS, LISTS), asked).tolist() == [[1], [3]]

    def test_a_scorer_without_lists_ranks_all_alike(self):
        assert ranks_of_hidden(ListScorer(ITEMS, []), cases(("a", "b"))).tolist() == [[2.5]]

    def test_each_right_answer_has_a_rank_and_rows_are_filled_up(self):
        asked = cases(("ad", "be"), ("ad", "c"))
        ranks = ranks_of_hidden(ListScorer(ITEMS, LISTS), asked)
        assert ranks.tolist() == [[2, 3], [1, np.inf]]

    def test_what_was_shown_may_stay_in_the_ranking(self):
        # shown e, which leads by popularity
        asked = cases(("e", "e"), exclude_seen=False)
        assert ranks_of_hidden(ListScorer(ITEMS, LISTS), asked).tolist() == [[1]]

    def test_a_negative_score_lowers_what_another_seed_says(self):
        against = Ranked.of(ListKind.ITEM, "d", 9, [Entry("b", -1.5, 0)])
        # basket a, d: b 2 − 1.5 falls behind c 1
        ranks = ranks_of_hidden(ListScorer(ITEMS, [LISTS[0], against]), cases(("ad", "b")))
        assert ranks.tolist() == [[2]]

    def test_what_the_basket_is_against_comes_after_what_else_is_popular(self):
        against = Ranked.of(ListKind.ITEM, "d", 9, [Entry("e", -1.5, 0)])
        # basket d: b .1 before e .9, and a and c, which are not popular, share ranks 3 and 4
        asked = cases(("d", "b"), ("d", "e"), ("d", "a"))
        ranks = ranks_of_hidden(ListScorer(ITEMS, [against, LISTS[2]]), asked)
        assert ranks.tolist() == [[1], [2], [3.5]]

    def test_a_buyer_with_a_list_is_answered_from_it(self):
        own = Ranked.of(ListKind.USER, "ann", 3, [Entry("d", 1.0, 0)])
        asked = cases(("a", "d"), ("a", "b"), people=("ann", "ben"))
        # ann: her own list; ben has none, so the list of a says b
        assert ranks_of_hidden(ListScorer(ITEMS, [*LISTS, own]), asked).tolist() == [[1], [1]]

    def test_carts_are_not_answered_from_lists_of_buyers(self):
        own = Ranked.of(ListKind.USER, "ann", 3, [Entry("d", 1.0, 0)])
        asked = cases(("a", "b"))
        assert ranks_of_hidden(ListScorer(ITEMS, [*LISTS, own]), asked).tolist() == [[1]]

    def test_products_that_training_never_saw_take_no_place(self):
        new = [
            Ranked.of(ListKind.ITEM, "a", 9, [Entry("new", 9.0, 5), Entry("b", 2.0, 5)]),
            Ranked.of(ListKind.ITEM, "new", 9, [Entry("c", 9.0, 5)]),
        ]
        assert ranks_of_hidden(ListScorer(ITEMS, new), cases(("a", "b"))).tolist() == [[1]]

    def test_lists_of_one_category_are_no_fallback_for_all(self):
        drinks = Ranked.of(ListKind.GLOBAL, "drinks", 0, [Entry("c", 5.0, 0)])
        ranks = ranks_of_hidden(ListScorer(ITEMS, [*LISTS, drinks]), cases(("b", "e")))
        assert ranks.tolist() == [[1]]

    def test_batches_change_nothing(self, monkeypatch):
        asked = cases(("ad", "c"), ("e", "b"), ("a", "e"), ("b", "acd"))
        whole = answer(ListScorer(ITEMS, LISTS), asked, 3)
        monkeypatch.setattr(metrics, "CELLS_A_BATCH", len(ITEMS))
        single = answer(ListScorer(ITEMS, LISTS), asked, 3)
        assert np.array_equal(whole.ranks, single.ranks)
        assert np.array_equal(whole.best, single.best)

    def test_no_cases_have_no_ranks(self):
        assert ranks_of_hidden(ListScorer(ITEMS, LISTS), cases()).shape == (0, 1)


class TestBest:
    def test_the_first_items_of_an_answer(self):
        # basket a, d: c, b, e and nothing else is left
        best = answer(ListScorer(ITEMS, LISTS), cases(("ad", "c")), 4).best
        assert best.tolist() == [[2, 1, 4, -1]]

    def test_equal_scores_come_by_item(self):
        assert answer(ListScorer(ITEMS, []), cases(("b", "a")), 3).best.tolist() == [[0, 2, 3]]

    @given(st.lists(st.integers(0, 3), min_size=5, max_size=5), st.integers(1, 5))
    def test_they_are_those_of_a_stable_sort(self, scores, n):
        popular = [Entry(key, s, 0) for key, s in zip(ITEMS, scores, strict=True) if s]
        lists = [Ranked.of(ListKind.GLOBAL, "", 0, popular)] if popular else []
        best = answer(ListScorer(ITEMS, lists), cases(("a", "b"), exclude_seen=False), n).best
        assert best.tolist() == [np.argsort(-np.array(scores), kind="stable")[:n].tolist()]


INF = np.inf
ONE_ANSWER = np.array([[1.0], [3.0], [11.0], [40.0]])
#: Three right answers, then one.
MANY = np.array([[1.0, 2.0, 12.0], [INF, 4.0, INF]])


class TestMetrics:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("hit_rate", [1, 1, 0, 0]),
            ("recall", [1, 1, 0, 0]),
            ("ndcg", [1, 1 / 2, 0, 0]),  # 1/log2(2), 1/log2(4)
            ("mrr", [1, 1 / 3, 0, 0]),
        ],
    )
    def test_with_one_right_answer_at_ten(self, name, expected):
        assert METRICS[name](ONE_ANSWER, 10) == pytest.approx(expected)

    def test_recall_is_the_share_of_all_right_answers(self):
        assert recall_per_case(MANY, 10) == pytest.approx([2 / 3, 1])
        assert recall_per_case(MANY, 1) == pytest.approx([1 / 3, 0])

    def test_ndcg_is_measured_by_the_best_possible_list(self):
        second, third = 1 / np.log2(3), 1 / np.log2(4)
        assert ndcg_per_case(MANY, 10) == pytest.approx(
            [(1 + second) / (1 + second + third), 1 / np.log2(5)]
        )
        # at 2 the best list holds two of the three
        assert ndcg_per_case(MANY, 2) == pytest.approx([1, 0])

    def test_ndcg_of_a_tie_over_the_edge_is_one_at_most(self):
        assert ndcg_per_case(np.array([[2.0, 2.0, 2.0]]), 2) == pytest.approx([1])

    def test_reciprocal_rank_is_of_the_first_right_answer(self):
        assert mrr_per_case(MANY, 10) == pytest.approx([1, 1 / 4])

    def test_every_metric_has_every_cutoff(self):
        figures = figures_per_case(ONE_ANSWER)
        assert len(figures) == 4 * 4
        assert [figures[f"hit_rate@{n}"].mean() for n in (1, 5, 10, 20)] == [
            1 / 4, 2 / 4, 2 / 4, 3 / 4,
        ]  # fmt: skip

    @given(
        st.lists(st.lists(st.integers(1, 60), min_size=1, max_size=4), min_size=1, max_size=6),
        st.randoms(use_true_random=False),
    )
    def test_the_order_of_the_cases_changes_nothing_and_all_is_in_0_to_1(self, rows, random):
        ranks = np.array([row + [INF] * (4 - len(row)) for row in rows])
        shuffled = ranks[random.sample(range(len(rows)), len(rows))]
        after = figures_per_case(shuffled)
        for name, values in figures_per_case(ranks).items():
            assert (values >= 0).all()
            assert (values <= 1).all()
            assert sorted(values) == sorted(after[name])


class TestRepeatAndExplore:
    def test_each_right_answer_belongs_to_one_of_them(self):
        asked = cases(("a", "abe"), ("a", "c"), bought=matrix("ae", ""))
        # of a, b and e the buyer had a and e
        ranks = np.array([[1.0, 5.0, 3.0], [2.0, INF, INF]])
        repeat, explore = repeat_and_explore(ranks, asked)
        assert repeat.tolist() == [[1, INF, 3], [INF, INF, INF]]
        assert explore.tolist() == [[INF, 5, INF], [2, INF, INF]]

    def test_protocols_that_do_not_tell_them_apart_refuse(self):
        with pytest.raises(ValueError, match="what was bought before"):
            repeat_and_explore(ONE_ANSWER, cases(("a", "b")))


class TestBreadth:
    BEST = np.array([[0, 1], [0, -1]], dtype=np.int32)

    def test_coverage_is_the_share_of_the_catalogue_shown(self):
        assert coverage(self.BEST, 4) == 2 / 4

    def test_novelty_is_the_mean_information_in_bits(self):
        # item 0 is in 4 of 8 orders, 1 bit, and shown twice; item 1 in 1 of 8, 3 bits
        assert novelty(self.BEST, np.array([4, 1, 8]), 8) == pytest.approx((1 + 3 + 1) / 3)

    def test_gini_of_what_is_shown(self):
        # shown 0, 0, 1, 2 times: (−3·0 −1·0 + 1·1 + 3·2) / (4 · 3)
        assert gini(self.BEST, 4) == pytest.approx(7 / 12)

    def test_gini_is_0_if_all_are_shown_alike_and_near_1_if_one_is(self):
        assert gini(np.array([[0, 1, 2, 3]]), 4) == 0
        assert gini(np.array([[2]]), 100) == pytest.approx(99 / 100)

    def test_of_nothing_shown_they_are_zero(self):
        nothing = np.full((2, 3), -1)
        assert coverage(nothing, 4) == gini(nothing, 4) == novelty(nothing, np.ones(4), 8) == 0
