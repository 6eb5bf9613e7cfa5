"""Suggestion fields that a host puts on its own GraphQL types."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import strawberry
import strawberry_django
from strawberry import relay

from recommendations.graphql.batching import Operation, current_operation
from recommendations.graphql.types import build_suggestion_connection
from recommendations.services import serving
from recommendations.services.suggestions import Suggestions
from recommendations.stores.base import Actor

#: (product keys, info) → key → the host's object; one query, whatever the number of keys.
Loader = Callable[[Collection[str], strawberry.Info], Mapping[str, Any]]
#: Objects of one list → the product keys each of them stands for: a cart's lines, a product.
Baskets = Callable[[Sequence[Any]], Sequence[Collection[str]]]


class SuggestionFields:
    """Makes suggestion fields for a host's product type.

    `node` is that type or a lazy reference; `load` finds its objects by product key.
    """

    def __init__(self, node: Any, load: Loader) -> None:
        self.connection = build_suggestion_connection(node)
        self._load = load

    def frequently_bought_with(self, baskets: Baskets, **hints: Any) -> Any:
        """A field for a type whose objects stand for baskets. `hints` go to the optimizer."""

        def frequently_bought_with(root: Any, info: strawberry.Info, first: int = 4) -> Any:
            operation = current_operation()
            siblings = operation.siblings(root)
            place = (_place(info), id(siblings), first)
            if place not in operation.batches:
                operation.batches[place] = self._answer(operation, siblings, baskets, first, info)
            return operation.batches[place][id(root)]

        return self._field(
            frequently_bought_with,
            {"first": int},
            "What other customers bought together with this.",
            **hints,
        )

    def suggestions(self, keys_of: Callable[[list[relay.GlobalID]], Collection[str]]) -> Any:
        """A root field for any basket, given by the ids of its products."""

        def suggestions(
            info: strawberry.Info, product_ids: list[relay.GlobalID], first: int = 4
        ) -> Any:
            operation = current_operation()
            keys = keys_of(product_ids)
            return self._answer(operation, [None], lambda _: [keys], first, info)[id(None)]

        return self._field(
            suggestions,
            {"product_ids": list[relay.GlobalID], "first": int},
            "What goes with any set of products, for baskets this API does not know.",
        )

    def _field(
        self,
        resolver: Callable[..., Any],
        arguments: dict[str, Any],
        description: str,
        **hints: Any,
    ) -> Any:
        """strawberry reads types from annotations, and this one is made at run time."""
        resolver.__annotations__ = {
            "info": strawberry.Info,
            **arguments,
            "return": self.connection,
        }
        return strawberry_django.field(resolver=resolver, description=description, **hints)

    def _answer(
        self,
        operation: Operation,
        roots: Sequence[Any],
        baskets: Baskets,
        first: int,
        info: strawberry.Info,
    ) -> dict[int, Any]:
        found = serving.frequently_bought_with(
            baskets(roots), first, actor=Actor(request=_request(info))
        )
        nodes_of = _Nodes(operation, found, self._load)
        return {
            id(root): self.connection(suggestions=suggestions, nodes_of=nodes_of)
            for root, suggestions in zip(roots, found, strict=True)
        }


class _Nodes:
    """Loads the products of a whole batch at once, when the first of them is asked for.

    Each place in the query (`node`, `nodes`, `becauseOf`) is loaded for itself, so that the
    optimizer sees what is selected there.
    """

    def __init__(self, operation: Operation, batch: Sequence[Suggestions], load: Loader) -> None:
        self._operation = operation
        self._batch = batch
        self._load = load
        self._loaded: dict[tuple[str, ...], Mapping[str, Any]] = {}

    def __call__(self, keys: list[str], info: strawberry.Info) -> list[Any]:
        place = _place(info)
        if place not in self._loaded:
            loaded = self._load(self._keys(), info)
            self._operation.remember(list(loaded.values()))
            self._loaded[place] = loaded
        return [self._loaded[place][key] for key in keys if key in self._loaded[place]]

    def _keys(self) -> set[str]:
        suggestions = [one for answer in self._batch for one in answer.items]
        return {key for one in suggestions for key in (one.key, *one.because_of)}


def _place(info: strawberry.Info) -> tuple[str, ...]:
    """Where in the query a field stands, without the positions in lists."""
    return tuple(part for part in info.path.as_list() if isinstance(part, str))


def _request(info: strawberry.Info) -> Any:
    context = info.context
    return (
        context.get("request") if isinstance(context, dict) else getattr(context, "request", None)
    )
