"""What a refresh changes, and that it is what training anew would say."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from recommendations.engine.interactions import read_interactions
from recommendations.exceptions import LeaseLost, NothingToLearn, TrainingInProgress
from recommendations.models import ArtifactPart, ModelVersion, RunStatus, TrainingLease
from recommendations.services import artifacts
from recommendations.services import refresh as refreshing
from recommendations.services.counting import Counted
from recommendations.services.leases import training_lease
from recommendations.services.publishing import live_version, prune, roll_back
from recommendations.services.refresh import refresh
from recommendations.services.serving import frequently_bought_with
from recommendations.services.training import train, train_all
from recommendations.stores.base import OrderLineFact, ProductDoc, Scope
from tests.recommendations.conftest import DAY_0, add_orders, configure

pytestmark = pytest.mark.django_db
SURFACE = "frequently_bought_with"


@pytest.fixture(params=["item_knn", "hybrid"])
def any_model(request, settings):
    configure(settings, MODEL=request.param, TUNE=False)


@pytest.fixture
def counting_model(settings):
    configure(settings, MODEL="item_knn", TUNE=False)


def take_back(store, order, at):
    store.lines = [line for line in store.lines if line.order != order]
    store.changed[order] = at


def entries(version, seed):
    """Product → pair orders."""
    keys, _, pair_orders = version.ranked_lists.get(kind="item", seed_key=seed).entries
    return dict(zip(keys, pair_orders, strict=True))


class TestWhatChanges:
    def test_nothing_new_changes_nothing(self, store, any_model):
        add_orders(store, "tea cup")
        train()
        assert refresh() is None
        assert ModelVersion.objects.count() == 1

    def test_a_new_order_is_counted_into_the_live_version(self, store, any_model):
        add_orders(store, "tea cup", "tea cup", "jam")
        live = train()
        add_orders(store, "tea cup")
        version = refresh()
        assert version == live == live_version(SURFACE, "default")
        assert (version.orders, version.items) == (4, 3)
        assert version.refreshed_at is not None
        assert entries(version, "tea") == {"cup": 3}
        assert entries(version, "cup") == {"tea": 3}
        n = dict(version.ranked_lists.filter(kind="item").values_list("seed_key", "orders"))
        assert n == {"tea": 3, "cup": 3, "jam": 1}

    def test_a_new_product_has_its_list_at_once(self, store, counting_model):
        add_orders(store, "tea cup")
        train()
        add_orders(store, "tea jam")
        assert entries(refresh(), "jam") == {"tea": 1}

    def test_or_with_a_learned_model_is_counted_and_waits_for_its_scores(self, store, settings):
        configure(settings, MODEL="ease", TUNE=False)
        add_orders(store, "tea cup")
        train()
        add_orders(store, "tea jam")
        version = refresh()
        assert entries(version, "jam") == {}
        assert version.ranked_lists.get(kind="item", seed_key="jam").orders == 1

    def test_an_order_that_is_taken_back_is_taken_out(self, store, any_model):
        add_orders(store, "tea cup", "tea cup", "jam tea")
        train()
        take_back(store, "0", DAY_0 + timedelta(days=9))
        version = refresh()
        assert version.orders == 2
        assert entries(version, "tea") == {"cup": 1, "jam": 1}
        take_back(store, "2", DAY_0 + timedelta(days=10))
        version = refresh()
        assert entries(version, "tea") == {"cup": 1}
        assert not version.ranked_lists.filter(seed_key="jam").exists()

    def test_a_pair_that_too_few_bought_is_not_published_any_more(self, store, settings):
        for model in ("item_knn", "hybrid"):
            configure(settings, MODEL=model, TUNE=False, MIN_PAIR_BUYERS=2)
            add_orders(store, "tea cup", "tea cup")
            assert entries(train(), "tea") == {"cup": len(store.changed)}
            for order in list(store.changed)[1:]:
                take_back(store, order, DAY_0 + timedelta(days=99))
            assert entries(refresh(), "tea") == {}
            store.lines.clear()
            store.changed.clear()

    def test_only_lists_of_touched_products_are_written(self, store, any_model):
        add_orders(store, "tea cup", "jam bread", "tea cup")
        live = train()
        before = dict(live.ranked_lists.values_list("seed_key", "pk"))
        add_orders(store, "tea cup")
        after = dict(refresh().ranked_lists.values_list("seed_key", "pk"))
        assert {key for key in after if after[key] != before[key]} == {"tea", "cup", ""}

    def test_a_delivery_that_is_repeated_counts_once(self, store, any_model):
        add_orders(store, "tea cup")
        train()
        add_orders(store, "tea cup")
        assert refresh().orders == 2
        store.changed["1"] += timedelta(minutes=5)
        assert refresh() is None
        assert live_version(SURFACE, "default").orders_changed_at == store.changed["1"]

    def test_a_late_order_is_found_whatever_its_date(self, store, any_model):
        add_orders(store, "tea cup", "jam")
        live = train()
        # committed late: stamped before the newest that is known
        long_ago = datetime(2001, 1, 1, tzinfo=UTC)
        store.lines += [OrderLineFact("late", key, None, long_ago) for key in ("tea", "cup")]
        store.changed["late"] = live.orders_changed_at - timedelta(minutes=30)
        assert entries(refresh(), "tea") == {"cup": 2}

    def test_an_old_version_is_brought_up_to_date_after_a_roll_back(self, store, any_model):
        add_orders(store, "tea cup")
        first = train()
        add_orders(store, "tea cup")
        train(force=True)
        roll_back(SURFACE, "default")
        assert entries(refresh(), "tea") == {"cup": 2}
        assert live_version(SURFACE, "default") == first

    def test_suggestions_show_the_new_evidence(self, store, any_model):
        add_orders(store, "tea cup", "tea cup", "jam")
        train()
        (before,) = frequently_bought_with([["tea"]], 1)
        add_orders(store, "jam", "tea cup", "jam")
        refresh()
        (after,) = frequently_bought_with([["tea"]], 1)
        assert before.items[0].evidence.support == 2 / 3
        evidence = after.items[0].evidence
        assert (evidence.pair_orders, evidence.support, evidence.confidence) == (3, 3 / 6, 1)
        assert evidence.lift == 1 / (3 / 6)


class TestPopularity:
    def test_lists_of_all_and_of_categories_are_made_again(self, store, any_model):
        store.docs = {
            key: ProductDoc(key, key, categories=(kind,), category_keys=(kind,))
            for key, kind in {"tea": "drink", "cola": "drink", "cup": "ware"}.items()
        }
        add_orders(store, "tea", "tea cup", "cup", "tea")
        train_all()
        store.docs["mug"] = ProductDoc("mug", "Mug", categories=("ware",), category_keys=("ware",))
        add_orders(store, *["mug cola"] * 9)
        refresh()
        for surface in (SURFACE, "trending"):
            version = live_version(surface, "default")
            rows = version.ranked_lists.filter(kind="global").values_list("seed_key", "entries")
            keys = {seed: columns[0] for seed, columns in rows}
            assert keys["drink"] == ["cola", "tea"]
            assert keys["ware"] == ["mug", "cup"]
            assert set(keys[""][:2]) == {"cola", "mug"}
            assert version.orders == 13

    def test_what_is_similar_waits_for_the_training(self, store, any_model):
        store.docs = {key: ProductDoc(key, f"green {key} pot") for key in ("tea", "cup")}
        add_orders(store, "tea cup")
        train_all()
        add_orders(store, "tea cup")
        refresh()
        assert live_version("similar_products", "default").refreshed_at is None

    def test_a_category_in_which_nothing_sells_any_more_has_no_list(self, store, any_model):
        store.docs["tea"] = ProductDoc("tea", "Tea", category_keys=("drink",))
        add_orders(store, "tea", "cup")
        train()
        take_back(store, "0", DAY_0 + timedelta(days=9))
        lists = refresh().ranked_lists.filter(kind="global")
        assert set(lists.values_list("seed_key", flat=True)) == {""}


class TestTrainsInstead:
    def test_the_first_time(self, store, any_model):
        add_orders(store, "tea cup")
        assert refresh().status == RunStatus.READY

    def test_not_in_an_empty_store(self, store):
        assert refresh() is None

    def test_not_again_on_the_orders_of_a_rejected_run(self, store):
        add_orders(store, *["tea cup"] * 400)
        assert train().status == RunStatus.REJECTED
        assert refresh() is None

    def test_where_the_store_cannot_tell_when_orders_changed(self, store, any_model):
        add_orders(store, "tea cup")
        store.changed.clear()
        assert not ArtifactPart.objects.filter(version=train()).exists()
        assert refresh() is None

    @pytest.mark.parametrize("damage", ["flipped", "missing", "other secret", "other model"])
    def test_where_what_was_counted_cannot_be_used(
        self, store, counting_model, settings, damage, caplog
    ):
        add_orders(store, "tea cup")
        live = train()
        part = ArtifactPart.objects.get(name="read")
        if damage == "flipped":
            part.data = bytes(part.data)[:-1] + b"!"
            part.save()
        elif damage == "missing":
            part.delete()
        elif damage == "other secret":
            settings.SECRET_KEY = "another"
        else:
            ModelVersion.objects.update(model="of an older release")
        add_orders(store, "tea cup")
        version = refresh()
        assert version.pk > live.pk
        assert version == live_version(SURFACE, "default")
        assert entries(version, "tea") == {"cup": 2}
        assert f"{live} of default can't be refreshed" in caplog.text


class TestFailure:
    @pytest.fixture
    def waiting(self, store, counting_model):
        """The live version and its lists, with an order waiting to be counted."""
        add_orders(store, "tea cup", "jam")
        live = train()
        add_orders(store, "tea cup")
        return live

    def state(self, version):
        version.refresh_from_db()
        lists = version.ranked_lists.order_by("pk").values_list("seed_key", "orders", "entries")
        held = Counted.load(version)
        return list(lists), version.orders, version.orders_changed_at, held.news.orders.tolist()

    @pytest.mark.parametrize("step", ["save_news", "replace_lists", "_close"])
    def test_a_refresh_that_dies_changes_nothing_and_can_be_run_again(
        self, waiting, monkeypatch, step
    ):
        before = self.state(waiting)
        place = {"save_news": Counted, "replace_lists": refreshing.publishing}.get(step, refreshing)
        real = getattr(place, step)

        def dies(*args):
            real(*args)
            raise OSError("disk full")

        monkeypatch.setattr(place, step, dies)
        with pytest.raises(OSError, match="disk full"):
            refresh()
        assert self.state(waiting) == before
        assert not TrainingLease.objects.exists()
        monkeypatch.undo()
        assert entries(refresh(), "tea") == {"cup": 2}

    def test_one_run_at_a_time(self, waiting):
        with training_lease(SURFACE, "default", "other"), pytest.raises(TrainingInProgress):
            refresh()

    def test_a_refresh_that_was_taken_over_does_not_publish(self, waiting, monkeypatch):
        before = self.state(waiting)
        real = refreshing._lists

        def taken_over(*args):
            TrainingLease.objects.update(holder="another")
            return real(*args)

        monkeypatch.setattr(refreshing, "_lists", taken_over)
        with pytest.raises(LeaseLost):
            refresh()
        assert self.state(waiting) == before

    def test_a_store_without_any_order_left_keeps_its_live_version(self, store, waiting):
        before = self.state(waiting)
        for order in list(store.changed):
            take_back(store, order, DAY_0 + timedelta(days=9))
        with pytest.raises(NothingToLearn):
            refresh()
        assert self.state(waiting) == before


class TestArtifacts:
    def test_large_ones_are_stored_in_pieces(self, store, counting_model, monkeypatch):
        monkeypatch.setattr(artifacts, "PIECE", 100)
        add_orders(store, "tea cup", "jam")
        version = train()
        assert ArtifactPart.objects.filter(version=version, name="read").count() > 10
        X = read_interactions(store.order_lines(Scope()))
        found = Counted.load(version).interactions()
        assert sorted(found.orders.tolist()) == sorted(X.orders.tolist())
        assert np.array_equal(found.item_orders(), X.item_orders())

    def test_too_large_a_one_costs_the_refresh_not_the_training(
        self, store, counting_model, monkeypatch, caplog
    ):
        monkeypatch.setattr(artifacts, "PIECE", 1)
        add_orders(store, "tea cup")
        assert train().status == RunStatus.READY
        assert "only trained again" in caplog.text
        assert not ArtifactPart.objects.exists()

    def test_they_go_with_the_lists_of_old_versions(self, store, settings):
        configure(settings, MODEL="item_knn", KEEP_VERSIONS=1, TUNE=False)
        add_orders(store, "tea cup")
        first, second = train(), train()
        prune(SURFACE, "default")
        kept = set(ArtifactPart.objects.values_list("version", flat=True))
        assert kept == {second.pk}
        assert first.pk not in kept
