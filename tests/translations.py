"""The texts of `recommendations` that are marked for translation, and their catalogues."""

import ast
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.architecture.sources import ROOT

PACKAGE = ROOT / "recommendations"
LANGUAGES = ("zh_Hans",)
FUNCTIONS = {"_", "gettext", "gettext_lazy"}
IN_TEMPLATE = re.compile(r"""gettext\(u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)""")


def marked() -> set[str]:
    """Every text in the package that somebody will read in his own language."""
    found = {
        ast.literal_eval(text)
        for path in PACKAGE.rglob("*.html")
        for text in IN_TEMPLATE.findall(templatize(path.read_text()))
    }
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in FUNCTIONS:
                found.add(ast.literal_eval(node.args[0]))
    return found


def names_in(text: str) -> list[str]:
    return re.findall(r"%\(\w+\)s", text)


def catalogue_path(language: str) -> Path:
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"


def written(language: str) -> Catalog:
    with catalogue_path(language).open(encoding="utf-8") as file:
        return read_po(file, locale=language)


def compiled(language: str) -> Catalog:
    with catalogue_path(language).with_suffix(".mo").open("rb") as file:
        return read_mo(file)


def texts(catalogue: Catalog) -> dict[str, str]:
    return {message.id: message.string for message in catalogue if message.id}


if __name__ == "__main__":
    for one in LANGUAGES:
        with catalogue_path(one).with_suffix(".mo").open("wb") as file:
            write_mo(file, written(one))
