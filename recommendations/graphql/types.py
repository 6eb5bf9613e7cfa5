"""The GraphQL types of suggestions, made for a host's own product type.

No `from __future__ import annotations` here: the types are built inside a function, and
strawberry has to see the annotations themselves.
"""

from collections.abc import Callable
from typing import Any

import strawberry
import strawberry_django
from strawberry import relay

from recommendations.services.suggestions import Source, Suggestion, Suggestions

strawberry.enum(
    Source,
    name="SuggestionSource",
    description="Where a suggestion comes from; POPULAR is the fallback when evidence runs out, "
    "NEW the one when nothing that sells is for sale.",
)

#: (keys, info) → the host's objects in that order. Called once for a whole page of suggestions.
NodeResolver = Callable[[list[str], strawberry.Info], list[Any]]


def build_suggestion_connection(product: Any) -> Any:
    """The type `SuggestionConnection`; `product` is the host's type or a lazy reference."""

    @strawberry.type(description="A suggested product with the evidence it rests on.")
    class SuggestionEdge:
        suggestion: strawberry.Private[Suggestion]
        nodes_of: strawberry.Private[NodeResolver]
        cursor: str
        score: float = strawberry.field(
            description="The model's own scale: it orders one list, before the shop's rules."
        )
        source: Source
        reason: str = strawberry.field(description="Why, in the language of the request.")
        pair_orders: int | None = strawberry.field(description="Orders that hold both products.")
        support: float | None = strawberry.field(
            description="Share of all orders that hold both products."
        )
        confidence: float | None = strawberry.field(
            description="Share of the orders with the one that hold the other."
        )
        lift: float | None = strawberry.field(
            description="How many times more often than by chance."
        )

        @strawberry_django.field
        def node(self, info: strawberry.Info) -> product:
            return self.nodes_of([self.suggestion.key], info)[0]

        @strawberry_django.field(
            description="The products of the basket it follows from, the strongest first. "
            "The figures belong to the first of them."
        )
        def because_of(self, info: strawberry.Info) -> list[product]:
            return self.nodes_of(list(self.suggestion.because_of), info)

        @classmethod
        def of(cls, suggestion: Suggestion, nodes_of: NodeResolver) -> "SuggestionEdge":
            evidence = suggestion.evidence
            return cls(
                suggestion=suggestion,
                nodes_of=nodes_of,
                cursor=_cursor(suggestion.key),
                score=suggestion.score,
                source=suggestion.source,
                reason=suggestion.reason,
                pair_orders=evidence.pair_orders if evidence else None,
                support=evidence.support if evidence else None,
                confidence=evidence.confidence if evidence else None,
                lift=evidence.lift if evidence else None,
            )

    @strawberry.type(description="Suggested products, best first.")
    class SuggestionConnection:
        suggestions: strawberry.Private[Suggestions]
        nodes_of: strawberry.Private[NodeResolver]

        @strawberry.field(
            description="Send it back with events and with what is put in the cart: it says, and "
            "can't be forged, which suggestions these were."
        )
        def token(self) -> str:
            return self.suggestions.token

        @strawberry.field(description="The model version that answered, null before the first.")
        def model_version(self) -> str | None:
            return self.suggestions.version

        @strawberry.field
        def edges(self) -> list[SuggestionEdge]:
            return [SuggestionEdge.of(one, self.nodes_of) for one in self.suggestions.items]

        @strawberry_django.field
        def nodes(self, info: strawberry.Info) -> list[product]:
            return self.nodes_of([one.key for one in self.suggestions.items], info)

        @strawberry.field(description="Suggestions are one page: ask for more with `first`.")
        def page_info(self) -> relay.PageInfo:
            keys = [one.key for one in self.suggestions.items]
            return relay.PageInfo(
                has_next_page=False,
                has_previous_page=False,
                start_cursor=_cursor(keys[0]) if keys else None,
                end_cursor=_cursor(keys[-1]) if keys else None,
            )

    return SuggestionConnection


def _cursor(key: str) -> str:
    return relay.to_base64("Suggestion", key)
