"""A run from orders to the live version, and what happens when it does not get there."""

import pytest

from recommendations.exceptions import (
    GivenUp,
    InvalidArgument,
    LeaseLost,
    NothingToLearn,
    TrainingInProgress,
)
from recommendations.models import LiveVersion, ModelVersion, RankedList, RunStatus, TrainingLease
from recommendations.services import training
from recommendations.services.leases import training_lease
from recommendations.services.publishing import live_version
from recommendations.services.sentences import read
from recommendations.services.training import train, train_all
from recommendations.stores.base import ProductDoc
from tests.recommendations.conftest import add_orders, configure

pytestmark = pytest.mark.django_db
SURFACE = "frequently_bought_with"


def lists_of(version: ModelVersion) -> dict[tuple[str, str], list]:
    return {(row.kind, row.seed_key): row.entries for row in version.ranked_lists.all()}


def test_a_run_publishes_lists_of_every_seed_and_of_what_is_popular(store):
    add_orders(store, "tea cup", "tea cup", "jam")
    version = train()
    assert (version.status, version.orders, version.items, version.lists) == ("READY", 3, 3, 4)
    assert live_version(SURFACE, "default") == version
    lists = lists_of(version)
    assert set(lists) == {("item", "tea"), ("item", "cup"), ("item", "jam"), ("global", "")}
    keys, _, pair_orders = lists["item", "tea"]
    assert (keys, pair_orders) == (["cup"], [2])
    assert lists["item", "jam"] == [[], [], []]


def test_what_is_rated_low_comes_later_wherever_it_is_suggested(store, settings):
    configure(settings, MODEL="item_knn", SIMILAR_MODEL="item_knn")
    add_orders(store, *["tea cup"] * 3, *["tea pot"] * 3, "tea", "cup")

    def keys() -> dict[tuple[str, str], list[str]]:
        return {
            (version.surface, seed): columns[0]
            for version in train_all(force=True)
            for (_, seed), columns in lists_of(version).items()
        }

    def rate(low: str) -> None:
        for key in ("tea", "cup", "pot"):
            store.docs[key] = ProductDoc(key, key, rating=1 if key == low else 5, ratings=100)

    of_tea = [(SURFACE, "tea"), ("similar_products", "tea")]
    of_all = [(SURFACE, ""), ("trending", "")]
    found = keys()
    assert [found[place] for place in of_tea] == [["pot", "cup"]] * 2
    assert [found[place] for place in of_all] == [["tea", "cup", "pot"]] * 2
    rate("pot")
    found = keys()
    assert [found[place] for place in of_tea] == [["cup", "pot"]] * 2
    rate("cup")
    found = keys()
    assert [found[place] for place in of_all] == [["tea", "pot", "cup"]] * 2


def test_every_list_says_in_how_many_orders_its_seed_was(store):
    add_orders(store, "tea cup", "tea cup", "jam", "cup")
    items = train().ranked_lists.filter(kind="item")
    assert dict(items.values_list("seed_key", "orders")) == {"tea": 2, "cup": 3, "jam": 1}


def test_the_run_reports_its_phases_and_ends_complete(store):
    add_orders(store, "tea cup")
    heard = []
    version = train(listener=lambda phase, share: heard.append((phase, share)))
    assert [phase for phase, _ in heard] == [
        "reading orders", "tuning", "evaluating", "fitting", "writing lists",
    ]  # fmt: skip
    shares = [share for _, share in heard]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert version.progress == 100
    assert version.finished_at is not None


@pytest.mark.parametrize("model", ["popularity", "item_knn", "ease", "content_knn"])
def test_any_model_of_the_registry_can_be_trained(store, settings, model):
    configure(settings, MODEL=model)
    add_orders(store, "tea cup", "tea cup", "jam")
    version = train()
    assert (version.status, version.model) == (RunStatus.READY, model)
    assert ("global", "") in lists_of(version)


@pytest.mark.parametrize("model", ["tifu_knn", "top_freq", "user_knn", "next_basket_ranker"])
def test_what_buyers_had_is_not_published(store, settings, model):
    configure(settings, MODEL=model)
    add_orders(store, "tea cup", "tea cup", "jam")
    with pytest.raises(InvalidArgument, match=f"{model!r} makes lists for buyers.*legal: als"):
        train()
    assert not RankedList.objects.exists()


def test_a_second_run_replaces_the_first(store):
    add_orders(store, "tea cup")
    first = train()
    second = train()
    assert live_version(SURFACE, "default") == second
    assert LiveVersion.objects.count() == 1
    assert lists_of(first)


def test_a_store_that_breaks_leaves_the_live_version_serving(store, monkeypatch):
    add_orders(store, "tea cup")
    live = train()

    def broken(scope):
        yield store.lines[0]
        raise OSError("connection lost")

    monkeypatch.setattr(store, "order_lines", broken)
    with pytest.raises(OSError, match="connection lost"):
        train()
    failed = ModelVersion.objects.get(status=RunStatus.FAILED)
    assert failed.error == "OSError: connection lost"
    assert live_version(SURFACE, "default") == live
    assert not TrainingLease.objects.exists()


def test_a_run_that_fails_while_writing_leaves_no_lists(store, monkeypatch):
    add_orders(store, "tea cup")

    def half(version, lists):
        RankedList.objects.create(version=version, kind="item", seed_key="tea", entries=[])
        yield 1
        raise OSError("disk full")

    monkeypatch.setattr(training.publishing, "write_lists", half)
    with pytest.raises(OSError, match="disk full"):
        train()
    assert not RankedList.objects.exists()
    assert live_version(SURFACE, "default") is None


def test_one_run_at_a_time(store):
    add_orders(store, "tea cup")
    with training_lease(SURFACE, "default", "somebody"), pytest.raises(TrainingInProgress):
        train()
    assert not ModelVersion.objects.exists()


def test_a_run_that_was_taken_over_does_not_publish(store, monkeypatch):
    add_orders(store, "tea cup")

    def taken_over(*args):
        TrainingLease.objects.update(holder="another")
        return []

    monkeypatch.setattr(training, "published_lists", taken_over)
    with pytest.raises(LeaseLost):
        train()
    assert live_version(SURFACE, "default") is None
    assert TrainingLease.objects.get().holder == "another"


def test_the_next_run_closes_one_that_was_killed(store):
    add_orders(store, "tea cup")
    killed = ModelVersion.objects.create(
        surface=SURFACE, scope="default", run="x", model="item_knn", lists=1
    )
    RankedList.objects.create(version=killed, kind="item", seed_key="tea", entries=[])
    train()
    killed.refresh_from_db()
    assert (killed.status, killed.lists) == (RunStatus.FAILED, 0)
    assert "killed" in killed.error
    assert not killed.ranked_lists.exists()


def test_a_run_that_is_always_killed_is_given_up(store):
    add_orders(store, "tea cup")
    for _ in range(3):
        ModelVersion.objects.create(
            surface=SURFACE, scope="default", run="task 7", model="item_knn"
        )
    with pytest.raises(GivenUp, match="task 7 was killed 3 times"):
        train(holder="task 7")
    assert train(holder="task 8").status == RunStatus.READY


def test_a_store_without_orders_has_nothing_to_learn(store):
    with pytest.raises(NothingToLearn):
        train()
    assert ModelVersion.objects.get().status == RunStatus.FAILED


@pytest.mark.parametrize(
    ("arguments", "legal"),
    [({"surface": "cart"}, "frequently_bought_with"), ({"scope": "mars"}, "default")],
)
def test_unknown_names_are_refused_with_the_legal_ones(store, arguments, legal):
    with pytest.raises(InvalidArgument, match=legal):
        train(**arguments)


class TestGate:
    def test_a_model_that_does_not_beat_popularity_is_not_published(self, store, settings):
        # every basket is the two most popular products: nothing to learn beyond popularity
        add_orders(store, *["tea cup"] * 400)
        version = train()
        assert version.metrics["cases"] >= 30
        assert version.status == RunStatus.REJECTED
        assert live_version(SURFACE, "default") is None

    def test_unless_it_is_forced(self, store):
        add_orders(store, *["tea cup"] * 400)
        version = train(force=True)
        assert live_version(SURFACE, "default") == version

    def test_a_model_that_beats_it_is_published_with_its_figures(self, store):
        pairs = [f"p{n} q{n}" for n in range(20)]
        add_orders(store, *pairs * 20)
        version = train()
        figures = version.metrics
        # the partner of every product is certain: rank 1 each time
        assert figures["model"]["ndcg@10"] == 1
        assert figures["popularity"]["ndcg@10"] < 0.3
        assert figures["split"] == "time:0.9"
        assert version.status == RunStatus.READY

    def test_a_store_too_small_to_measure_is_published_and_says_so(self, store):
        add_orders(store, "tea cup")
        assert "fewer than 30" in read(train().metrics["note"])
