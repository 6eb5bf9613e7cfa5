"""The schema of the shop: its own types, with the suggestions of `recommendations`."""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry_django.optimizer import DjangoOptimizerExtension

from recommendations.graphql.batching import SuggestionBatching
from shop.graphql.connections import MAX_PAGE
from shop.graphql.mutations import Mutation
from shop.graphql.queries import Query

schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    config=StrawberryConfig(relay_max_results=MAX_PAGE),
    extensions=[DjangoOptimizerExtension, SuggestionBatching],
)
