"""The schema of the shop: its own types, the suggestions and the tracking of behaviour."""

from strawberry.extensions import ParserCache
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry_django.optimizer import DjangoOptimizerExtension

from analytics.graphql.mutations import TrackingMutation
from analytics.graphql.reports import ReportQuery
from recommendations.graphql.batching import SuggestionBatching
from shop.graphql.connections import MAX_PAGE
from shop.graphql.limits import KnownDocuments, QueryLimits
from shop.graphql.masking import GuardedSchema
from shop.graphql.mutations import Mutation
from shop.graphql.queries import Query
from shop.graphql.review_mutations import ReviewMutation
from shop.graphql.ticket_mutations import TicketMutation

schema = GuardedSchema(
    query=merge_types("Query", (Query, ReportQuery)),
    mutation=merge_types("Mutation", (Mutation, ReviewMutation, TicketMutation, TrackingMutation)),
    config=StrawberryConfig(relay_max_results=MAX_PAGE),
    extensions=[
        ParserCache,
        QueryLimits,
        KnownDocuments,
        DjangoOptimizerExtension,
        SuggestionBatching,
    ],
)
