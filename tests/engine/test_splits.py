"""What may be learned from and what is asked, on orders written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.engine.splits import (
    RECENT_BASKETS,
    Cases,
    Split,
    hide_one_item,
    leave_one_out,
    next_baskets,
    split_at_random,
    split_by_time,
)
from tests.engine.baskets import interactions

PROTOCOLS = [hide_one_item, leave_one_out, next_baskets]


def read(split: Split, matrix) -> list[str]:
    """The rows of a matrix of cases, written as "a b"."""
    items = np.array(split.train.items)
    return [
        " ".join(items[np.sort(row.indices)])
        for row in (matrix[[i]] for i in range(len(matrix.indptr) - 1))
    ]


class TestSplits:
    def test_the_newest_orders_are_held_out(self):
        X = interactions(*["a b"] * 8, "a c", "b d", days=list(range(10)))
        split = split_by_time(X, 0.8)
        assert split.by == "time"
        assert (split.train.n_baskets, split.test.n_baskets) == (8, 2)
        assert split.train.days.max() < split.test.days.min()

    def test_nothing_of_the_test_period_is_in_the_vocabulary(self):
        X = interactions(*["a b"] * 8, "a c", "b d", days=list(range(10)))
        assert split_by_time(X, 0.8).train.items == ("a", "b")

    @given(st.lists(st.integers(0, 5), min_size=2, max_size=30), st.floats(0.05, 0.95))
    def test_orders_of_one_instant_stay_together(self, days, share):
        split = split_by_time(interactions(*["a b"] * len(days), days=days), share)
        if len(set(days)) > 1:
            assert split.train.days.max() < split.test.days.min()
        assert split.train.n_baskets + split.test.n_baskets == len(days)

    def test_where_most_orders_share_the_first_instant_they_are_learned_from(self):
        X = interactions(*["a b"] * 20, days=[0] * 19 + [1])
        split = split_by_time(X, 0.9)
        assert (split.train.n_baskets, split.test.n_baskets) == (19, 1)

    @pytest.mark.parametrize("days", [None, [5.0] * 100])
    def test_without_different_times_the_split_is_random_and_says_so(self, days):
        split = split_by_time(interactions(*["a b"] * 100, days=days), 0.9)
        assert split.by == "random"
        assert split.train.n_baskets + split.test.n_baskets == 100
        assert 0 < split.test.n_baskets < 30

    def test_a_random_split_may_be_asked_for(self):
        X = interactions(*["a b"] * 200, days=list(range(200)))
        split = split_at_random(X, 0.5)
        assert split.by == "random"
        assert 60 < split.train.n_baskets < 140
        # not the oldest half
        assert split.train.days.max() > split.test.days.min()

    def test_no_orders_split_into_nothing(self):
        split = split_by_time(interactions())
        assert (split.train.n_baskets, split.test.n_baskets) == (0, 0)


class TestBasketCompletion:
    def test_one_known_item_of_each_basket_is_hidden(self):
        X = interactions(*["a b"] * 8, "a b", "a new", days=list(range(10)))
        split = split_by_time(X, 0.8)
        cases = hide_one_item(split, max_cases=10)
        # "a new" has one known item only: nothing is left to ask with
        assert len(cases) == 1
        shown, right = read(split, cases.seen), read(split, cases.relevant)
        assert sorted([*shown, *right]) == ["a", "b"]
        assert cases.exclude_seen

    def test_every_item_may_be_the_hidden_one(self):
        X = interactions(*["a b c"] * 100, days=list(range(100)))
        hidden = hide_one_item(split_by_time(X, 0.5), max_cases=100).hidden
        assert set(hidden.tolist()) == {0, 1, 2}

    def test_cases_of_one_buyer_are_known_to_be(self):
        buyers = ["ann", "ben", "ann", "ben", "ann"]
        X = interactions(*["a b"] * 5, buyers=buyers, days=list(range(5)))
        codes = hide_one_item(split_by_time(X, 0.3), max_cases=10).buyers.tolist()
        # held out: one basket more of ann
        assert sorted(map(codes.count, set(codes))) == [1, 2]


class TestLeaveOneOut:
    def cases(self, *baskets: str, buyers, days, share=0.5) -> tuple[Split, Cases]:
        split = split_by_time(interactions(*baskets, buyers=buyers, days=days), share)
        return split, leave_one_out(split, max_cases=10)

    def test_one_new_item_of_the_last_basket_from_all_before(self):
        # learned from: days 0 and 1; ann's last basket is that of day 3, of which b is not new
        split, cases = self.cases(
            "a b", "c d", "b c", "b d", buyers=["ann", "ben", "ann", "ann"], days=[0, 1, 2, 3]
        )
        assert cases.people == ("ann",)
        assert read(split, cases.seen) == ["a b c"]
        assert read(split, cases.relevant) == ["d"]
        assert cases.exclude_seen

    def test_a_last_basket_without_a_new_item_is_not_asked_about(self):
        _, cases = self.cases("a b", "a", buyers=["ann", "ann"], days=[0, 1])
        assert len(cases) == 0

    def test_nor_is_a_buyer_of_one_basket(self):
        _, cases = self.cases("a b", "a b", buyers=["ann", "ben"], days=[0, 1])
        assert len(cases) == 0

    def test_nor_are_guests(self):
        _, cases = self.cases("a b", "a b", "a", buyers=[None, None, None], days=[0, 1, 2])
        assert len(cases) == 0


class TestNextBasket:
    def cases(self, *baskets: str, buyers, days, share=0.5) -> tuple[Split, Cases]:
        split = split_by_time(interactions(*baskets, buyers=buyers, days=days), share)
        return split, next_baskets(split, max_cases=10)

    def test_all_known_items_of_the_first_test_basket_from_the_training_baskets(self):
        split, cases = self.cases(
            "a b", "c d", "b d new", "c",
            buyers=["ann", "ben", "ann", "ann"], days=[0, 1, 2, 3],
        )  # fmt: skip
        assert cases.people == ("ann",)
        assert read(split, cases.seen) == ["a b"]
        assert read(split, cases.relevant) == ["b d"]
        assert read(split, cases.bought) == ["a b"]
        assert not cases.exclude_seen

    def test_buyers_without_a_training_basket_and_guests_are_not_asked_about(self):
        _, cases = self.cases("a", "b", "a b", "a b", buyers=["ann", None, "ben", None],
                              days=[0, 1, 2, 3])  # fmt: skip
        assert len(cases) == 0

    def test_seeds_are_the_recent_purchases_and_repeats_are_of_all(self):
        baskets = [f"i{n}" for n in range(RECENT_BASKETS + 2)]
        split, cases = self.cases(
            *baskets, "i0", buyers=["ann"] * (len(baskets) + 1),
            days=list(range(len(baskets) + 1)), share=0.99,
        )  # fmt: skip
        assert read(split, cases.seen) == [" ".join(baskets[2:])]
        assert read(split, cases.bought) == [" ".join(baskets)]


@pytest.mark.parametrize("protocol", PROTOCOLS)
class TestEveryProtocol:
    def split(self) -> Split:
        rng = np.random.default_rng(3)
        baskets = [" ".join(f"i{n}" for n in rng.choice(30, 4, replace=False)) for _ in range(400)]
        buyers = [f"buyer {n}" for n in rng.integers(40, size=400)]
        return split_by_time(interactions(*baskets, buyers=buyers, days=list(range(400))), 0.8)

    def test_no_more_cases_than_asked_for_and_the_same_every_time(self, protocol):
        split = self.split()
        first, second = protocol(split, max_cases=7), protocol(split, max_cases=7)
        assert len(first) == len(first.buyers) == first.seen.shape[0] == 7
        for one, other in ((first.seen, second.seen), (first.relevant, second.relevant)):
            assert (one != other).nnz == 0

    def test_every_case_has_something_shown_and_something_asked(self, protocol):
        cases = protocol(self.split(), max_cases=1000)
        assert len(cases) > 10
        assert np.diff(cases.seen.indptr).min() > 0
        assert np.diff(cases.relevant.indptr).min() > 0
        assert set(cases.seen.data.tolist()) == set(cases.relevant.data.tolist()) == {1}

    def test_what_is_left_out_of_the_ranking_is_never_right(self, protocol):
        cases = protocol(self.split(), max_cases=1000)
        if cases.exclude_seen:
            assert cases.seen.multiply(cases.relevant).nnz == 0

    def test_cases_are_in_the_vocabulary_of_the_training(self, protocol):
        split = self.split()
        cases = protocol(split, max_cases=1000)
        assert cases.seen.shape[1] == cases.relevant.shape[1] == split.train.n_items

    @pytest.mark.parametrize("baskets", [[], ["a b"], ["a b", "c d"]])
    def test_small_stores_have_no_cases(self, protocol, baskets):
        X = interactions(*baskets, days=list(range(len(baskets))))
        assert len(protocol(split_by_time(X, 0.5), max_cases=10)) == 0
