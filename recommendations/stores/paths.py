"""Field paths such as `order__placed_at`, followed through models and through objects."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model


class PathError(Exception):
    """A path that can't be followed. `hint` says what could."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Path:
    """A path that was followed. `target` is the model it leads to, if it ends in a relation."""

    lookup: str
    field: Any
    accessors: tuple[str, ...]
    #: How many of the accessors are relations, and whether one of them leads to many objects.
    relations: int
    many: bool

    @property
    def target(self) -> type[Model] | None:
        ends_in_relation = self.relations == len(self.accessors)
        return self.field.related_model if ends_in_relation else None

    @property
    def load(self) -> str:
        """What to prefetch so that following the path from an object costs no query."""
        return "__".join(self.accessors[: self.relations])

    def values(self, start: Any) -> list[Any]:
        """All values at the end of the path from one object; None is left out."""
        reached = [start]
        for accessor in self.accessors:
            reached = [value for one in reached for value in _step(one, accessor)]
        return reached

    def value(self, start: Any) -> Any:
        return next(iter(self.values(start)), None)


def follow(model: type[Model], lookup: Any, *, single: bool = True) -> Path:
    """Raises `PathError` for a part that is no field, naming it and the nearest that is.

    `single` refuses relations to many objects, which would multiply rows.
    """
    if not isinstance(lookup, str) or not lookup:
        raise PathError(f"{lookup!r} is no path.", "A text such as 'order__placed_at'.")
    steps = list(_steps(model, lookup))
    path = Path(
        lookup=lookup,
        field=steps[-1][0],
        accessors=tuple(accessor for _, accessor, _ in steps),
        relations=sum(related for _, _, related in steps),
        many=any(field.one_to_many or field.many_to_many for field, _, _ in steps),
    )
    if path.many and single:
        raise PathError(f"{lookup!r} leads to many objects.", "A path over foreign keys.")
    return path


def _steps(model: type[Model], lookup: str) -> Iterator[tuple[Any, str, bool]]:
    """Each part of a path: its field, the attribute that holds it, whether it is a relation."""
    current: Any = model
    for part in lookup.split("__"):
        if current is None:
            end = lookup[: lookup.rindex(f"__{part}")]
            raise PathError(f"{lookup!r} goes on after a plain field.", f"End it at {end!r}.")
        field = current._meta.pk if part == "pk" else _field(current, part, lookup)
        is_column = part == "pk" or not field.is_relation or part != field.name
        is_reverse = field.auto_created and not field.concrete
        accessor = field.get_accessor_name() if is_reverse else part
        current = None if is_column else field.related_model
        yield field, accessor, current is not None


def _field(model: type[Model], name: str, lookup: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        legal = sorted(field.name for field in model._meta.get_fields())
        hint = nearest(name, legal, f"Legal: {', '.join(legal)}.")
        raise PathError(f"{lookup!r}: {model._meta.label} has no field {name!r}.", hint) from None


def _step(one: Any, accessor: str) -> list[Any]:
    value: Any = getattr(one, accessor, None)  # None also where a one-to-one has no other side
    if hasattr(value, "all"):
        return list(value.all())
    return [] if value is None else [value]


def nearest(given: Any, legal: Iterable[Any], otherwise: str) -> str:
    """A hint: the legal name most like the given one, or `otherwise`."""
    found = difflib.get_close_matches(str(given), [str(name) for name in legal], n=1)
    return f"Did you mean {found[0]!r}?" if found else otherwise
