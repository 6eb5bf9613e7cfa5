import numpy as np
import pytest

from recommendations.engine.base import ListKind, Publication
from recommendations.engine.interactions import Interactions
from recommendations.engine.user_knn import TIFUKNN, BuyerModel, TopFreq, UserKNN, buyers_of_items
from recommendations.exceptions import InvalidArgument
from tests.engine.baskets import interactions


def lists(model: BuyerModel, X: Interactions, **publication) -> dict[str, list[tuple]]:
    found = list(model.fit(X).ranked(Publication(**publication)))
    assert {ranked.kind for ranked in found} == {ListKind.USER}
    return {
        ranked.seed: [(e.key, pytest.approx(e.score), e.pair_orders) for e in ranked.entries]
        for ranked in found
    }


class TestTopFreq:
    def test_scores_are_the_buyers_own_orders_then_popularity(self):
        # N = 3, n_a = 2, n_b = n_c = 1
        X = interactions("a b", "a", "c", buyers=["x", "x", "y"])
        assert lists(TopFreq(), X) == {
            "x": [("a", (2 + 2 / 4) / 2, 2), ("b", (1 + 1 / 4) / 2, 1)],
            "y": [("c", 1 + 1 / 4, 1)],
        }

    def test_popularity_never_outweighs_an_order(self):
        X = interactions("a b", "a", *["b"] * 20, buyers=["x", "x", *"abcdefghijklmnopqrst"])
        assert [entry[0] for entry in lists(TopFreq(), X)["x"]] == ["a", "b"]

    def test_equal_items_come_by_popularity(self):
        X = interactions("b c", "c", buyers=["x", "y"])
        assert [entry[0] for entry in lists(TopFreq(), X)["x"]] == ["c", "b"]

    def test_orders_of_unknown_buyers_count_for_popularity_only(self):
        X = interactions("b c", "c", buyers=["x", None])
        assert [entry[:2] for entry in lists(TopFreq(), X)["x"]] == [
            ("c", 1 + 2 / 3),
            ("b", 1 + 1 / 3),
        ]

    def test_a_list_says_how_many_orders_the_buyer_has(self):
        X = interactions("a", "b", "a", buyers=["x", "x", "y"])
        found = TopFreq().fit(X).ranked(Publication())
        assert {ranked.seed: ranked.orders for ranked in found} == {"x": 2, "y": 1}

    def test_buyers_who_are_left_without_orders_have_no_list(self):
        X = interactions("a", "b", buyers=["x", "y"])
        assert list(lists(TopFreq(), X.select(X.buyers == 1))) == ["y"]


class TestUserKNN:
    # cos(x, y) = 2 / √(2 · 3), cos(x, w) = 1 / √(2 · 4), cos(y, w) = 1 / √(3 · 4)
    X = interactions("a b", "a b c", "a d e f", "z", buyers=["x", "y", "w", "v"])
    NEAR, FAR = 2 / 6**0.5, 1 / 8**0.5

    def test_the_nearest_buyer_gives_the_list(self):
        expected = [("a", self.NEAR, 1), ("b", self.NEAR, 1), ("c", self.NEAR, 0)]
        assert lists(UserKNN(neighbours=1), self.X)["x"] == expected

    def test_scores_of_several_neighbours_add_up(self):
        assert lists(UserKNN(neighbours=2), self.X)["x"] == [
            ("a", self.NEAR + self.FAR, 1),
            ("b", self.NEAR, 1),
            ("c", self.NEAR, 0),
            ("d", self.FAR, 0),
            ("e", self.FAR, 0),
            ("f", self.FAR, 0),
        ]

    def test_who_has_nothing_in_common_with_anybody_has_no_list(self):
        assert "v" not in lists(UserKNN(), self.X)

    def test_a_neighbours_orders_weigh_one_together(self):
        # cos((1), (2, 1)) = 2/√5; y had a in both orders and b in one
        X = interactions("a", "a", "a b", buyers=["x", "y", "y"])
        assert lists(UserKNN(), X)["x"] == [
            ("a", 2 / 5**0.5, 1),
            ("b", 1 / 5**0.5, 0),
        ]

    def test_items_of_too_few_buyers_or_orders_are_left_out(self):
        assert [e[0] for e in lists(UserKNN(), self.X, min_buyers=2)["x"]] == ["a", "b"]
        assert [e[0] for e in lists(UserKNN(), self.X, min_orders=3)["x"]] == ["a"]

    def test_no_neighbours_are_refused(self):
        with pytest.raises(InvalidArgument, match="neighbours 0: legal are numbers in"):
            UserKNN(neighbours=0).fit(self.X)


class TestTIFUKNN:
    # x from the newest: a | a b || b, in groups of two; y: a c
    X = interactions("b", "a b", "a", "a c", buyers=["x", "x", "x", "y"], days=[0, 1, 2, 0])
    HALVES = {
        "group_size": 2,
        "within_decay": 0.5,
        "group_decay": 0.5,
        "basket_size_exponent": 0,
    }

    def test_newer_orders_and_newer_groups_count_more(self):
        # a: ½ · ½ (1 + ½), b: ½ · ½ · ½ + ½ · ½ · ½ · 1
        own = lists(TIFUKNN(own_share=1, **self.HALVES), self.X)
        assert own["x"] == [("a", 3 / 8, 2), ("b", 1 / 4, 2)]

    def test_an_item_of_a_small_order_counts_more(self):
        # as above, the order of two at ½: a: ½ · ½ (1 + ½ · ½), b: ½ · ½ · ½ · ½ + ½ · ½ · ½ · 1
        own = lists(TIFUKNN(own_share=1, **self.HALVES | {"basket_size_exponent": 1}), self.X)
        assert own["x"] == [("a", 5 / 16, 2), ("b", 3 / 16, 2)]

    def test_neighbours_add_what_they_have(self):
        # y: a and c at ½ each
        mixed = lists(TIFUKNN(own_share=0.5, **self.HALVES), self.X)
        assert mixed["x"] == [("a", 7 / 16, 2), ("c", 1 / 4, 0), ("b", 1 / 8, 2)]

    def test_only_the_nearest_neighbours_are_asked(self):
        # cos(x, y) = 1/√2; z shares only c with y and nothing with x
        X = interactions("a", "a c", "c d", buyers=["x", "y", "z"])
        near = lists(TIFUKNN(neighbours=1, own_share=0), X)
        assert [entry[0] for entry in near["x"]] == ["a", "c"]
        assert [entry[0] for entry in near["z"]] == ["a", "c"]

    def test_what_too_few_others_had_is_left_out_but_the_buyers_own_stays(self):
        mixed = lists(TIFUKNN(own_share=0.5, **self.HALVES), self.X, min_buyers=2)
        assert [entry[0] for entry in mixed["x"]] == ["a", "b"]
        assert [entry[0] for entry in mixed["y"]] == ["a", "c"]

    @pytest.mark.parametrize(
        "parameter",
        [
            {"neighbours": 0},
            {"group_size": 0},
            {"within_decay": 0},
            {"own_share": 1.1},
            {"basket_size_exponent": -1},
        ],
    )
    def test_a_number_outside_its_range_is_refused(self, parameter):
        (name,) = parameter
        with pytest.raises(InvalidArgument, match=f"{name} .*: legal are numbers in"):
            TIFUKNN(**parameter).fit(self.X)


def test_unknown_buyers_are_all_different():
    X = interactions("a b", "a", "a", "a", buyers=["x", "x", None, None])
    assert np.array_equal(buyers_of_items(X), [3, 1])
