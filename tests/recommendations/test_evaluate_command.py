"""`evaluate_recommendations` as an operator types it."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from recommendations.stores.base import OrderLineFact
from tests.recommendations.conftest import DAY_0, add_orders, configure

pytestmark = pytest.mark.django_db
#: The partner of a product is certain, and all are as popular.
PAIRS = [f"p{n} q{n}" for n in range(20)] * 20

#: Learns from all days of `loyal_buyers` but the last.
NEXT_BASKET = ("--protocol", "next-basket", "--split", "time:0.95")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("evaluate_recommendations", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def figures(tmp_path):
    """Runs the command and returns what it wrote."""

    def written(*arguments: str) -> dict:
        target = tmp_path / "figures.json"
        run(*arguments, "--json", str(target))
        return json.loads(target.read_text())

    return written


def loyal_buyers(store, buyers: int = 40) -> None:
    """Each buys "own thing" again and again, and at the end also a new one."""
    for day in range(10):
        for buyer in range(buyers):
            things = [f"own{buyer % 4}", "milk", *([f"new{buyer % 4}"] if day == 9 else [])]
            moment = DAY_0.replace(day=1 + day)
            store.lines += [
                OrderLineFact(f"{day}/{buyer}", thing, f"buyer {buyer}", moment) for thing in things
            ]
    store.lines += [OrderLineFact(f"early {n}", f"new{n}", None, DAY_0) for n in range(4)]


class TestFigures:
    def test_models_beside_the_baseline_with_intervals(self, store, figures):
        add_orders(store, *PAIRS)
        answer = figures("--models", "item_knn,ease")
        assert list(answer["models"]) == ["popularity", "item_knn", "ease"]
        knn = answer["models"]["item_knn"]
        assert knn["figures"]["all"]["ndcg@10"] == {"mean": 1, "low": 1, "high": 1}
        assert set(knn["figures"]["all"]) == {
            f"{name}@{n}" for name in ("ndcg", "hit_rate", "recall", "mrr") for n in (1, 5, 10, 20)
        }
        gain = knn["difference"]["all"]["ndcg@10"]
        assert 0.7 < gain["low"] < gain["mean"] < gain["high"] < 1
        nothing = {"mean": 0, "low": 0, "high": 0}
        assert answer["models"]["popularity"]["difference"]["all"]["ndcg@10"] == nothing
        assert set(knn["seconds"]) == {"tune", "fit", "lists", "ask"}

    def test_the_file_says_how_it_was_measured(self, store, figures):
        add_orders(store, *PAIRS)
        params = '{"ease": {"regularization": 5.0}}'
        answer = figures("--models", "ease", "--params", params, "--cases", "30")
        config = answer["config"]
        assert config["protocol"] == "basket-completion"
        assert config["split"] == "time:0.9"
        assert (config["cases"], config["parts"]) == (30, {"all": 30})
        assert (config["train"], config["test"]) == ({"orders": 360, "items": 40}, {"orders": 40})
        assert config["publication"]["min_orders"] == 1
        assert (config["scope"], config["baseline"]) == ("default", "popularity")
        assert answer["models"]["ease"]["params"]["regularization"] == 5

    def test_any_model_may_be_the_baseline(self, store, figures):
        add_orders(store, *PAIRS)
        answer = figures("--models", "popularity", "--baseline", "item_knn")
        assert answer["models"]["popularity"]["difference"]["all"]["ndcg@10"]["high"] < 0

    def test_the_whole_catalogue_of_the_training_is_ranked_and_counted(self, store, figures):
        add_orders(store, *PAIRS)
        knn = figures("--models", "item_knn")["models"]["item_knn"]
        # the partner of what was shown, then popular products: at most 40 cases · 10 of 40 items
        assert 0.25 < knn["coverage"] <= 1
        assert 0 <= knn["gini"] < 0.75
        # every product is in 18 of 360 orders
        assert knn["novelty"] == pytest.approx(4.32193)  # log2(20)

    def test_next_baskets_tell_repeated_from_new_purchases(self, store, figures):
        loyal_buyers(store)
        answer = figures(*NEXT_BASKET, "--models", "item_knn")
        # of own, milk and new the buyer had the first two
        assert answer["config"]["parts"] == {"all": 40, "repeat": 40, "explore": 40}
        found = answer["models"]["popularity"]["figures"]
        # milk, then four own things alike at rank 3.5, then four new ones at 7.5
        assert found["repeat"]["recall@1"]["mean"] == pytest.approx(1 / 2)
        assert found["repeat"]["recall@5"]["mean"] == pytest.approx(1)
        assert found["explore"]["recall@5"]["mean"] == pytest.approx(0)
        assert found["all"]["recall@10"]["mean"] == pytest.approx(1)

    def test_leave_one_out_asks_for_what_the_buyer_never_had(self, store, figures):
        loyal_buyers(store)
        answer = figures("--protocol", "leave-one-out", "--models", "item_knn")
        # own and milk are left out: three other own things come before the four new ones, whose
        # mean rank is 5.5
        found = answer["models"]["popularity"]["figures"]["all"]
        assert found["mrr@10"]["mean"] == pytest.approx(1 / 5.5)
        assert answer["config"]["cases"] == 40

    def test_without_times_the_split_is_random_and_says_so(self, store, figures):
        add_orders(store, *PAIRS)
        store.lines = [line._replace(ordered_at=None) for line in store.lines]
        config = figures("--models", "item_knn")["config"]
        assert config["split"] == "random:0.9"
        assert "no times" in config["note"]

    def test_a_random_split_that_was_asked_for_needs_no_note(self, store, figures):
        add_orders(store, *PAIRS)
        config = figures("--models", "item_knn", "--split", "random:0.8")["config"]
        assert config["split"] == "random:0.8"
        assert "note" not in config


class TestTerminal:
    def test_tables_for_people(self, store):
        add_orders(store, *PAIRS)
        shown = run("--models", "item_knn")
        assert "basket-completion: 40 cases, split time:0.9" in shown
        assert "1.0000 (1.0000 to 1.0000)" in shown
        assert "Coverage" in shown

    def test_the_table_looks_at_as_many_as_asked(self, store):
        add_orders(store, *PAIRS)
        shown = run("--models", "item_knn", "--top", "1")
        assert "HitRate@1 " in shown
        assert "@10" not in shown.partition("Coverage")[0]
        with pytest.raises(CommandError, match=r"invalid choice: 3 \(choose from 1, 5, 10, 20\)"):
            run("--top", "3")

    def test_without_models_it_takes_the_one_in_settings(self, store, settings):
        configure(settings, MODEL="item_knn")
        add_orders(store, *PAIRS)
        assert "item_knn" in run()

    def test_repeated_and_new_purchases_have_tables_of_their_own(self, store):
        loyal_buyers(store)
        shown = run(*NEXT_BASKET, "--models", "item_knn")
        assert "next-basket, repeat purchases only: 40 cases" in shown
        assert "next-basket, explore purchases only: 40 cases" in shown


class TestMistakes:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--protocol", "x"], "legal are basket-completion, leave-one-out, next-basket"),
            (["--models", "magic"], "no model 'magic'; legal: .*item_knn"),
            (["--baseline", "magic"], "no model 'magic'; legal: .*item_knn"),
            (["--split", "time"], "split 'time': legal are time:SHARE and random:SHARE"),
            (["--split", "user:0.9"], "legal are time:SHARE"),
            (["--split", "time:1"], "between 0 and 1"),
            (["--split", "time:nan"], "between 0 and 1"),
            (["--cases", "0"], "cases 0: must be 1 or more"),
            (["--scope", "mars"], "legal are default"),
            (["--params", "{"], "not JSON"),
            (["--params", "[1]"], "an object of objects"),
            (["--params", '{"ease": 1}'], "an object of objects"),
            (
                ["--models", "item_knn", "--params", '{"ease": {}}'],
                "'ease', which is not compared; legal: popularity, i",
            ),
            (
                ["--models", "item_knn", "--params", '{"item_knn": {"x": 1}}'],
                "no parameter 'x'; legal: basket_size",
            ),
            (["--json", "nowhere/at/all.json"], "there is no folder nowhere/at"),
        ],
    )
    def test_they_are_named_with_what_is_legal(self, store, arguments, message):
        add_orders(store, *PAIRS)
        with pytest.raises(CommandError, match=message):
            run(*arguments)

    def test_a_store_without_orders(self, store):
        with pytest.raises(CommandError, match="no orders to learn from"):
            run()

    def test_a_store_with_nothing_to_ask(self, store):
        add_orders(store, "tea", "cup")
        with pytest.raises(CommandError, match="Nothing to ask with next-basket: 1 orders"):
            run("--protocol", "next-basket")

    def test_a_file_that_can_not_be_written(self, store, tmp_path):
        add_orders(store, *PAIRS)
        with pytest.raises(CommandError, match="Is a directory"):
            run("--json", str(tmp_path))
