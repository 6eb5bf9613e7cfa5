"""Pages, figures and messages in the language of the reader; files and GraphQL in none."""

import json
import re
from uuid import UUID

import pytest
import strawberry
from django.test import RequestFactory
from django.urls import reverse
from django.utils.translation import override

from analytics.dashboards.figures import figures
from analytics.graphql.reports import PERMISSION, ReportQuery
from analytics.models import Device, Source, Visitor
from analytics.services.reports.base import Filters, named, tables
from analytics.services.reports.experiments import compare
from analytics.services.reports.paths import place_names
from analytics.services.reports.rfm import SEGMENTS
from analytics.services.reports.searches import query_name
from analytics.services.reports.subjects import SUBJECTS
from analytics.services.rollup import roll_up
from analytics.stats import daily, paths, rfm
from tests import translations
from tests.accounts import staff
from tests.analytics.behaviour import AB, MAY, busy_shop, event, happened
from tests.analytics.events import add_event

pytestmark = pytest.mark.django_db
INDEX = "/admin/boughtwith_analytics/report/"
PERIOD = "?start=2026-05-01&end=2026-05-31"
CHINESE = {"accept-language": "zh-hans"}
#: What stays as it is in Chinese: keys, what visitors typed, and names of code.
DATA = {
    "cup", "pot", "tea", "samovar", "products", "cart", "EUR", "default", "BG", "NBD",
    "manage", "py", "roll", "up", "Celery", "beat", "trackEvents", "path", "query", "results",
    "rating", "key", "order", "product", "ANALYTICS", "HOST", "EXPERIMENT", "READER", "dashboards",
    *(word for kind in (
        "PAGE_VIEW", "PRODUCT_VIEW", "CART_ADD", "PURCHASE", "SEARCH", "REVIEW", "IMPRESSION",
        "CLICK", "SUPPORT_OPENED", "SUPPORT_CLOSED",
    ) for word in kind.split("_")),
    *(f"o{n}" for n in range(40)), *(f"r{n}" for n in range(30)),
}  # fmt: skip


@pytest.fixture
def analyst(client, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]
    client.force_login(
        staff(*(f"boughtwith_analytics.view_{name}" for name in ("report", "event", "visitor")))
    )
    with override("en"):  # and back to it, whatever the last request was in
        yield client


def read(client, path, headers=CHINESE):
    response = client.get(path, headers=headers)
    return response.content.decode()


def english(page):
    return translations.english(translations.content(page)) - DATA


def test_models_and_fields_have_names_in_chinese():
    assert translations.english_in_models("boughtwith_analytics", "zh-hans") == {}


def test_the_index_is_in_chinese(analyst):
    page = read(analyst, INDEX)
    assert "转化漏斗" in page
    assert english(page) == set()
    assert "行为分析" in read(analyst, reverse("admin:index"))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_an_empty_page_is_in_chinese(analyst, subject):
    page = read(analyst, f"{INDEX}{subject}/")
    assert "缺少的数据" in page
    assert english(page) == set()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_page_with_figures_is_in_chinese(analyst, subject, settings):
    busy_shop(settings)
    page = read(analyst, f"{INDEX}{subject}/{PERIOD}")
    assert "<table id=" in page
    assert english(page) == set()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_plots_are_in_chinese(subject, settings):
    busy_shop(settings)
    with override("zh-hans"):
        drawn = figures(SUBJECTS[subject].report(MAY))
    assert drawn
    for one in drawn:
        shown = [one.title, *_read_of(one.data), *_read_of(one.layout)]
        assert translations.english(" ".join(shown)) - DATA == set()


def _read_of(spec):
    """The texts of a plot: titles, names of traces, categories and labels."""
    if isinstance(spec, list):
        return [text for one in spec for text in _read_of(one)]
    if not isinstance(spec, dict):
        return []
    told = [spec[key] for key in ("name", "text") if isinstance(spec.get(key), str)]
    for key in ("x", "y", "label", "text"):
        if isinstance(spec.get(key), list):
            told += [value for value in spec[key] if isinstance(value, str)]
    return told + [text for value in spec.values() for text in _read_of(value)]


def test_what_is_simulated_and_cut_is_said_in_chinese(analyst):
    happened(*(
        event("PRODUCT_VIEW", n / 99, product_key=f"{n:03}", simulated=True) for n in range(60)
    ))  # fmt: skip
    roll_up()
    page = read(analyst, f"{INDEX}products/{PERIOD}")
    assert "100.0% 来自模拟事件" in page
    assert "共 60 行，显示 50 行" in page
    assert english(page) == set()


def test_filters_that_cannot_be_are_refused_in_chinese(analyst):
    page = read(analyst, f"{INDEX}traffic/?start=2026-05-02&end=2026-05-01")
    assert "结束日期 2026-05-01 早于起始日期 2026-05-02。" in page
    assert read(analyst, f"{INDEX}traffic/days.csv?start=x") == "筛选条件无效。"


def test_events_and_visitors_are_looked_up_in_chinese(analyst):
    row = add_event(key=UUID(int=0), visitor="0" * 32, path="/", source="email", device="mobile")
    Visitor.objects.create(pseudonym="0" * 32)
    changelist = read(analyst, reverse("admin:boughtwith_analytics_event_changelist"))
    assert "发生时间" in changelist
    page = read(analyst, reverse("admin:boughtwith_analytics_event_change", args=[row.pk]))
    assert english(page) - {"False", "db", "be"} == set()
    assert "电子邮件" in page
    assert "访客" in read(analyst, reverse("admin:boughtwith_analytics_visitor_changelist"))


def test_one_reader_after_another_has_each_his_own(analyst, settings):
    """Nothing that was made for one language is kept for the next reader."""
    busy_shop(settings)
    page = f"{INDEX}funnel/{PERIOD}"
    english_first = read(analyst, page, {"accept-language": "en"})
    assert "浏览商品" in read(analyst, page)
    assert "Accept-Language" in analyst.get(page, headers=CHINESE)["Vary"]
    assert _stable(read(analyst, page, {"accept-language": "en"})) == _stable(english_first)


def _stable(page):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_files_are_the_same_in_every_language(analyst, subject, settings):
    """A sheet that reads them goes on to find its columns and its values."""
    busy_shop(settings)
    for table in tables(SUBJECTS[subject].report(MAY)):
        path = f"{INDEX}{subject}/{table.name}.csv{PERIOD}"
        files = [
            b"".join(analyst.get(path, headers={"accept-language": language}))
            for language in ("en", "zh-hans")
        ]
        assert files[0] == files[1]


def test_graphql_has_values_of_its_own_and_prose_of_the_reader(settings):
    busy_shop(settings)
    schema = strawberry.Schema(query=ReportQuery)
    request = RequestFactory().post("/graphql/")
    request.user = staff(PERMISSION)
    query = """{ analytics {
        funnel(filters: {start: "2026-05-01", end: "2026-05-31"}) {
            steps { step } channels { name } notes
        }
        reviews(filters: {start: "2020-05-01", end: "2020-05-02"}) { missing }
    } }"""
    with override("zh-hans"):
        answer = schema.execute_sync(query, context_value={"request": request})
        assert "Visits" in schema.as_str()
        assert "访问" not in schema.as_str()
    assert answer.errors is None
    funnel = answer.data["analytics"]["funnel"]
    assert funnel["steps"][0] == {"step": "Saw a product"}
    assert funnel["channels"][0]["name"] in {*Source.values, "unknown"}
    assert funnel["notes"] == ["每次访问计入其到达的最远步骤及之前的所有步骤。"]
    assert answer.data["analytics"]["reviews"]["missing"][0].startswith("统计期内没有评分")


def test_an_experiment_is_reported_in_chinese():
    happened(event("IMPRESSION", 0, "a", arm="1/a"), event("IMPRESSION", 0, "b", arm="1/b"))
    with override("zh-hans"):
        found = compare([AB], MAY)
        arms = tables(found)[-1]
        verdict = arms.columns[-1]
        assert verdict.label == "结论"
        assert [verdict.shown(row[-1]) for row in arms.cells] == [
            "对照组。",
            "暂无结论：数据尚不足以判断。",
        ]
        labels = " ".join(column.label for column in arms.columns)
        assert translations.english(f"{labels} {found.notes}") == set()
    assert [row[-1] for row in arms.cells] == ["control", "not yet"]


def test_every_name_that_statistics_give_can_be_read_in_chinese():
    assert list(SEGMENTS) == [name for name, *_ in rfm.SEGMENTS]
    places = [*daily.ACTIONS.values(), daily.PRODUCT, daily.OTHER, paths.ENTRY, paths.EXIT]
    with override("zh-hans"):
        assert translations.english(place_names(daily.BETWEEN.join(places))) == set()
        assert translations.english(" ".join(map(str, (*Source.labels, *Device.labels)))) == set()


def test_what_has_no_name_is_read_as_it_is():
    assert named({"a": "A"})("b") == "b"
    assert place_names("/(search)/") == "/(search)/"
    with override("zh-hans"):
        assert (query_name(daily.OTHER), query_name("(cart)")) == ("（其他）", "(cart)")


def test_plots_can_be_written_as_json(settings):
    """A text that is still waiting for its language could not."""
    busy_shop(settings)
    for subject in SUBJECTS.values():
        for one in figures(subject.report(MAY)):
            json.dumps([one.title, one.data, one.layout])


def test_a_period_that_is_none_is_refused_in_chinese():
    with override("zh-hans"), pytest.raises(ValueError, match="统计期最多 1100 天"):
        Filters(start=MAY.start.replace(year=2000), end=MAY.end)
