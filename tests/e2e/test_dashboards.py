"""The pages of reports in a real browser: drawn, readable without scripts, in light and dark."""

import pytest

from analytics.services.reports.subjects import SUBJECTS
from tests.accounts import PASSWORD, staff
from tests.analytics.behaviour import busy_shop

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe")
pytest.importorskip("plotly", reason="needs the extra dashboards")

pytestmark = pytest.mark.django_db(transaction=True)
INDEX = "/admin/boughtwith_analytics/report/"
PERIOD = "?start=2026-05-01&end=2026-05-31"


@pytest.fixture
def opened(chromium, live_server, settings):
    """Opens pages of an analyst's browser, and remembers what the browser complained about."""
    busy_shop(settings)
    analyst = staff("boughtwith_analytics.view_report")
    contexts = []

    def open_(path, **options):
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints, page.hosts = [], set()
        page.on("console", lambda message: complain(page, message))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda request: page.hosts.add(request.url.split("/")[2]))
        page.goto(f"{live_server.url}/admin/login/?next={path}")
        page.fill("#id_username", analyst.username)
        page.fill("#id_password", PASSWORD)
        page.click("[type=submit]")
        page.wait_for_load_state("load")
        return page

    yield open_
    for context in contexts:
        context.close()


def complain(page, message):
    """The shop of the tests has no favicon, for which every browser asks."""
    if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
        page.complaints.append(message.text)


def violations(page):
    # links change their colour slowly when the theme does
    page.evaluate("Promise.all(document.getAnimations().map(one => one.finished))")
    found = axe.Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "best-practice"]})
    return [
        (one["id"], [node["html"][:120] for node in one["nodes"]])
        for one in found.response["violations"]
    ]


def test_every_page_is_drawn_and_accessible(opened, live_server):
    page = opened(INDEX)
    assert violations(page) == []
    for subject in SUBJECTS:
        page.goto(f"{live_server.url}{INDEX}{subject}/{PERIOD}")
        page.wait_for_selector(".js-plotly-plot .main-svg")
        figures = page.locator(".report figure")
        assert figures.count() == page.locator(".report-figure.js-plotly-plot").count() > 0
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            assert violations(page) == [], (subject, theme)
    assert page.complaints == []
    assert page.hosts == {live_server.url.split("/")[2]}


def test_without_scripts_the_tables_are_read(opened):
    page = opened(f"{INDEX}funnel/{PERIOD}", java_script_enabled=False)
    assert page.locator("figure:visible").count() == 0
    assert page.get_by_role("rowheader", name="Saw a product").is_visible()
    assert page.get_by_role("link", name="Steps as CSV").is_visible()


def test_filters_are_used_with_the_keyboard(opened):
    page = opened(f"{INDEX}traffic/{PERIOD}")
    page.get_by_role("combobox", name="Channel").select_option("email")
    page.get_by_role("button", name="Show").press("Enter")
    page.wait_for_url("**source=email**")
    table = page.get_by_role("region", name="Visits by channel: table")
    assert table.get_by_role("rowheader").all_inner_texts() == ["E-mail"]


def test_plots_take_the_colours_of_the_theme(opened):
    page = opened(f"{INDEX}traffic/{PERIOD}")
    ink = "getComputedStyle(document.querySelector('.main-svg .xtick text')).fill"
    page.wait_for_selector(".main-svg .xtick text")
    light = page.evaluate(ink)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{ink} !== '{light}'")
