"""Pages of reports: who may see them, what they say, and plots that plotly understands."""

import re
from dataclasses import replace
from importlib.util import find_spec

import pytest
from django.urls import reverse

from analytics.dashboards import pages
from analytics.dashboards.charts import label
from analytics.dashboards.figures import figures
from analytics.dashboards.pages import ROWS_SHOWN, text
from analytics.models import RollUp
from analytics.services.reports.base import Unit
from analytics.services.reports.experiments import compare
from analytics.services.reports.subjects import SUBJECTS
from analytics.services.rollup import roll_up
from tests.accounts import staff
from tests.analytics.behaviour import AB, MAY, busy_shop, event, happened

pytestmark = pytest.mark.django_db
PERIOD = "?start=2026-05-01&end=2026-05-31"
INDEX = "/admin/boughtwith_analytics/report/"


def at(subject, query=PERIOD):
    return f"{INDEX}{subject}/{query}"


@pytest.fixture
def analyst(client):
    client.force_login(staff("boughtwith_analytics.view_report"))
    return client


@pytest.fixture
def busy(settings):
    busy_shop(settings)


def html(response):
    assert response.status_code == 200
    return response.content.decode()


class TestAccess:
    @pytest.mark.parametrize("path", ["", "traffic/", "traffic/days.csv", "plotly.min.js"])
    def test_others_are_sent_to_the_login(self, client, path):
        assert client.get(INDEX + path).status_code == 302

    @pytest.mark.parametrize("path", ["", "traffic/", "traffic/days.csv", "plotly.min.js"])
    def test_staff_need_the_permission(self, client, path):
        client.force_login(staff("boughtwith_analytics.view_event"))
        assert client.get(INDEX + path).status_code == 403

    def test_the_admin_leads_there(self, analyst):
        assert f'href="{INDEX}"' in html(analyst.get(reverse("admin:index")))

    @pytest.mark.parametrize("path", ["nonsense/", "nonsense/days.csv", "traffic/nonsense.csv"])
    def test_what_is_not_there(self, analyst, path):
        assert analyst.get(INDEX + path).status_code == 404

    def test_nothing_can_be_added_or_changed(self, analyst):
        assert analyst.get(f"{INDEX}add/").status_code == 404


class TestPages:
    def test_the_index_leads_to_every_subject(self, analyst):
        page = html(analyst.get(INDEX))
        assert all(at(subject, "") in page for subject in SUBJECTS)
        assert "Nothing has been counted yet" in page

    @pytest.mark.parametrize("subject", SUBJECTS)
    def test_an_empty_page_says_what_is_missing(self, analyst, subject):
        page = html(analyst.get(at(subject, "")))
        assert "What is missing" in page
        assert "<table id=" not in page

    @pytest.mark.parametrize("subject", SUBJECTS)
    def test_a_page_has_a_table_for_each_plot(self, analyst, busy, subject):
        page = html(analyst.get(at(subject)))
        tables = set(re.findall(r'<table id="(\w+-table)"', page))
        described = re.findall(r'aria-describedby="(\w+-table)"', page)
        assert tables >= set(described)
        assert described

    def test_the_figures_are_in_the_table(self, analyst, busy):
        page = html(analyst.get(at("funnel")))
        assert "Saw a product" in page
        assert '<td class="number">50.0%</td>' in page

    def test_what_is_simulated_is_marked(self, analyst):
        happened(event("PAGE_VIEW", path="/", simulated=True), event("PAGE_VIEW", 0, "w", path="/"))
        roll_up()
        page = html(analyst.get(at("traffic")))
        assert "50.0% of what is counted here follows from simulated events" in page
        assert page.count('class="report-mark"') == page.count("<table id=") + page.count(
            "<figcaption"
        )

    def test_and_real_figures_are_not(self, analyst, busy):
        assert "imulated" not in html(analyst.get(at("traffic")))

    def test_filters_that_cannot_be(self, analyst, busy):
        page = html(analyst.get(at("traffic", "?start=2026-05-02&end=2026-05-01")))
        assert "The end, 2026-05-01, is before the start, 2026-05-02." in page
        assert "<table id=" not in page
        assert analyst.get(f"{INDEX}traffic/days.csv?start=x").status_code == 400

    def test_filters_reach_the_report_and_its_files(self, analyst, busy):
        page = html(analyst.get(at("traffic", f"{PERIOD}&source=email")))
        assert "traffic/days.csv?start=2026-05-01&amp;end=2026-05-31&amp;source=email" in page
        assert "tuesday" not in page
        response = analyst.get(f"{INDEX}traffic/channels.csv{PERIOD}&source=email")
        assert b"".join(response).decode().splitlines()[1].startswith("email,1,")

    def test_a_scope_can_be_chosen_where_there_are_two(self, analyst, busy):
        assert 'name="scope"' not in html(analyst.get(at("traffic")))
        happened(event("PAGE_VIEW", scope="north"))
        RollUp.objects.update(until=None)
        roll_up()
        assert 'name="scope"' in html(analyst.get(at("traffic")))
        page = html(analyst.get(at("traffic", f"{PERIOD}&scope=north")))
        assert '<option value="north" selected>' in page

    def test_long_tables_are_cut_and_whole_in_their_file(self, analyst):
        happened(*(event("PRODUCT_VIEW", n / 99, product_key=f"p{n:03}") for n in range(60)))
        roll_up()
        page = html(analyst.get(at("products")))
        assert f"{ROWS_SHOWN} rows of 60" in page
        response = analyst.get(f"{INDEX}products/products.csv{PERIOD}")
        assert len(b"".join(response).splitlines()) == 61
        assert "products-products-2026-05-01-2026-05-31.csv" in response["Content-Disposition"]

    def test_what_visitors_type_is_text(self, analyst):
        happened(event("SEARCH", query="</script><img src=x onerror=alert(1)>", results=1))
        roll_up()
        page = html(analyst.get(at("searches")))
        assert "<img" not in page
        assert "&lt;img src=x" in page


class TestScript:
    def test_it_is_plotlys_own_and_may_be_kept(self, analyst):
        pytest.importorskip("plotly")
        response = analyst.get(f"{INDEX}plotly.min.js")
        assert "immutable" in response["Cache-Control"]
        assert next(iter(response.streaming_content)).startswith(b"/**\n* plotly.js")

    def test_without_plotly_the_tables_are_there(self, analyst, busy, monkeypatch):
        monkeypatch.setattr(pages, "find_spec", lambda name: None)
        page = html(analyst.get(at("traffic")))
        assert "<table id=" in page
        assert "<figure" not in page
        assert "django-boughtwith[dashboards]" in page
        assert analyst.get(f"{INDEX}plotly.min.js").status_code == 404


class TestFigures:
    @pytest.mark.skipif(find_spec("plotly") is None, reason="needs the extra dashboards")
    @pytest.mark.parametrize("subject", SUBJECTS)
    def test_plotly_knows_every_trace_and_option(self, busy, subject):
        from plotly.graph_objects import Figure

        drawn = figures(SUBJECTS[subject].report(MAY))
        assert drawn
        for one in drawn:
            Figure(data=one.data, layout=one.layout)

    def test_versions_are_compared_with_their_intervals(self):
        """Half of those who saw version 1 bought, and three of four who saw version 2: +50%."""
        where = {"surface": "cart", "product_key": "cup"}
        for version, visitors in (("1", 6), ("2", 4)):
            for number in range(visitors):
                who = f"{version}{number}"
                happened(event("IMPRESSION", 0, who, version=version, **where))
                if number < 3:
                    happened(event("CLICK", 1, who, version=version, **where),
                             event("PURCHASE", 2, who, product_key="cup"))  # fmt: skip
        found = SUBJECTS["attribution"].report(MAY)
        (row,) = found.arms
        drawn = figures(found)[-1]
        (points,) = drawn.data
        error = points["error_x"]
        assert (drawn.table, points["text"]) == ("arms", ["cart, version 2"])
        assert points["x"] == pytest.approx([0.5])
        assert error["array"] == [pytest.approx(row.high - 0.5)]
        assert error["arrayminus"] == [pytest.approx(0.5 - row.low)]

    def test_experiments_of_one_name_lie_apart_and_show_their_arms(self):
        named = replace(AB, name="x" * 60)
        for visitor, arm in (("a", "1/a"), ("b", "1/b")):
            happened(event("IMPRESSION", 0, visitor, arm=arm), event("PURCHASE", 1, visitor))
        drawn = figures(compare([named, named], MAY))[0]
        (points,) = drawn.data
        assert points["y"] == drawn.layout["yaxis"]["tickvals"] == [0, 1]
        name = "b: " + "x" * 44 + "…"
        assert points["text"] == drawn.layout["yaxis"]["ticktext"] == [name, name]

    def test_a_plot_takes_no_tags(self):
        assert label("<a href='x'>tea</a>") == "&lt;a href='x'&gt;tea&lt;/a&gt;"
        assert label("x" * 60) == "x" * 47 + "…"


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (None, Unit.COUNT, "–"),
        (1234, Unit.COUNT, "1,234"),
        (0.1234, Unit.SHARE, "12.3%"),
        (12.345, Unit.NUMBER, "12.35"),
        (8, Unit.MONEY, "8.00 EUR"),
        (45, Unit.SECONDS, "45 s"),
        (200, Unit.SECONDS, "3 min 20 s"),
        (3700, Unit.SECONDS, "1 h 1 min"),
        (90_000, Unit.SECONDS, "1 d 1 h"),
    ],
)
def test_values_as_people_read_them(value, unit, shown):
    assert text(value, unit, "EUR") == shown
