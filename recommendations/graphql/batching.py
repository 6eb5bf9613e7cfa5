"""Siblings of one result share a batch, under WSGI and ASGI alike.

GraphQL resolves a page of products one by one. This extension remembers which objects came in
one list, so that the first of them to be asked for suggestions can fetch them for all: a data
loader needs the async executor, and most Django stores run the sync one.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, GraphQLResolveInfo
from strawberry import relay
from strawberry.extensions import SchemaExtension


@dataclass
class Operation:
    """What one GraphQL operation has seen so far.

    `lists` maps the identity of an object to the list it came in, and so keeps both alive.
    """

    lists: dict[int, list[Any]] = field(default_factory=dict)
    batches: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def remember(self, objects: list[Any]) -> None:
        """The first list an object is seen in stays: it is the widest, a batch of all siblings."""
        for one in objects:
            self.lists.setdefault(id(one), objects)

    def siblings(self, one: Any) -> list[Any]:
        return self.lists.setdefault(id(one), [one])


_current: ContextVar[Operation | None] = ContextVar("suggestions_operation", default=None)


def current_operation() -> Operation:
    """The running operation; a lone one, without any batching, where the extension is missing."""
    return _current.get() or Operation()


class SuggestionBatching(SchemaExtension):
    """Add this class to `extensions` of a schema with suggestion fields."""

    def on_execute(self) -> Iterator[None]:
        token = _current.set(Operation())
        try:
            yield
        finally:
            _current.reset(token)

    def resolve(
        self,
        _next: Callable[..., Any],
        root: Any,
        info: GraphQLResolveInfo,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        value = _next(root, info, *args, **kwargs)
        if not _is_list(info):
            return value
        if inspect.isawaitable(value):
            return _remember_later(value)
        _remember(value)
        return value


def _is_list(info: GraphQLResolveInfo) -> bool:
    declared = info.return_type
    if isinstance(declared, GraphQLNonNull):
        declared = declared.of_type
    return isinstance(declared, GraphQLList)


async def _remember_later(value: Awaitable[Any]) -> Any:
    resolved = await value
    _remember(resolved)
    return resolved


def _remember(value: Any) -> None:
    """Lists, fetched querysets and the edges of a connection all hold siblings."""
    fetched = getattr(value, "_result_cache", value)
    operation = _current.get()
    if operation is not None and isinstance(fetched, list | tuple) and fetched:
        operation.remember([one.node if isinstance(one, relay.Edge) else one for one in fetched])
