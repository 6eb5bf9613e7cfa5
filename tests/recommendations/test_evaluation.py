"""The gate: what is measured, what is decided, and that nothing of the future gets in."""

import numpy as np
import pytest
from scipy import sparse

from recommendations.conf import Settings
from recommendations.engine.base import ListKind
from recommendations.engine.interactions import Interactions, read_interactions
from recommendations.engine.item_knn import ItemKNN
from recommendations.engine.popularity import Popularity
from recommendations.engine.splits import Cases
from recommendations.models import ModelVersion
from recommendations.services.evaluation import evaluate, judge, published_lists, within
from recommendations.services.sentences import read
from recommendations.stores.base import ProductDoc
from tests.engine.baskets import interactions

SETTINGS = Settings(MIN_PAIR_ORDERS=1, MIN_PAIR_BUYERS=1)
PAIRS = [f"p{n} q{n}" for n in range(20)] * 20


def daily(*baskets: str) -> Interactions:
    return interactions(*baskets, days=list(range(len(baskets))))


def live(model: str, **params) -> ModelVersion:
    return ModelVersion(pk=7, model=model, params=params)


class TestEvaluate:
    def test_a_model_that_beats_popularity_is_accepted(self):
        verdict = evaluate(ItemKNN(), daily(*PAIRS), SETTINGS)
        assert verdict.accepted
        assert verdict.metrics["model"]["ndcg@10"] == 1
        assert verdict.metrics["model"]["intervals"]["ndcg@10"] == [1, 1]
        assert verdict.metrics["popularity"]["ndcg@10"] < 0.3
        assert (verdict.metrics["cases"], verdict.metrics["split"]) == (40, "time:0.9")
        said = read(verdict.metrics["verdict"])
        assert said.startswith("Accepted. It beats popularity: nDCG@10 +0.")

    def test_one_that_only_equals_it_is_rejected(self):
        verdict = evaluate(Popularity(), daily(*PAIRS), SETTINGS)
        assert not verdict.accepted
        assert verdict.metrics["gains"] == {"popularity": [0, 0, 0]}
        assert read(verdict.metrics["verdict"]) == (
            "Rejected. It does not beat popularity: "
            "nDCG@10 +0.0000, 95% interval +0.0000 to +0.0000."
        )

    def test_the_model_of_the_live_version_is_asked_the_same(self):
        verdict = evaluate(ItemKNN(), daily(*PAIRS), SETTINGS, live=live("popularity"))
        assert verdict.metrics["live"] == verdict.metrics["popularity"]
        assert verdict.metrics["live_version"] == "v7"
        assert "not significantly worse than the live version" in read(verdict.metrics["verdict"])

    def test_the_same_model_again_differs_by_nothing(self):
        verdict = evaluate(ItemKNN(), daily(*PAIRS), SETTINGS, live=live("item_knn"))
        assert verdict.accepted
        assert verdict.metrics["gains"]["live"] == [0, 0, 0]

    def test_a_model_that_is_worse_than_the_live_one_is_rejected(self):
        # what goes with p0 has changed, and counts without decay are slow to see it
        baskets = [*[f"p{n} r{n}" for n in range(20)] * 12, *PAIRS[:160]]
        slow = ItemKNN(half_life_days=None)
        verdict = evaluate(slow, daily(*baskets), SETTINGS, live=live("item_knn", half_life_days=9))
        assert verdict.metrics["live"]["ndcg@10"] == 1
        assert verdict.metrics["gains"]["popularity"][0] > 0
        assert not verdict.accepted
        assert verdict.metrics["gains"]["live"][2] < 0
        assert "It is significantly worse than the live version" in read(verdict.metrics["verdict"])

    def test_a_live_model_that_is_known_no_more_does_not_stop_the_gate(self):
        verdict = evaluate(ItemKNN(), daily(*PAIRS), SETTINGS, live=live("from_long_ago"))
        assert verdict.accepted
        assert "live" not in verdict.metrics
        assert "v7, the live version, could not be compared" in read(verdict.metrics["note"])

    def test_a_small_store_is_accepted_with_a_note(self):
        verdict = evaluate(ItemKNN(), daily("a b", "a b"), SETTINGS, live=live("item_knn"))
        assert verdict.accepted
        assert read(verdict.metrics["note"]) == "fewer than 30 baskets to ask about"
        assert read(verdict.metrics["verdict"]).startswith("Accepted unmeasured")


class TestJudge:
    """By single figures: 40 cases of as many buyers."""

    CASES = Cases(sparse.csr_array((40, 1)), sparse.csr_array((40, 1)), np.arange(40))

    def judged(self, new: float, **rivals: float | np.ndarray) -> tuple[bool, dict]:
        names = ("ndcg@10", "hit_rate@10", "mrr@10")

        def all_alike(value):
            return dict.fromkeys(names, np.broadcast_to(value, 40))

        others = {name: all_alike(value) for name, value in rivals.items()}
        verdict = judge(all_alike(new), others, self.CASES, {"cases": 40})
        return verdict.accepted, verdict.metrics

    @pytest.mark.parametrize(
        ("new", "popularity", "live", "accepted"),
        [
            (0.5, 0.25, 0.375, True),  # better than both
            (0.5, 0.25, 0.5, True),  # as good as the live one
            (0.5, 0.25, 0.75, False),  # worse than the live one
            (0.5, 0.5, 0.25, False),  # better than the live one, no better than popularity
        ],
    )
    def test_it_takes_both(self, new, popularity, live, accepted):
        assert self.judged(new, popularity=popularity, live=live)[0] is accepted

    def test_a_loss_within_chance_is_no_reason_to_refuse(self):
        # the live one wins 11 cases and loses 9: −.05 on average, far less than chance
        live = 0.5 + np.array([1] * 11 + [-1] * 9 + [0] * 20) * 0.5
        accepted, metrics = self.judged(0.5, popularity=0.25, live=live)
        low, mean, high = metrics["gains"]["live"]
        assert low < mean == -0.025 < 0 < high
        assert accepted

    def test_the_figures_of_all_are_kept_beside_what_was_known(self):
        _, metrics = self.judged(0.5, popularity=0.25, live=0.375)
        assert metrics["cases"] == 40
        assert [metrics[name]["ndcg@10"] for name in ("model", "popularity", "live")] == [
            0.5, 0.25, 0.375,
        ]  # fmt: skip
        assert metrics["gains"] == {"popularity": [0.25] * 3, "live": [0.125] * 3}


class TestNoLeak:
    def test_a_pair_and_a_product_of_the_test_period_are_in_no_list(self):
        seen = []

        class Spy(ItemKNN):
            def fit(self, interactions, documents=()):
                seen.append((interactions, documents))
                return super().fit(interactions, documents)

        # in the last tenth p0 goes with q1, and "new" comes in
        baskets = [*PAIRS, *["p0 q1 new"] * 44]
        documents = [ProductDoc("p0", "Old"), ProductDoc("new", "New")]
        evaluate(Spy(), daily(*baskets), SETTINGS, documents=documents)
        ((train, described),) = seen
        assert "new" not in train.items
        assert [document.key for document in described] == ["p0"]
        lists = {
            (ranked.kind, ranked.seed): [entry.key for entry in ranked.entries]
            for ranked in published_lists(ItemKNN().fit(train), train, SETTINGS)
        }
        assert lists[ListKind.ITEM, "p0"] == ["q0"]
        assert set(lists[ListKind.GLOBAL, ""]) == {f"{x}{n}" for x in "pq" for n in range(20)}

    def test_popularity_counts_training_orders_only(self):
        # z sells in the test period, and before it in one order long ago: b comes before it,
        # so wherever z is hidden it stands second
        baskets = ["z a", *["a b"] * 359, *["z a"] * 40]
        settings = Settings(HALF_LIFE_DAYS=5)
        verdict = evaluate(Popularity(), daily(*baskets), settings)
        assert 0.5 < verdict.metrics["popularity"]["mrr@10"] < 1

    @pytest.mark.parametrize(("min_orders", "accepted"), [(18, True), (19, False), (20, False)])
    def test_thresholds_count_training_orders_only(self, min_orders, accepted):
        # each pair is in 20 orders, of which 18 are learned from
        settings = Settings(MIN_PAIR_ORDERS=min_orders)
        assert evaluate(ItemKNN(), daily(*PAIRS), settings).accepted is accepted

    def test_documents_of_unknown_products_are_left_out(self):
        documents = [ProductDoc("a", "A"), ProductDoc("b", "B")]
        assert within(documents, ("b", "c")) == [documents[1]]


class TestPublishedLists:
    def test_a_model_with_a_list_for_everybody_keeps_it(self):
        X = read_interactions([("1", "a", None, None), ("2", "a", None, None)])
        lists = list(published_lists(Popularity().fit(X), X, SETTINGS))
        assert [ranked.kind for ranked in lists] == [ListKind.GLOBAL]

    def test_any_other_is_published_with_what_is_popular(self):
        X = interactions("a b")
        lists = list(published_lists(ItemKNN().fit(X), X, SETTINGS))
        assert [(ranked.kind, ranked.seed) for ranked in lists] == [
            (ListKind.ITEM, "a"), (ListKind.ITEM, "b"), (ListKind.GLOBAL, ""),
        ]  # fmt: skip
