"""Figures of a version on its page in admin."""

import pytest
from django.urls import reverse

from recommendations.models import ModelVersion
from recommendations.services.figures import Cell, evaluation
from recommendations.services.training import train
from tests.accounts import staff
from tests.recommendations.conftest import add_orders

METRICS = {
    "protocol": "basket-completion",
    "split": "time:0.9",
    "cases": 5000,
    "model": {
        "ndcg@10": 0.2,
        "hit_rate@10": 0.4,
        "mrr@10": 0.1,
        "intervals": {"ndcg@10": [0.15, 0.25], "hit_rate@10": [0.3, 0.5], "mrr@10": [0.05, 0.15]},
    },
    "popularity": {"ndcg@10": 0.05, "hit_rate@10": 0.1, "mrr@10": 0.02},
    "live_version": "v6",
    "live": {
        "ndcg@10": 0.125,
        "hit_rate@10": 0.2,
        "mrr@10": 0.1,
        "intervals": {"ndcg@10": [0.1, 0.15], "hit_rate@10": [0.1, 0.3], "mrr@10": [0.05, 0.15]},
    },
    "gains": {"popularity": [0.1, 0.15, 0.2], "live": [0.05, 0.075, 0.1]},
    "verdict": [["Accepted.", {}], ["It beats popularity:", {}]],
}


class TestEvaluation:
    def test_a_row_a_model_with_what_the_new_one_gains(self):
        shown = evaluation(METRICS)
        assert shown.columns == ("ndcg@10", "hit_rate@10", "mrr@10")
        assert [(row.name, row.cells[0], row.gain) for row in shown.rows] == [
            ("This version", Cell(0.2, 0.15, 0.25), None),
            ("Popularity", Cell(0.05), Cell(0.15, 0.1, 0.2)),
            ("v6, live at the time", Cell(0.125, 0.1, 0.15), Cell(0.075, 0.05, 0.1)),
        ]
        assert shown.conditions == "basket-completion, 5,000 orders of the hold-out, split time:0.9"

    def test_bars_are_to_the_scale_of_the_highest_end(self):
        # .25 is 400 wide, and the bars begin at 170
        assert [
            (bar.top, bar.width, bar.low, bar.high) for bar in evaluation(METRICS).bars
        ] == [
            (0, 320, 410, 570),
            (36, 80, None, None),
            (72, 200, 330, 410),
        ]  # fmt: skip
        assert evaluation(METRICS).height == 3 * 36

    def test_a_version_that_could_not_be_measured_has_words_only(self):
        note = [["fewer than %(least)s", {"least": 30}]]
        shown = evaluation({"cases": 2, "split": "time:0.9", "note": note})
        assert (shown.note, shown.rows, shown.bars) == ("fewer than 30", [], [])

    def test_figures_of_zero_have_bars_of_no_width(self):
        (bar,) = evaluation({"popularity": {"ndcg@10": 0.0}}).bars
        assert bar.width == 0

    def test_a_run_that_failed_before_has_none(self):
        assert evaluation({}) is None


@pytest.mark.django_db
class TestPage:
    def page(self, client, metrics) -> str:
        version = ModelVersion.objects.create(
            surface="frequently_bought_with", scope="default", run="r", model="m", metrics=metrics
        )
        answer = client.get(reverse("admin:recommendations_modelversion_change", args=[version.pk]))
        assert answer.status_code == 200
        return answer.content.decode()

    def test_it_shows_verdict_table_and_chart(self, admin_client):
        page = self.page(admin_client, METRICS)
        assert "Accepted. It beats popularity:" in page
        assert "<td>0.2000 <small>(0.1500 … 0.2500)</small>" in page
        assert page.count("<rect ") == 3
        assert 'd="M410 18H570M410 13v10M570 13v10"' in page
        assert "v6, live at the time" in page

    def test_those_who_may_only_look_see_it(self, client):
        client.force_login(staff("recommendations.view_modelversion"))
        assert "Accepted. It beats popularity:" in self.page(client, METRICS)

    def test_a_version_without_figures_has_a_page(self, admin_client):
        assert "held-out orders" not in self.page(admin_client, {})

    def test_text_of_a_version_is_escaped(self, admin_client):
        page = self.page(admin_client, {"verdict": [["<script>alert(1)</script>", {}]]})
        assert "<script>alert(1)" not in page

    def test_what_a_real_run_stores_can_be_shown(self, admin_client, store):
        add_orders(store, *[f"p{n} q{n}" for n in range(20)] * 20)
        page = self.page(admin_client, train().metrics)
        assert "It beats popularity" in page
        assert page.count("<rect ") == 2
