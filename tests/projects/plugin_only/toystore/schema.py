"""A host's own GraphQL types, with suggestion fields on its product and on its basket."""

from collections.abc import Collection
from typing import Annotated

import strawberry
import strawberry_django
from strawberry import auto, relay
from strawberry_django.optimizer import DjangoOptimizerExtension, optimize

from recommendations.conf import get_store
from recommendations.graphql.batching import SuggestionBatching
from recommendations.graphql.fields import SuggestionFields
from tests.projects.plugin_only.toystore import models


def load_toys(keys: Collection[str], info: strawberry.Info) -> dict[str, models.Toy]:
    """The toys that suggestions name, in one query, with what the caller selects of them."""
    toys = optimize(models.Toy.objects.filter(pk__in=keys), info)
    return {str(toy.pk): toy for toy in toys}


fields = SuggestionFields(
    Annotated["Product", strawberry.lazy("tests.projects.plugin_only.toystore.schema")], load_toys
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
