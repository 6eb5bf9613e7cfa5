"""docs/embedding.md and the host's part of docs/graphql.md, run on the toy store."""

from dataclasses import fields
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import transaction
from django.template import Context, Template

from recommendations.stores.mapping import SECTIONS
from recommendations.testing import StoreContract
from tests.documents import DOCS, blocks, commands

HERE = Path(__file__).parent
SETTINGS, FUNCTION, PYTHON, ADAPTER, CONTRACT = blocks("embedding.md", "python")
CONTRACT_TESTS = [name for name in vars(StoreContract) if name.startswith("test_")]


def run(*steps):
    """What the blocks define, one after the other."""
    names = {"INSTALLED_APPS": []}
    for step in steps:
        exec(step.text, names)  # noqa: S102 (our own page)
    return names


def test_the_map_is_clean_and_its_commands_run(toy_box, settings, capsys):
    settings.RECOMMENDATIONS = run(SETTINGS)["RECOMMENDATIONS"]
    assert [one for one in run_checks() if one.id.startswith("recommendations.")] == []
    (page,) = blocks("embedding.md", "console")
    for python, manage, name, *arguments in commands(page):
        assert (python, manage) == ("python", "manage.py")
        key = str(toy_box["doll"].pk)
        call_command(name, *[key if word == "KEY" else word for word in arguments])
    assert "In 30 of 30 orders with Doll" in capsys.readouterr().out


def test_the_ten_lines_of_the_readme_are_enough(toy_box, settings):
    (lines,) = blocks("../README.md", "python")
    settings.RECOMMENDATIONS = run(lines)["RECOMMENDATIONS"]
    assert [one for one in run_checks() if one.id.startswith("recommendations.")] == []
    call_command("train_recommendations")
    page = Template("{% load recommendations %}{% frequently_bought_with product %}")
    assert ">Dress</a>" in page.render(Context({"product": toy_box["doll"]}))


def test_every_entry_of_a_map_is_explained():
    page = (DOCS / "embedding.md").read_text()
    entries = {entry.name for section in SECTIONS.values() for entry in fields(section)}
    assert [name for name in sorted({*SECTIONS, *entries}) if f"`{name}`" not in page] == []


def test_the_function_is_the_one_the_toy_store_uses():
    assert FUNCTION.text in (HERE / "toystore" / "suggestions.py").read_text()


def test_the_tag_shows_suggestions(toy_box):
    (page,) = blocks("embedding.md", "django")
    shown = Template(page.text).render(Context({"toy": toy_box["doll"]}))
    assert f'<a href="{toy_box["dress"].get_absolute_url()}">Dress</a>' in shown


def test_the_same_from_python(toy_box):
    lines = run(PYTHON)["birthday_mail"]([str(toy_box["doll"].pk)])
    assert lines[0] == "Dress: In 30 of 30 orders with Doll"


@pytest.mark.django_db
@pytest.mark.parametrize("name", CONTRACT_TESTS)
def test_the_adapter_keeps_the_contract(name):
    with transaction.atomic():
        getattr(run(ADAPTER, CONTRACT)["TestToyStore"](), name)()


def test_the_graphql_of_the_guide_is_that_of_the_toy_store():
    schema = (HERE / "toystore" / "schema.py").read_text()
    shown = blocks("graphql.md", "python")
    assert len(shown) == 3
    for page in shown:
        assert page.text in schema
