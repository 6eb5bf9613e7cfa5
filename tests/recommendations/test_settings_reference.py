"""docs/settings.md says what conf.py says."""

from tests.documents import DOCS
from tests.settings_reference import comments, render


def test_the_page_is_not_stale():
    assert (DOCS / "settings.md").read_text() == render()


def test_every_setting_is_explained():
    assert "" not in comments().values()
    assert comments()["LIST_SIZE"] == "Neighbours kept for each product."
