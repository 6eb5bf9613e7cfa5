"""docs/oscar.md, done step by step."""

from pathlib import Path

import oscar
from django.core.checks import run_checks
from django.core.management import call_command
from django.urls import include, path

from tests.documents import blocks, commands
from tests.projects.oscar import settings as project

HERE = Path(__file__).parent
TRAINING, URLS, BEHAVIOUR = blocks("oscar.md", "python")


def test_the_settings_are_complete_and_clean(settings):
    step = {"INSTALLED_APPS": [*oscar.INSTALLED_APPS]}
    exec(TRAINING.text, step)  # noqa: S102 (our own page)
    assert step["INSTALLED_APPS"][-1] == "recommendations"
    settings.RECOMMENDATIONS = step["RECOMMENDATIONS"]
    assert [one for one in run_checks() if one.id.startswith("recommendations.")] == []


def test_the_commands_run_in_this_order(shelf, capsys):
    for page in blocks("oscar.md", "console"):
        for python, manage, name, *arguments in commands(page):
            assert (python, manage) == ("python", "manage.py")
            key = str(shelf["pot"].pk)
            call_command(name, *[key if word == "KEY" else word for word in arguments])
    assert "In 30 of 30 orders with pot" in capsys.readouterr().out


def test_the_templates_are_those_the_pages_are_tested_with():
    shown = blocks("oscar.md", "django")
    assert len(shown) == 2
    for page in shown:
        assert page.text == (HERE / page.file).read_text()


def test_the_urls_reach_the_view():
    urls = {"urlpatterns": [], "path": path, "include": include}
    exec(URLS.text, urls)  # noqa: S102 (our own page)
    (included,) = urls["urlpatterns"]
    assert included.resolve("recommendations/suggestions/").view_name == (
        "recommendations:suggestions"
    )


def test_the_settings_for_behaviour_are_clean_and_those_of_the_project(settings):
    step = {"INSTALLED_APPS": [], "MIDDLEWARE": []}
    exec(BEHAVIOUR.text, step)  # noqa: S102 (our own page)
    assert step["INSTALLED_APPS"] == project.INSTALLED_APPS[-2:]
    assert step["MIDDLEWARE"] == project.MIDDLEWARE[-2:]
    settings.ANALYTICS = step["ANALYTICS"]
    assert [one for one in run_checks() if one.id.startswith("boughtwith_analytics.")] == []
