"""Small queries of every request, whose SQL is compiled once.

Django builds and compiles a queryset anew each time, which for a handful of rows takes several
times as long as the database does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from typing import Any, NamedTuple

from django.db import connections, router
from django.db.models import Model, QuerySet
from django.db.models.sql import Query

#: Stands for the keys while a query is compiled.
KEY = "\ue000"
PLACEHOLDER = "%s"


class PreparedQuery:
    """A `values_list` of a model. `build` makes it from some keys, which it names once, in an
    `__in`, and from whatever else changes its SQL."""

    def __init__(
        self, model: type[Model], build: Callable[..., QuerySet[Any, tuple[Any, ...]]]
    ) -> None:
        self._model, self._build = model, build
        self._compiled: dict[tuple[Hashable, ...], Compiled] = {}

    def rows(self, keys: Collection[str], *form: Hashable) -> list[tuple[Any, ...]]:
        """The rows of `build(keys, *form)`. Each form is remembered, so there must be few."""
        if not keys:
            return []
        using = router.db_for_read(self._model)
        compiled = self._compiled.get((using, *form))
        if compiled is None:
            found = self._build([KEY], *form)
            compiled = self._compiled[using, *form] = Compiled.of(found.query, using)
        return compiled.rows(list(keys), using)


class Compiled(NamedTuple):
    """`parameters` have `KEY` where the keys belong: by itself, or as an array."""

    query: Query
    columns: list[Any]
    sql: str
    parameters: list[Any]

    @classmethod
    def of(cls, query: Query, using: str) -> Compiled:
        compiler = query.get_compiler(using)
        sql, parameters = compiler.as_sql()
        return cls(query, [column for column, *_ in compiler.select], sql, list(parameters))

    def rows(self, keys: list[str], using: str) -> list[tuple[Any, ...]]:
        with connections[using].cursor() as cursor:
            cursor.execute(*self._with(keys))
            rows = cursor.fetchall()
        compiler = self.query.get_compiler(using)
        converters = compiler.get_converters(self.columns)
        return [*map(tuple, compiler.apply_converters(rows, converters))] if converters else rows

    def _with(self, keys: list[str]) -> tuple[str, list[Any]]:
        if [KEY] in self.parameters:
            return self.sql, [keys if one == [KEY] else one for one in self.parameters]
        place = self.parameters.index(KEY)
        parts = self.sql.split(PLACEHOLDER)
        parts[place] += f"{PLACEHOLDER}, " * (len(keys) - 1)
        parameters = [*self.parameters[:place], *keys, *self.parameters[place + 1 :]]
        return PLACEHOLDER.join(parts), parameters
