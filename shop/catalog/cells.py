"""The cells of the product file: what a spreadsheet may hold, and how it becomes a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import count
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import normalize_newlines, slugify
from import_export.formats.base_formats import CSV
from import_export.widgets import Widget
from tablib import Dataset

from shop.catalog.models import Category

SEPARATOR = " > "
# What spreadsheets take for the start of a formula, and the apostrophes that disarm it.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


class SpreadsheetCSV(CSV):
    """CSV that is safe to open in a spreadsheet.

    A cell that starts like a formula is written with an apostrophe before it, and read without.
    """

    def export_data(self, dataset: Dataset, **kwargs: Any) -> str:
        return super().export_data(_with_cells(dataset, _disarm), **kwargs)

    def create_dataset(self, in_stream: str | bytes, **kwargs: Any) -> Dataset:
        return _with_cells(super().create_dataset(in_stream, **kwargs), _rearm)


class CheckedCell(Widget):
    """A cell that passes the checks admin makes for the same model field."""

    def __init__(self, model: type[models.Model], name: str, **formfield: Any) -> None:
        super().__init__()
        self.model_field = cast(Any, model._meta.get_field(name))
        self.form_field = self.model_field.formfield(**formfield)

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return self.model_field.clean(self.form_field.clean(value), None)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        shown = self.form_field.prepare_value(value)
        return "" if shown is None else normalize_newlines(str(shown))


class CategoryCell(Widget):
    """A category by its names from the root, "Food > Fruit"; it is made where it is missing."""

    @cached_property
    def _path_of(self) -> dict[int, str]:
        known: dict[str, str] = {}
        paths = {}
        for pk, node, name in Category.objects.order_by("path").values_list("pk", "path", "name"):
            parent = known.get(node[: -Category.steplen])
            known[node] = paths[pk] = f"{parent}{SEPARATOR}{name}" if parent else name
        return paths

    @cached_property
    def _at(self) -> dict[str, Category]:
        categories = Category.objects.in_bulk()
        return {path: categories[pk] for pk, path in self._path_of.items()}

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Category | None:
        if not value.strip():
            return None
        names = [name.strip() for name in value.split(SEPARATOR.strip())]
        if not all(names):
            raise ValidationError("Write names with “ > ” between them, such as “Food > Fruit”.")
        return self._at.get(value.strip()) or self._get_or_create(names)

    def render(self, value: Category | None, obj: Any = None, **kwargs: Any) -> str:
        return self._path_of[value.pk] if value else ""

    def _get_or_create(self, names: Sequence[str]) -> Category:
        path = SEPARATOR.join(names)
        if path not in self._at:
            name = CheckedCell(Category, "name").clean(names[-1])
            made = Category(name=name, slug=free_slug(Category, path))
            if len(names) == 1:
                Category.objects.add_root(instance=made)
            else:
                Category.objects.add_child(self._get_or_create(names[:-1]), instance=made)
            self._at[path] = made
            self._path_of[made.pk] = path
        return self._at[path]


def free_slug(model: type[models.Model], text: str) -> str:
    """The slug of a text; with a number behind it where that is taken."""
    field: Any = model._meta.get_field("slug")
    room_for_number = 8
    base = slugify(text)[: field.max_length - room_for_number] or model.__name__.lower()
    slugs = model._default_manager.values_list("slug", flat=True)
    if not slugs.filter(slug=base).exists():
        return base
    taken = {slug.lower() for slug in slugs.filter(slug__istartswith=base)}
    numbered = (f"{base}-{number}" for number in count(2))
    return next(slug for slug in numbered if slug not in taken)


def _with_cells(dataset: Dataset, change: Callable[[str], str]) -> Dataset:
    rows = [[change(cell) for cell in row] for row in dataset]
    return Dataset(*rows, headers=dataset.headers)


def _disarm(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell


def _rearm(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
