import re

import pytest

from recommendations.checks import check_settings
from recommendations.conf import Settings, get_settings, get_store
from recommendations.exceptions import ConfigurationError
from recommendations.stores.memory import MemoryStore

STORE = {"STORE": "recommendations.stores.memory.MemoryStore"}


def test_settings_are_read_again_when_they_change(settings):
    settings.RECOMMENDATIONS = STORE | {"LIST_SIZE": 7}
    assert get_settings().LIST_SIZE == 7
    settings.RECOMMENDATIONS = STORE
    assert get_settings().LIST_SIZE == Settings().LIST_SIZE
    assert isinstance(get_store(), MemoryStore)


def test_a_misspelt_key_is_refused_with_the_nearest_legal_one():
    with pytest.raises(ConfigurationError, match=r"'LISTSIZE': did you mean 'LIST_SIZE'\?"):
        Settings.read({"LISTSIZE": 5})


def test_a_key_like_no_other_is_refused_with_all_legal_ones():
    with pytest.raises(ConfigurationError, match="legal: STORE, SCOPES"):
        Settings.read({"zzz": 5})


def test_the_settings_of_the_shop_are_clean():
    assert check_settings() == []


@pytest.mark.parametrize(
    ("given", "number", "message"),
    [
        ({"STOR": "x"}, 1, "did you mean 'STORE'"),
        ({}, 2, "no 'STORE'"),
        ({"STORE": "no.such.Store"}, 2, "No module named 'no'"),
        ({"STORE": "recommendations.stores.base.Scope"}, 2, "has no order_lines"),
        (STORE | {"MODEL": "magic"}, 3, "no model 'magic'"),
        (STORE | {"MODEL": "top_freq"}, 3, "lists for buyers"),
        (STORE | {"MODEL_PARAMS": {"k": 1}}, 3, "no parameter 'k'"),
        (STORE | {"SCOPES": "default"}, 4, "'default'"),
        (STORE | {"SCOPES": []}, 4, r"\[\]"),
        (STORE | {"LIST_SIZE": 0}, 5, "LIST_SIZE"),
        (STORE | {"LIST_SIZE": "many"}, 5, "'many'"),
        (STORE | {"HALF_LIFE_DAYS": 0}, 5, "HALF_LIFE_DAYS"),
        (STORE | {"MAX_PER_CATEGORY": -1}, 5, "MAX_PER_CATEGORY"),
        (STORE | {"MAX_PER_ATTRIBUTE": {"brand": 0}}, 5, "MAX_PER_ATTRIBUTE"),
        (STORE | {"MAX_PER_ATTRIBUTE": ["brand"]}, 5, "MAX_PER_ATTRIBUTE"),
        (STORE | {"MAX_PRICE_RATIO": -0.5}, 5, "MAX_PRICE_RATIO"),
        (STORE | {"MIN_PRICE_RATIO": "cheap"}, 5, "MIN_PRICE_RATIO"),
        (STORE | {"REASON_ATTRIBUTES": "brand"}, 5, "REASON_ATTRIBUTES"),
        (STORE | {"DIVERSITY": 1.5}, 5, "DIVERSITY"),
        (STORE | {"MARGIN_WEIGHT": 2}, 5, "MARGIN_WEIGHT"),
        (STORE | {"STOCK_WEIGHT": "much"}, 5, "STOCK_WEIGHT"),
    ],
)
def test_every_mistake_is_a_check_with_an_id_and_a_hint(settings, given, number, message):
    settings.RECOMMENDATIONS = given
    (problem,) = check_settings()
    assert problem.id == f"recommendations.E{number:03d}"
    assert problem.hint
    assert re.search(message, problem.msg)
