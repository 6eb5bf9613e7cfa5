"""docs/analytics.md, done."""

import json
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.http import HttpResponse

from analytics.middleware import visitor_middleware
from analytics.models import Event
from tests.analytics.requests import CHROME, browser
from tests.documents import blocks, commands
from tests.projects.analytics_only import settings as project

HERE = Path(__file__).parent
SETTINGS, SCHEMA, FACTS, FOLLOW_UPS = blocks("analytics.md", "python")
pytestmark = pytest.mark.django_db(transaction=True)


def test_the_settings_are_clean_and_those_of_the_project(settings):
    names = {"INSTALLED_APPS": [], "MIDDLEWARE": []}
    exec(SETTINGS.text, names)  # noqa: S102 (our own page)
    settings.ANALYTICS = names["ANALYTICS"]
    assert [one for one in run_checks() if one.id.startswith("boughtwith_analytics")] == []
    assert project.MIDDLEWARE[-2:] == names["MIDDLEWARE"]
    assert set(names["INSTALLED_APPS"]) <= set(project.INSTALLED_APPS)


def test_the_schema_is_that_of_the_project():
    assert SCHEMA.text in (HERE / "schema.py").read_text()


def test_the_events_of_the_page_are_accepted(client):
    (query,), (variables,) = blocks("analytics.md", "graphql"), blocks("analytics.md", "json")
    body = json.dumps({"query": query.text, "variables": json.loads(variables.text)})
    response = client.post(
        "/graphql/", body, content_type="application/json", headers={"user-agent": CHROME}
    )
    answer = response.json()["data"]["trackEvents"]
    assert (answer["accepted"], answer["userErrors"]) == (3, [])


def test_facts_are_recorded():
    names = {}

    def checkout(request):
        exec(FACTS.text, names)  # noqa: S102 (our own page)
        return HttpResponse()

    request = browser()
    visitor_middleware(checkout)(request)
    request.close()
    exec(FOLLOW_UPS.text, names)  # noqa: S102 (our own page)
    assert set(Event.objects.values_list("kind", "product_key", "order_key")) == {
        ("PURCHASE", "TEA", "N-1"),
        ("REFUND", "TEA", ""),
    }


def test_the_command_is_there(capsys):
    (page,) = blocks("analytics.md", "console")
    for python, manage, *words in commands(page):
        assert (python, manage) == ("python", "manage.py")
        call_command(*words)
    assert "events" in capsys.readouterr().out
