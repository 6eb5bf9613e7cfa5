"""docs/reports.md, done."""

import re
import sys
from types import ModuleType

import pytest
import strawberry
from django.core.management import call_command
from django.test import RequestFactory

from analytics.graphql.reports import PERMISSION, ReportQuery
from analytics.services.reports.subjects import SUBJECTS
from tests.accounts import staff
from tests.analytics.behaviour import happened, tea_shop
from tests.documents import DOCS, blocks, commands

pytestmark = pytest.mark.django_db


def test_every_report_is_named():
    named = re.findall(r"^\| (\w+) \| .*\? \|$", (DOCS / "reports.md").read_text(), re.M)
    assert named == list(SUBJECTS)


def test_the_page_is_followed(monkeypatch, settings, capsys):
    behaviour, setting = blocks("reports.md", "python")
    module, names = ModuleType("behaviour"), {}
    exec(behaviour.text, vars(module))  # noqa: S102 (our own page)
    exec(setting.text, names)  # noqa: S102 (our own page)
    monkeypatch.setitem(sys.modules, "behaviour", module)
    settings.ANALYTICS = names["ANALYTICS"]
    happened(*tea_shop())
    (block,) = blocks("reports.md", "console")
    for _, _, *words in commands(block):
        call_command(*words)
    assert capsys.readouterr().out == "2 days counted.\n"

    (query,) = blocks("reports.md", "graphql")
    request = RequestFactory().post("/graphql/")
    request.user = staff(PERMISSION)
    schema = strawberry.Schema(query=ReportQuery)
    answer = schema.execute_sync(query.text, context_value={"request": request})
    assert answer.errors is None
    found = answer.data["analytics"]
    assert found["funnel"]["steps"][-1]["visits"] == 1
    assert found["products"]["products"][0]["title"] == "Cup"
    assert found["products"]["currency"] == "EUR"
