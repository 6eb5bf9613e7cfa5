import re

import pytest

from analytics.checks import check_settings
from analytics.conf import Settings, get_settings
from analytics.exceptions import ConfigurationError
from analytics.services import tokens


def test_settings_are_read_again_when_they_change(settings):
    settings.ANALYTICS = {"KEEP_MONTHS": 3}
    assert get_settings().KEEP_MONTHS == 3
    settings.ANALYTICS = {}
    assert get_settings().KEEP_MONTHS == 25


@pytest.mark.parametrize(
    ("key", "message"),
    [("KEEP_MONTH", "did you mean 'KEEP_MONTHS'"), ("zzz", "legal: KINDS, CLIENT_KINDS")],
)
def test_an_unknown_key_is_refused(key, message):
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        Settings.read({key: 1})


def test_the_settings_of_the_project_are_clean():
    assert check_settings() == []


@pytest.mark.parametrize(
    ("given", "number", "message"),
    [
        ({"KIND": ()}, 1, "did you mean 'KINDS'"),
        ({"KINDS": ("wish",)}, 2, "'wish'"),
        ({"KINDS": ("SEARCH",)}, 2, "'SEARCH'"),
        ({"CLIENT_KINDS": ("PURCHASE",)}, 3, "'PURCHASE'"),
        ({"CLIENT_KINDS": ("WISH",)}, 3, "'WISH'"),
        ({"TOKEN_READER": "no.such.reader"}, 4, "No module named 'no'"),
        ({"SCOPE_READER": "analytics.conf.SETTING"}, 4, "can't be called"),
        ({"KEEP_MONTHS": 0}, 5, "KEEP_MONTHS"),
        ({"VISITOR_DAYS": "all"}, 5, "'all'"),
    ],
)
def test_every_mistake_is_a_check_with_an_id_and_a_hint(settings, given, number, message):
    settings.ANALYTICS = given
    (problem,) = check_settings()
    assert problem.id == f"boughtwith_analytics.E{number:03d}"
    assert problem.hint
    assert re.search(message, problem.msg)


def test_a_project_has_kinds_of_its_own(settings):
    settings.ANALYTICS = {"KINDS": ("WISHLIST_ADD",), "CLIENT_KINDS": ("WISHLIST_ADD", "CLICK")}
    assert check_settings() == []


def test_without_a_reader_no_token_is_taken(settings):
    settings.ANALYTICS = {}
    with pytest.raises(ValueError, match="takes no suggestion tokens"):
        tokens.read("token")
