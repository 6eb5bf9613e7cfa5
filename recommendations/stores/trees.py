"""A host's categories with those above them, and how a product in several of them is described."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from functools import cached_property
from typing import Any, NamedTuple


class Category(NamedTuple):
    """`above` is the id of the category it is in, None at the top."""

    key: str
    name: str
    above: Hashable | None


class CategoryTree:
    """The categories of a store by their ids, read once the first is asked for."""

    def __init__(self, read: Callable[[], Mapping[Any, Category]]) -> None:
        self._read = read

    @cached_property
    def categories(self) -> Mapping[Any, Category]:
        return self._read()

    def around(self, ids: Collection[Hashable]) -> list[Category]:
        """These categories and those above them, each once, from the top down.

        The last one is the innermost; of several at one depth, the last by name.
        """
        paths = {path[-1].key: path for one in ids for path in self._prefixes(one)}
        by_depth = sorted(paths.values(), key=lambda path: (len(path), _names(path)))
        return [path[-1] for path in by_depth]

    def names(self) -> dict[str, str]:
        """Key → the name with those above it, in that order."""
        paths = sorted((self._path(one) for one in self.categories), key=_names)
        return {path[-1].key: " > ".join(one.name for one in path) for path in paths}

    def _prefixes(self, one: Hashable) -> list[list[Category]]:
        path = self._path(one)
        return [path[: depth + 1] for depth in range(len(path))]

    def _path(self, one: Hashable | None) -> list[Category]:
        """From the top down. A host's categories may be in one another: a path ends there."""
        path: dict[Hashable, Category] = {}
        while one in self.categories and one not in path:
            path[one] = self.categories[one]
            one = path[one].above
        return [*path.values()][::-1]


def _names(path: list[Category]) -> list[tuple[str, str]]:
    return [(one.name, one.key) for one in path]
