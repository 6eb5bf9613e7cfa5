"""Relay connections with a page that ends, whatever a client asks for."""

from typing import Any

import strawberry
from strawberry import relay
from strawberry_django.relay import DjangoCursorConnection
from strawberry_django.relay.cursor_connection import DjangoCursorEdge

MAX_PAGE = 100
DEFAULT_PAGE = 20


@strawberry.type(name="Edge", description="An item and its place in the list.")
class CursorEdge(DjangoCursorEdge[relay.NodeType]): ...


@strawberry.type(name="Connection", description="A page of a list; `first` is 20 unless given.")
class CursorConnection(DjangoCursorConnection[relay.NodeType]):
    edges: list[CursorEdge[relay.NodeType]] = strawberry.field(  # type: ignore[assignment]
        description="The items of this page."
    )

    @classmethod
    def resolve_connection(
        cls,
        nodes: Any,
        *,
        info: strawberry.Info,
        first: int | None = None,
        last: int | None = None,
        **kwargs: Any,
    ) -> Any:
        if first is None and last is None:
            first = DEFAULT_PAGE
        return super().resolve_connection(nodes, info=info, first=first, last=last, **kwargs)
