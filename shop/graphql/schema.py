"""The schema of the shop: its own types, with the suggestions of `recommendations`."""

from strawberry.schema.config import StrawberryConfig
from strawberry_django.optimizer import DjangoOptimizerExtension

from recommendations.graphql.batching import SuggestionBatching
from shop.graphql.connections import MAX_PAGE
from shop.graphql.limits import QueryLimits
from shop.graphql.masking import GuardedSchema
from shop.graphql.mutations import Mutation
from shop.graphql.queries import Query

schema = GuardedSchema(
    query=Query,
    mutation=Mutation,
    config=StrawberryConfig(relay_max_results=MAX_PAGE),
    extensions=[QueryLimits, DjangoOptimizerExtension, SuggestionBatching],
)
