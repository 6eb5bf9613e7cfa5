"""Whatever happens to orders, in whatever order: refreshed lists are those of a full rebuild."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from recommendations.conf import get_settings
from recommendations.engine.interactions import read_interactions
from recommendations.engine.pairs import pair_orders
from recommendations.engine.quality import quality, weighed
from recommendations.engine.registry import make_model
from recommendations.models import LiveVersion, ModelVersion
from recommendations.services.counting import Counted
from recommendations.services.evaluation import (
    popularity_lists,
    publication,
    published_lists,
    with_every_item,
)
from recommendations.services.publishing import live_version
from recommendations.services.refresh import OVERLAP, refresh
from recommendations.services.training import train
from recommendations.stores.base import OrderLineFact, ProductDoc, Scope
from tests.recommendations.conftest import DAY_0, configure, current_store

pytestmark = pytest.mark.django_db
SURFACE = "frequently_bought_with"
PRODUCTS = "abcde"
KEYS = st.sampled_from([str(n) for n in range(8)])
BASKETS = st.sets(st.sampled_from(PRODUCTS), min_size=1, max_size=4)
BUYERS = st.sampled_from(["ann", "ben", "cid", None])
DAYS = st.sampled_from([-400, 0, 1.5, 30, None])


class Shop(RuleBasedStateMachine):
    """Orders come, late or back-dated, change, are taken back, and are counted in between."""

    def __init__(self) -> None:
        super().__init__()
        LiveVersion.objects.all().delete()
        ModelVersion.objects.all().delete()
        self.store = current_store()
        self.store.docs = {
            key: ProductDoc(
                key,
                key,
                category_keys=("vowels",) if key in "ae" else ("others",),
                rating=1.0 if key == "b" else 5.0,
                ratings=30,
            )
            for key in PRODUCTS
        }
        self.store.lines, self.store.changed = [], {}
        self.now = DAY_0
        self.fresh = False

    @initialize(baskets=st.lists(BASKETS, min_size=2, max_size=6))
    def open(self, baskets):
        for number, basket in enumerate(baskets):
            self._write(f"first {number}", basket, f"buyer {number}", number)
        self.retrain()

    @rule(key=KEYS, basket=BASKETS, buyer=BUYERS, day=DAYS, late=st.booleans())
    def place_or_change(self, key, basket, buyer, day, late):
        self._write(key, basket, buyer, day, late)

    @rule(key=KEYS, late=st.booleans())
    def take_back(self, key, late):
        if key in self.store.changed:
            self._write(key, (), None, None, late)

    @rule()
    def deliver_all_again(self):
        self.now += timedelta(minutes=1)
        self.store.changed = dict.fromkeys(self.store.changed, self.now)

    @rule()
    def refresh(self):
        refresh()
        self.fresh = True

    @rule()
    def retrain(self):
        train(force=True)
        self.fresh = True

    def _write(self, key, basket, buyer, day, late=False):
        """A late change bears the stamp of a moment that was asked about already."""
        self.now += timedelta(minutes=1)
        at: datetime | None = None if day is None else DAY_0 + timedelta(days=day)
        self.store.lines = [line for line in self.store.lines if line.order != key]
        self.store.lines += [OrderLineFact(key, product, buyer, at) for product in sorted(basket)]
        self.store.changed[key] = self.now
        live = live_version(SURFACE, "default")
        if late and live:
            self.store.changed[key] = live.orders_changed_at - OVERLAP / 2
        self.fresh = False

    @precondition(lambda self: self.fresh)
    @invariant()
    def the_live_version_is_a_full_rebuild(self):
        self.live = live_version(SURFACE, "default")
        # Ages count from the newest order of the training: an undated one is as old as that.
        landmark = Counted.load(self.live).read.landmark
        self.X = replace(read_interactions(self.store.order_lines(Scope())), landmark=landmark)
        assert (self.live.orders, self.live.items) == (self.X.n_baskets, self.X.n_items)
        stored = {
            (row.kind, row.seed_key): (row.orders, by_key(*row.entries))
            for row in self.live.ranked_lists.all()
        }
        self.check(stored)

    def expected(self, lists):
        n = dict(zip(self.X.items, self.X.item_orders().tolist(), strict=True))
        return {
            (ranked.kind, ranked.seed): (
                ranked.orders,
                by_key(*zip(*ranked.entries, strict=True)) if ranked.entries else {},
            )
            for ranked in with_every_item(lists, n)
        }


def by_key(keys, scores, pair_orders):
    """Product → score and pair orders."""
    pairs = zip(scores, pair_orders, strict=True)
    rounded = [(pytest.approx(score, rel=1e-4), orders) for score, orders in pairs]
    return dict(zip(keys, rounded, strict=True))


class CountingShop(Shop):
    """Of a model that is made of counts everything is what training anew would publish."""

    def check(self, stored):
        settings = get_settings()
        model = make_model(self.live.model, self.live.params).fit(self.X)
        documents = list(self.store.products(Scope()))
        lists = published_lists(model, self.X, settings, documents, quality(documents, self.X))
        assert stored == self.expected(lists)


class LearnedShop(Shop):
    """Of a model that has to be trained all counts are, and scores are those of the training."""

    def retrain(self):
        super().retrain()
        self.scores = self.learned()

    def learned(self):
        rows = live_version(SURFACE, "default").ranked_lists.filter(kind="item")
        return {
            (row.seed_key, key): score
            for row in rows
            for key, score in zip(row.entries[0], row.entries[1], strict=True)
        }

    def check(self, stored):
        settings = get_settings()
        documents = list(self.store.products(Scope()))
        lists = popularity_lists(self.X, settings, documents)
        popular = self.expected(weighed(lists, quality(documents, self.X)))
        assert {place for place in stored if place[0] == "global"} == {
            place for place in popular if place[0] == "global"
        }
        allowed = publication(settings)
        pairs = pair_orders(self.X, min_orders=allowed.min_orders, min_buyers=allowed.min_buyers)
        position = {key: j for j, key in enumerate(self.X.items)}
        for (kind, seed), (orders, entries) in stored.items():
            if kind == "global":
                assert entries == popular[kind, seed][1]
                continue
            assert orders == popular[kind, seed][0] if seed in position else orders == 0
            for key, (_, counted) in entries.items():
                if counted:
                    assert counted == pairs[position[seed], position[key]]
        assert {seed for kind, seed in stored if kind == "item"} >= set(position)
        assert self.learned().items() <= self.scores.items()


# Without what changes the scores of all lists with every order, which waits for the training.
COUNTS = {
    "snc": {"popularity_exponent": 0, "half_life_days": None},
    "once a buyer": {"popularity_exponent": 0, "half_life_days": None, "once_a_buyer": True},
    "count": {"similarity": "count", "basket_size_exponent": 0, "half_life_days": None},
}
STEPS = {"stateful_step_count": 12, "deadline": None}


@pytest.mark.parametrize("params", COUNTS.values(), ids=COUNTS)
def test_lists_of_counts(store, settings, params):
    thresholds = {"MIN_PAIR_ORDERS": 2, "MIN_PAIR_BUYERS": 2}
    configure(settings, MODEL="item_knn", MODEL_PARAMS=params, TUNE=False, **thresholds)
    run(CountingShop, settings=hypothesis_settings(max_examples=8, **STEPS))


def test_learned_scores_with_counted_evidence(store, settings):
    configure(settings, MODEL="hybrid", TUNE=False, MIN_PAIR_ORDERS=2, MIN_PAIR_BUYERS=2)
    run(LearnedShop, settings=hypothesis_settings(max_examples=5, **STEPS))
