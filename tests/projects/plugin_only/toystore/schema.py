"""A host's own GraphQL types, with suggestion fields on its product and on its basket."""

from collections.abc import Collection
from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import auto, relay
from strawberry_django.optimizer import DjangoOptimizerExtension

from recommendations.conf import get_store
from recommendations.graphql.batching import SuggestionBatching
from recommendations.graphql.fields import SuggestionFields
from tests.projects.plugin_only.toystore import models


def find_toys(keys: Collection[str]) -> QuerySet[models.Toy]:
    return models.Toy.objects.filter(pk__in=keys)


fields = SuggestionFields(
    Annotated["Product", strawberry.lazy("tests.projects.plugin_only.toystore.schema")], find_toys
)


@strawberry_django.type(models.Maker)
class Maker(relay.Node):
    name: auto


@strawberry_django.type(models.Toy)
class Product(relay.Node):
    name: auto
    maker: Maker | None
    frequently_bought_with = fields.frequently_bought_with(
        lambda toys: [[str(toy.pk)] for toy in toys]
    )


@strawberry_django.type(models.WishList)
class Basket(relay.Node):
    name: auto
    frequently_bought_with = fields.frequently_bought_with(lambda lists: get_store().baskets(lists))


@strawberry.type
class Query:
    products: list[Product] = strawberry_django.field()
    baskets: list[Basket] = strawberry_django.field()
    suggestions = fields.suggestions(
        lambda ids: [one.node_id for one in ids if one.type_name == "Product"]
    )


schema = strawberry.Schema(Query, extensions=[DjangoOptimizerExtension, SuggestionBatching])
