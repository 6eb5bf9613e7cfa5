import strawberry
from strawberry.tools import merge_types

from analytics.graphql.mutations import TrackingMutation


@strawberry.type
class Query:
    hello: str = "Hello"


schema = strawberry.Schema(query=Query, mutation=merge_types("Mutation", (TrackingMutation,)))
