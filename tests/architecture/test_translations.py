"""Every text of the plugin is marked, translated, compiled, and said the same way everywhere."""

from gettext import translation
from pathlib import Path

import django
import pytest

from tests import translations
from tests.translations import APPS, LANGUAGES

BOTH = pytest.mark.parametrize("app", APPS)
EVERY = pytest.mark.parametrize("language", LANGUAGES)
DJANGO = Path(django.__file__).parent


@BOTH
@EVERY
def test_every_marked_text_is_translated_and_compiled(app, language):
    catalogue = translations.written(app, language)
    found = translations.texts(catalogue)
    assert set(found) == translations.marked(app)
    assert [message.id for message in catalogue if not message.string or message.fuzzy] == []
    assert translations.texts(translations.compiled(app, language)) == found


@BOTH
@EVERY
def test_a_translation_keeps_the_names_of_what_is_put_in(app, language):
    for text, translated in translations.texts(translations.written(app, language)).items():
        assert sorted(translations.names_in(translated)) == sorted(translations.names_in(text))


@BOTH
def test_no_template_has_a_text_that_is_not_marked(app):
    found = {path.name: translations.unmarked(path) for path in translations.templates(app)}
    assert {name: words for name, words in found.items() if words} == {}


@BOTH
def test_texts_are_marked_by_functions_that_are_looked_for(app):
    assert translations.marking_functions(app) <= translations.FUNCTIONS


@EVERY
def test_django_puts_all_catalogues_together_and_none_changes_another(language):
    """All apps share one dictionary: of a text in two of them only one translation is shown."""
    ours = [translations.texts(translations.written(app, language)) for app in APPS]
    theirs = [
        translation("django", DJANGO / place / "locale", [language])._catalog
        for place in ("conf", "contrib/admin", "contrib/auth")
    ]
    for number, catalogue in enumerate(ours):
        for other in (*ours[number + 1 :], *theirs):
            shared = catalogue.keys() & other.keys()
            assert {t: catalogue[t] for t in shared} == {t: other[t] for t in shared}


def test_a_text_that_is_not_marked_is_found(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        '<p title="Hello">{% translate "Shown" %} {{ value }} {# no text #} Bare'
        '<script>const x = 1</script><b aria-label="{% translate "Fine" %}"></b></p>'
    )
    assert translations.unmarked(page) == {"Hello", "Bare"}
