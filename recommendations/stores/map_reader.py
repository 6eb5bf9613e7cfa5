"""Reads `RECOMMENDATIONS["MAPPED"]` and names every mistake in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any

from django.apps import apps
from django.db.models import BooleanField, DecimalField, FloatField, IntegerField
from django.utils.module_loading import import_string

from recommendations.stores.mapping import (
    REQUIRED,
    SECTIONS,
    CategoryMap,
    OrderLineMap,
    ProductMap,
    Source,
    StoreMap,
)
from recommendations.stores.paths import Path, PathError, follow, nearest

NUMBERS = (DecimalField, FloatField, IntegerField)
AMOUNTS = (BooleanField, *NUMBERS)
#: The numbers of the system checks, by what is wrong.
ENTRY, MODEL, PATH, FUNCTION, VALUE = range(101, 106)


@dataclass(frozen=True)
class Problem:
    """A mistake: the entry of the map it is in, what it is, and what would be right."""

    number: int
    where: str
    message: str
    hint: str

    def __str__(self) -> str:
        place = "".join(f"[{name!r}]" for name in self.where.split(".") if name)
        return f"['MAPPED']{place} {self.message}"


class MapReader:
    """Reads a map and collects `problems`; `read` returns None where there are any."""

    def __init__(self, given: Any, scopes: Iterable[str]) -> None:
        self.given = given
        self.scopes = tuple(scopes)
        self.problems: list[Problem] = []

    def read(self) -> StoreMap | None:
        if not isinstance(self.given, Mapping):
            self._add(ENTRY, "", f"is {self.given!r}.", f"A dictionary of {_names(SECTIONS)}.")
            return None
        self._check_names("", self.given, [*SECTIONS, "scopes"])
        sections = {
            name: self._section(name, section)
            for name, section in SECTIONS.items()
            if name in REQUIRED or name in self.given
        }
        scopes = self.given.get("scopes", {})
        self._check_products(sections)
        self._check_categories(sections["product"], sections.get("category"))
        self._check_counts(sections["order_line"])
        self._check_scopes(sections, scopes)
        return None if self.problems else StoreMap(**sections, scopes=scopes)

    def _section(self, name: str, section: Any) -> Any:
        given = self.given.get(name)
        if not isinstance(given, Mapping):
            self._add(ENTRY, name, f"is {given!r}.", "A dictionary with 'model' and paths.")
            return None
        entries = fields(section)
        self._check_names(name, given, [entry.name for entry in entries])
        model = self._model(f"{name}.model", given.get("model"))
        if model is None:
            return None
        values = {
            entry.name: self._entry(f"{name}.{entry.name}", entry, given, model)
            for entry in entries
            if entry.name != "model"
        }
        return section(model=model, **values)

    def _entry(self, where: str, entry: Field[Any], given: Mapping[str, Any], model: Any) -> Any:
        if entry.name not in given and entry.default is MISSING:
            self._add(ENTRY, where, "is missing.", f"A path from {model._meta.label}.")
        value = given.get(entry.name, entry.metadata["default"])
        if value is None:
            return None
        return getattr(self, f"_{entry.metadata['kind']}")(where, model, value)

    # One method for each kind of entry: (where it stands, the section's model, what was given).

    def _path(self, where: str, model: Any, value: Any) -> Path | None:
        return self._any_path(where, model, value, single=True)

    def _any_path(self, where: str, model: Any, value: Any, *, single: bool = False) -> Path | None:
        try:
            return follow(model, value, single=single)
        except PathError as error:
            self._add(PATH, where, f"is wrong: {error}", error.hint)
            return None

    def _paths(self, where: str, model: Any, value: Any) -> list[Path | None]:
        return [self._path(where, model, one) for one in _as_list(value)]

    def _plain_path(self, where: str, model: Any, value: Any) -> Path | None:
        return self._plain(where, value, self._path(where, model, value))

    def _relation(self, where: str, model: Any, value: Any) -> Path | None:
        path = self._path(where, model, value)
        if path is not None and path.target is None:
            self._add(PATH, where, f"is wrong: {value!r} is a plain field.", "A foreign key.")
        return path

    def _source(self, where: str, model: Any, value: Any) -> Source | None:
        if isinstance(value, str) and "." not in value:
            return self._plain_path(where, model, value)
        return self._function(where, model, value)

    def _amount(self, where: str, model: Any, value: Any) -> Source | None:
        source = self._source(where, model, value)
        if isinstance(source, Path) and not isinstance(source.field, AMOUNTS):
            message = f"is wrong: {value!r} is neither a boolean nor a number."
            self._add(PATH, where, message, "Name a flag or the stock, or a function.")
        return source

    def _number(self, where: str, model: Any, value: Any) -> Source | None:
        source = self._source(where, model, value)
        if isinstance(source, Path) and not isinstance(source.field, NUMBERS):
            message = f"is wrong: {value!r} is no number."
            self._add(PATH, where, message, "Name a field that holds one, or a function.")
        return source

    def _sources(self, where: str, model: Any, value: Any) -> Any:
        if isinstance(value, str) and "." in value:
            return self._function(where, model, value)
        return [self._any_path(where, model, one) for one in _as_list(value)]

    def _named_sources(self, where: str, model: Any, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return self._function(where, model, value)
        places = {name: f"{where}.{name}" for name in value}
        return {
            name: self._plain(place, value[name], self._any_path(place, model, value[name]))
            for name, place in places.items()
        }

    def _plain(self, where: str, value: str, path: Path | None) -> Path | None:
        if path is not None and path.target is not None:
            inside = [one.name for one in path.target._meta.concrete_fields if not one.primary_key]
            hint = f"One of its fields: {_names(f'{value}__{name}' for name in inside)}."
            self._add(PATH, where, f"is wrong: {value!r} leads to a model.", hint)
        return path

    def _function(self, where: str, model: Any, value: Any) -> Callable[..., Any] | None:
        hint = "The dotted path of a function, such as 'myshop.suggestions.title'."
        try:
            found: Any = import_string(value)
        except (ImportError, AttributeError, TypeError) as error:
            self._add(FUNCTION, where, f"is {value!r}, which can't be imported: {error}.", hint)
            return None
        if not callable(found):
            self._add(FUNCTION, where, f"is {value!r}, which can't be called.", hint)
            return None
        return found

    def _values(self, where: str, model: Any, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple | set | frozenset):
            self._add(VALUE, where, f"is {value!r}.", "A list of values, such as ['paid'].")
            return ()
        return tuple(value)

    def _model(self, where: str, label: Any) -> Any:
        try:
            return apps.get_model(label)
        except (LookupError, ValueError, AttributeError, TypeError):
            labels = [model._meta.label for model in apps.get_models()]
            hint = nearest(label, labels, "A model as 'app_label.ModelName'.")
            self._add(MODEL, where, f"is {label!r}: there is no such model.", hint)
            return None

    # What only the sections together can show.

    def _check_names(self, where: str, given: Iterable[Any], legal: Sequence[str]) -> None:
        for name in given:
            if name not in legal:
                hint = nearest(name, legal, f"Legal: {_names(legal)}.")
                self._add(ENTRY, where, f"has no entry {name!r}.", hint)

    def _check_products(self, sections: Mapping[str, Any]) -> None:
        """A relation has to lead to a product or a variant; a plain field holds a key of one."""
        if sections["product"] is None:
            return
        products = [sections["product"].model]
        variants = [sections["variant"].model] if sections.get("variant") else []
        for name, legal in {
            "variant": products,
            "order_line": products + variants,
            "basket_line": products + variants,
        }.items():
            path = getattr(sections.get(name), "product", None)
            needs_relation = name == "variant" and path is not None and path.target is None
            if path is None or (not needs_relation and path.target in (None, *legal)):
                continue
            target = path.target._meta.label if path.target else "a plain field"
            hint = f"It has to lead to {' or '.join(model._meta.label for model in legal)}."
            self._add(PATH, f"{name}.product", f"is wrong: {path.lookup!r} is {target}.", hint)

    def _check_categories(self, product: ProductMap | None, category: CategoryMap | None) -> None:
        """A relation has to lead to the mapped categories; a plain field holds words."""
        unknown = category is None and "category" in self.given
        if product is None or unknown or callable(product.categories):
            return
        model = category.model if category else None
        for path in product.categories:
            if path is not None and path.target not in (None, model):
                self._plain("product.categories", path.lookup, path)
        parent = category.parent if category else None
        if parent is not None and parent.target not in (None, model):
            message = f"is wrong: {parent.lookup!r} leads to another model."
            self._add(PATH, "category.parent", message, f"It has to lead to {_label(model)}.")
        if model and not any(path and path.target is model for path in product.categories):
            hint = f"A path of ['product']['categories'] that leads to {_label(model)}."
            self._add(ENTRY, "category", "is where no product is.", hint)

    def _check_counts(self, lines: OrderLineMap | None) -> None:
        if lines is None or (lines.status is None and lines.counts is None):
            return
        if lines.status is None or lines.counts is None:
            hint = "They go together: a path, and the values of it that count."
            self._add(ENTRY, "order_line", "has one of 'status' and 'counts'.", hint)
            return
        choices = [value for value, _ in lines.status.field.flatchoices]
        for value in lines.counts:
            if choices and value not in choices:
                hint = nearest(value, choices, f"Legal: {_names(choices)}.")
                message = f"holds {value!r}, which {lines.status.lookup!r} never is."
                self._add(VALUE, "order_line.counts", message, hint)

    def _check_scopes(self, sections: Mapping[str, Any], scopes: Any) -> None:
        if not isinstance(scopes, Mapping):
            hint = "A dictionary: the name of a scope → the value of the 'scope' paths in it."
            self._add(VALUE, "scopes", f"is {scopes!r}.", hint)
            return
        self._check_names("scopes", scopes, self.scopes)
        scoped = [name for name in sections if getattr(sections[name], "scope", None)]
        missing = [name for name in self.scopes if scoped and name not in scopes]
        if missing:
            hint = f"Say which value the 'scope' path of {_names(scoped)} has in it."
            self._add(VALUE, "scopes", f"lacks {_names(missing)} of SCOPES.", hint)

    def _add(self, number: int, where: str, message: str, hint: str) -> None:
        self.problems.append(Problem(number, where, message, hint))


def _label(model: Any) -> str:
    return str(model._meta.label)


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _names(values: Iterable[Any]) -> str:
    return ", ".join(repr(value) for value in values)
