"""The commands as an operator types them."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from recommendations.services.leases import training_lease
from recommendations.services.publishing import live_version
from tests.recommendations.conftest import add_orders

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def trained(store):
    add_orders(store, "tea cup", "tea cup", "tea jam", "milk")
    store.variants = {"CUP-RED": "cup"}
    run("train_recommendations")
    return store


class TestTrain:
    def test_it_says_what_came_of_it(self, store):
        add_orders(store, "tea cup", "tea cup")
        said = run("train_recommendations")
        assert "hybrid from 2 orders of 2 products, 3 lists." in said
        assert "Quality not measured: fewer than 30 baskets to ask about." in said
        assert "Published." in said

    def test_quality_is_shown_beside_popularity(self, store):
        add_orders(store, *[f"p{n} q{n}" for n in range(20)] * 20)
        assert "nDCG@10 1.0000 against 0." in run("train_recommendations")

    def test_a_rejected_version_is_not_called_published(self, store):
        add_orders(store, *["tea cup"] * 400)
        assert "Not published" in run("train_recommendations")
        assert "Published." in run("train_recommendations", "--force")

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--surface", "shelf"], "legal are frequently_bought_with"),
            (["--scope", "mars"], "legal are default"),
        ],
    )
    def test_unknown_names_are_refused(self, store, arguments, message):
        with pytest.raises(CommandError, match=message):
            run("train_recommendations", *arguments)

    def test_an_empty_store_is_an_error_not_a_version(self, store):
        with pytest.raises(CommandError, match="no orders to learn from"):
            run("train_recommendations")

    def test_a_second_run_at_once_is_refused(self, store):
        with (
            training_lease("frequently_bought_with", "default", "other"),
            pytest.raises(CommandError, match="Another run"),
        ):
            run("train_recommendations")


class TestSuggest:
    def test_a_table_for_people(self, trained):
        shown = run("suggest", "tea", "--first", "2")
        assert "BOUGHT_TOGETHER" in shown
        assert "cup" in shown

    def test_json_for_programs(self, trained):
        answer = json.loads(run("suggest", "tea", "--first", "1", "--json"))
        (suggestion,) = answer["suggestions"]
        assert answer["basket"] == ["tea"]
        assert suggestion.pop("score") > 0
        assert suggestion == {
            "key": "cup",
            "title": "CUP",
            "source": "BOUGHT_TOGETHER",
            "reason": "In 2 of 3 orders with TEA",
            "becauseOf": ["tea"],
            "pairOrders": 2,
            "support": pytest.approx(2 / 4),
            "confidence": pytest.approx(2 / 3),
            "lift": pytest.approx((2 / 3) / (2 / 4)),
        }

    def test_a_variant_stands_for_its_product(self, trained):
        answer = json.loads(run("suggest", "CUP-RED", "tea", "--json"))
        assert answer["basket"] == ["cup", "tea"]
        assert "cup" not in [one["key"] for one in answer["suggestions"]]

    def test_a_cart_stands_for_what_is_in_it(self, trained, store):
        store.carts["7"] = ["tea", "milk"]
        answer = json.loads(run("suggest", "cart:7", "CUP-RED", "tea", "--json"))
        assert answer["basket"] == ["tea", "milk", "cup"]

    @pytest.mark.parametrize("empty", ["cart:8", "cart:9", "cart:"])
    def test_a_cart_that_is_not_there_or_empty_is_refused(self, trained, store, empty):
        store.carts["8"] = []
        with pytest.raises(CommandError, match="no cart"):
            run("suggest", empty)

    def test_a_named_product_is_explained_wherever_it_stands(self, trained):
        answer = json.loads(run("suggest", "tea", "--first", "1", "--json", "--why", "milk"))
        assert [(one["key"], one["outcome"]) for one in answer["candidates"]] == [
            ("cup", "shown"),
            ("jam", "ranked lower"),
            ("milk", "no list of these products holds it"),
        ]
        assert "│ – │ milk" in run("suggest", "tea", "--first", "1", "--why", "milk")

    def test_explaining_shows_what_became_of_each_candidate(self, trained):
        trained.unavailable = {"cup"}
        answer = json.loads(run("suggest", "tea", "--first", "1", "--json", "--explain"))
        outcomes = [(one["key"], one["outcome"]) for one in answer["candidates"]]
        assert outcomes == [("cup", "not for sale"), ("jam", "shown")]
        assert list(answer["candidates"][0]["shares"]) == ["tea"]
        assert "not for sale" in run("suggest", "tea", "--explain")

    def test_what_is_outweighed_is_explained_too(self, trained):
        version = live_version("frequently_bought_with", "default")
        lists = {
            "tea": [["cup"], [0.1], [5]],
            "jam": [["cup"], [-0.2], [0]],
            "": [["milk"], [1], [0]],
        }
        for seed, entries in lists.items():
            version.ranked_lists.filter(seed_key=seed).update(entries=entries)
        assert "tea 100%" in run("suggest", "tea", "jam", "--first", "1", "--why", "cup")

    def test_another_surface_can_be_asked(self, trained):
        call_command("train_recommendations", "--surface", "similar_products", stdout=StringIO())
        similar = run("suggest", "tea", "--surface", "similar_products", "--json", "--explain")
        assert json.loads(similar) != json.loads(run("suggest", "tea", "--json", "--explain"))

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ([], "Give either product keys or --baskets"),
            (["nonsense"], "no product or SKU 'nonsense'"),
            (["tea", "--first", "101"], "'first' must be from 0 to 100"),
            (["tea", "--scope", "mars"], "scope 'mars': legal are default"),
            (["--baskets", "x"], "go together"),
            (["tea", "--out", "x"], "go together"),
            (["tea", "--baskets", "x", "--out", "y"], "Give either"),
        ],
    )
    def test_mistakes_are_named(self, trained, arguments, message):
        with pytest.raises(CommandError, match=message):
            run("suggest", *arguments)

    def test_before_the_first_version_it_says_so(self, store):
        add_orders(store, "tea cup")
        assert "No version is live yet" in run("suggest", "tea")


class TestMailing:
    def test_one_answer_a_line_in_order(self, trained, tmp_path):
        baskets = [["tea"], ["cup", "long gone"], []] * 100  # more than one batch
        source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        source.write_text("\n".join(map(json.dumps, baskets)) + "\n")
        said = run("suggest", "--baskets", str(source), "--out", str(target), "--first", "1")
        answers = [json.loads(line) for line in target.read_text().splitlines()]
        assert [answer["basket"] for answer in answers] == baskets
        assert [a["suggestions"][0]["key"] for a in answers[:2]] == ["cup", "tea"]
        assert answers[2]["suggestions"][0]["source"] == "POPULAR"
        assert "300 baskets" in said

    @pytest.mark.parametrize(
        ("line", "message"),
        [("{", "line 2: not JSON"), ('{"a": 1}', "line 2: not a JSON array"), ("[1]", "line 2")],
    )
    def test_a_bad_line_is_named_and_the_old_file_stays(self, trained, tmp_path, line, message):
        source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        source.write_text(f'["tea"]\n{line}\n')
        target.write_text("old")
        with pytest.raises(CommandError, match=message):
            run("suggest", "--baskets", str(source), "--out", str(target))
        assert target.read_text() == "old"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]

    def test_a_missing_file_is_named(self, trained, tmp_path):
        with pytest.raises(CommandError, match="No such file"):
            run("suggest", "--baskets", str(tmp_path / "none"), "--out", str(tmp_path / "out"))
