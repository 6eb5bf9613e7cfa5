"""The texts of the plugin that people read, and their catalogues."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django.apps import apps
from django.contrib.admin import site
from django.db.models import Model
from django.utils.translation import override
from django.utils.translation.template import templatize

from tests.architecture.sources import ROOT

APPS = ("recommendations", "analytics")
LANGUAGES = ("zh_Hans",)
#: With plurals or contexts `marked` would have to learn more.
FUNCTIONS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
IN_TEMPLATE = re.compile(r"""gettext\(u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)""")
BLOCKS = re.compile(
    r"{#.*?#}|{% blocktranslate.*?{% endblocktranslate %}|{%.*?%}|{{.*?}}", re.DOTALL
)
WORD = re.compile(r"[A-Za-z]{2,}")
#: Names that are the same in Chinese.
NAMES = {"ID", "SKU", "CSV", "JSON", "nDCG", "SHA"}


def modules(app: str) -> list[Path]:
    return sorted((ROOT / app).rglob("*.py"))


def templates(app: str) -> list[Path]:
    return sorted((ROOT / app).rglob("*.html"))


def marked(app: str) -> set[str]:
    """Every text that somebody will read in his own language."""
    found = {
        ast.literal_eval(text)
        for path in templates(app)
        for text in IN_TEMPLATE.findall(templatize(path.read_text()))
    }
    for path in modules(app):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in FUNCTIONS:
                (text,) = node.args
                if not isinstance(text, ast.Name | ast.Attribute):  # marked where it comes from
                    found.add(ast.literal_eval(text))
    return found


def marking_functions(app: str) -> set[str]:
    return {
        name.name
        for path in modules(app)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if "gettext" in name.name
    }


def names_in(text: str) -> list[str]:
    return re.findall(r"%\(\w+\)s|{\w+}", text)


def catalogue_path(app: str, language: str) -> Path:
    return ROOT / app / "locale" / language / "LC_MESSAGES" / "django.po"


def written(app: str, language: str) -> Catalog:
    with catalogue_path(app, language).open(encoding="utf-8") as file:
        return read_po(file, locale=language)


def compiled(app: str, language: str) -> Catalog:
    with catalogue_path(app, language).with_suffix(".mo").open("rb") as file:
        return read_mo(file)


def texts(catalogue: Catalog) -> dict[str, str]:
    return {message.id: message.string for message in catalogue if message.id}


class _Visible(HTMLParser):
    """What is read of a page: its texts, and the attributes that are read out."""

    READ = {"title", "alt", "aria-label", "placeholder"}
    NOT_READ = {"script", "style", "code"}

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self._closed = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._closed += tag in self.NOT_READ
        self.read += [text or "" for name, text in attrs if name in self.READ]

    def handle_endtag(self, tag: str) -> None:
        self._closed -= tag in self.NOT_READ

    def handle_data(self, data: str) -> None:
        if not self._closed:
            self.read.append(data)


def english(html: str) -> set[str]:
    """The words in Latin letters that are read of a page."""
    parser = _Visible()
    parser.feed(html)
    return {word for text in parser.read for word in WORD.findall(text)} - NAMES


def content(html: str) -> str:
    """A page of the admin without what Django has around it."""
    return html[html.index('<div id="content"') :].partition("</main>")[0]


def unmarked(template: Path) -> set[str]:
    return english(BLOCKS.sub("", template.read_text()))


def models_in_admin(app_label: str) -> set[type[Model]]:
    found = set(filter(site.is_registered, apps.get_app_config(app_label).get_models()))
    inlines = (inline for model in found for inline in site.get_model_admin(model).inlines)
    return found | {inline.model for inline in inlines}


def english_in_models(app_label: str, language: str) -> dict[str, set[str]]:
    """Names, help and choices of the models in the admin, and of what is edited along with them,
    that have English words in them."""
    found = {}
    with override(language):
        for model in models_in_admin(app_label):
            meta = model._meta
            shown = {meta.label: (meta.verbose_name, meta.verbose_name_plural)}
            for field in meta.fields:
                labels = [label for _, label in field.flatchoices]
                shown[str(field)] = (field.verbose_name, field.help_text, *labels)
            for name, some in shown.items():
                if words := english(" ".join(map(str, some))):
                    found[name] = words
    return found


if __name__ == "__main__":
    for one in APPS:
        for spoken in LANGUAGES:
            with catalogue_path(one, spoken).with_suffix(".mo").open("wb") as file:
                write_mo(file, written(one, spoken))
