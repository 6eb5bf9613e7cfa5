"""docs/settings.md says what both conf.py say."""

import pytest

from recommendations import conf
from tests.documents import DOCS
from tests.settings_reference import REQUIRED, comments, render


def test_the_page_is_not_stale():
    assert (DOCS / "settings.md").read_text() == render()


@pytest.mark.parametrize("module", REQUIRED)
def test_every_setting_is_explained(module):
    assert comments(module)
    assert "" not in comments(module).values()


def test_the_comment_above_a_key_is_its_explanation():
    assert comments(conf)["LIST_SIZE"] == "Neighbours kept for each product."
