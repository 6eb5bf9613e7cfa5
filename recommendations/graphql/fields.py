"""Suggestion fields that a host puts on its own GraphQL types."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay
from strawberry_django.optimizer import optimize

from recommendations.conf import get_store
from recommendations.graphql.batching import Operation, current_operation
from recommendations.graphql.types import build_suggestion_connection
from recommendations.services import serving, surfaces
from recommendations.services.suggestions import Suggestions
from recommendations.stores.base import Actor

#: Product keys → the host's products, not fetched yet.
Finder = Callable[[Collection[str]], QuerySet[Any]]
#: Objects of one list → the product keys each of them stands for: a cart's lines, a product.
Baskets = Callable[[Sequence[Any]], Sequence[Collection[str]]]
#: A service that answers many baskets, and one that answers a person.
Serve = Callable[..., Sequence[Suggestions]]
ServePerson = Callable[..., Suggestions]

CART_FIRST, SIMILAR_FIRST, PAGE_FIRST = 4, 8, 12


class SuggestionFields:
    """Makes suggestion fields for a host's product type.

    `node` is that type or a lazy reference; `find` finds its objects by product key, and `key` is
    the attribute of theirs that holds it.
    """

    def __init__(self, node: Any, find: Finder, key: str = "pk") -> None:
        self.connection = build_suggestion_connection(node)
        self._find, self._key = find, key

    def frequently_bought_with(self, baskets: Baskets, **hints: Any) -> Any:
        """A field for a type whose objects stand for baskets. `hints` go to the optimizer."""
        return self._of_siblings(
            "frequently_bought_with", serving.frequently_bought_with, baskets, CART_FIRST,
            "What other customers bought together with this.", **hints,
        )  # fmt: skip

    def similar_products(self, baskets: Baskets, **hints: Any) -> Any:
        """A field for a product type: what a customer could take instead."""
        return self._of_siblings(
            "similar_products", surfaces.similar_products, baskets, SIMILAR_FIRST,
            "What a customer could take instead of this.", **hints,
        )  # fmt: skip

    def recommended_for_you(self) -> Any:
        """A root field: for the person who asks, from what they bought."""
        return self._personal(
            "recommended_for_you",
            surfaces.recommended_for_you,
            "For whoever asks, from their own orders, or else from what they looked at on this "
            "device; then what is popular.",
        )

    def buy_again(self) -> Any:
        """A root field: what the person who asks may need again by now."""
        return self._personal(
            "buy_again",
            surfaces.buy_again,
            "What whoever asks has bought and may need again by now, then what is popular.",
        )

    def recently_viewed(self) -> Any:
        """A root field: what the visitor who asks has looked at."""
        return self._personal(
            "recently_viewed",
            surfaces.recently_viewed,
            "What whoever asks has looked at on this device, then what is popular.",
        )

    def trending(self, category_key_of: Callable[[relay.GlobalID], str]) -> Any:
        """A root field: what is in demand, in a category or at all."""

        def trending(
            info: strawberry.Info, first: int = PAGE_FIRST, category: relay.GlobalID | None = None
        ) -> Any:
            key = "" if category is None else category_key_of(category)
            actor = Actor(request=_request(info))
            return self._connection([surfaces.trending(first, category=key, actor=actor)])[0]

        return self._field(
            trending,
            {"first": int, "category": relay.GlobalID | None},
            "What is in demand at the moment, in a category and those below it or at all.",
        )

    def suggestions(self, keys_of: Callable[[list[relay.GlobalID]], Collection[str]]) -> Any:
        """A root field for any basket, given by the ids of its products."""

        def suggestions(
            info: strawberry.Info, product_ids: list[relay.GlobalID], first: int = CART_FIRST
        ) -> Any:
            actor = Actor(request=_request(info))
            keys = keys_of(product_ids)
            return self._connection(serving.frequently_bought_with([keys], first, actor=actor))[0]

        return self._field(
            suggestions,
            {"product_ids": list[relay.GlobalID], "first": int},
            "What goes with any set of products, for baskets this API does not know.",
        )

    def _of_siblings(
        self,
        name: str,
        serve: Serve,
        baskets: Baskets,
        usual: int,
        description: str,
        **hints: Any,
    ) -> Any:
        """A field of a type: the first object that is asked is answered with all its siblings."""

        def resolver(root: Any, info: strawberry.Info, first: int = usual) -> Any:
            operation = current_operation()
            siblings = operation.siblings(root)
            place = (_place(info), id(siblings), first)
            if place not in operation.batches:
                actor = Actor(request=_request(info))
                answers = serve(baskets(siblings), first, actor=actor)
                found = self._connection(answers)
                operation.batches[place] = dict(zip(map(id, siblings), found, strict=True))
            return operation.batches[place][id(root)]

        resolver.__name__ = name
        return self._field(resolver, {"first": int}, description, **hints)

    def _personal(self, name: str, serve: ServePerson, description: str) -> Any:
        def resolver(info: strawberry.Info, first: int = PAGE_FIRST) -> Any:
            actor = get_store().identify(_request(info))
            return self._connection([serve(first, actor=actor)])[0]

        resolver.__name__ = name
        return self._field(resolver, {"first": int}, description)

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

    def _connection(self, answers: Sequence[Suggestions]) -> list[Any]:
        nodes_of = _Nodes(current_operation(), answers, self._find, self._key)
        return [self.connection(suggestions=one, nodes_of=nodes_of) for one in answers]


class _Nodes:
    """Loads the products of a whole batch at once, when the first of them is asked for.

    Each place in the query (`node`, `nodes`, `becauseOf`) has what the optimizer adds for the
    selection there. A place that needs no more than columns shares the rows of another.
    """

    def __init__(
        self, operation: Operation, batch: Sequence[Suggestions], find: Finder, key: str
    ) -> None:
        self._operation = operation
        self._batch = batch
        self._find, self._key = find, key
        self._loaded: dict[tuple[str, ...], Mapping[str, Any]] = {}

    def __call__(self, keys: list[str], info: strawberry.Info) -> list[Any]:
        place = _place(info)
        if place not in self._loaded:
            self._loaded[place] = self._load(info)
        return [self._loaded[place][key] for key in keys if key in self._loaded[place]]

    def _load(self, info: strawberry.Info) -> Mapping[str, Any]:
        # whole rows, where the optimizer would narrow them to the columns of this place
        found = optimize(self._find(self._keys()), info).defer(None)
        if self._loaded and _is_plain(found):
            return next(iter(self._loaded.values()))
        loaded = {str(getattr(one, self._key)): one for one in found}
        self._operation.remember(list(loaded.values()))
        return loaded

    def _keys(self) -> set[str]:
        suggestions = [one for answer in self._batch for one in answer.items]
        return {key for one in suggestions for key in (one.key, *one.because_of)}


def _is_plain(found: QuerySet[Any]) -> bool:
    """Whether the rows alone are all there is to fetch."""
    query, prefetched = found.query, vars(found)["_prefetch_related_lookups"]
    return not (prefetched or query.select_related or query.annotations)


def _place(info: strawberry.Info) -> tuple[str, ...]:
    """Where in the query a field stands, without the positions in lists."""
    return tuple(part for part in info.path.as_list() if isinstance(part, str))


def _request(info: strawberry.Info) -> Any:
    context = info.context
    return (
        context.get("request") if isinstance(context, dict) else getattr(context, "request", None)
    )
