"""The model of docs/adding-a-model.md keeps the contract and can be compared."""

import pytest
from django.core.management import call_command

from recommendations.engine.registry import MODELS
from recommendations.testing import RecommenderContract
from tests import factories
from tests.documents import blocks, commands

CONTRACT_TESTS = [name for name in vars(RecommenderContract) if name.startswith("test_")]


@pytest.fixture
def page():
    """What the page defines."""
    names = {}
    for block in blocks("adding-a-model.md", "python"):
        exec(block.text, names)  # noqa: S102 (our own page)
    return names


@pytest.mark.parametrize("name", CONTRACT_TESTS)
def test_the_model_keeps_the_contract(name, page):
    getattr(page["TestBestSeller"](), name)()


@pytest.mark.django_db
def test_it_is_compared_under_its_name(page, monkeypatch, capsys):
    monkeypatch.setitem(MODELS, "best_seller", page["BestSeller"])
    for number in range(20):
        factories.order(["tea", "cup"] if number % 2 else ["jam", "bread"])
    (block,) = blocks("adding-a-model.md", "console")
    for _, _, *words in commands(block):
        call_command(*words)
    assert "best_seller" in capsys.readouterr().out
