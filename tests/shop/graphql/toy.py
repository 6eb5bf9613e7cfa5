"""A small schema with every shape that the guards must know, and the ways a resolver can fail."""

from collections.abc import Callable
from typing import Any

import strawberry
from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, connection
from graphql import GraphQLError
from strawberry import relay

from recommendations.exceptions import InvalidArgument
from shop.exceptions import InvalidQuantity
from shop.graphql.limits import Limits, QueryLimits
from shop.graphql.masking import GuardedSchema

#: Spelt out, so that the numbers in the tests don't move with the shop's own.
LIMITS = Limits(
    tokens=5_000,
    nesting=50,
    depth=15,
    fields=300,
    fragments=50,
    arguments=100,
    aliases=30,
    directives=30,
    introspection=3,
    cost=20_000,
    page_size=100,
    default_page_size=20,
    list_size=10,
)


def slice_of(first: int | None, after: str | None, info: strawberry.Info) -> "Products":
    relay.utils.SliceMetadata.from_arguments(info, first=first, after=after)
    return Products()


@strawberry.type
class Product:
    title: str = "Tea"

    @strawberry.field
    def related(self) -> list["Product"]:
        return []

    @strawberry.field
    def bought_with(self, first: int | None = 4) -> "Products":
        return Products()


@strawberry.type
class ProductEdge:
    node: Product


@strawberry.type
class Products:
    total: int = 2

    @strawberry.field
    def edges(self) -> list[ProductEdge]:
        return [ProductEdge(node=Product()), ProductEdge(node=Product())]

    @strawberry.field
    def nodes(self) -> list[Product]:
        return [Product(), Product()]


@strawberry.type
class Query:
    @strawberry.field
    def shop(self) -> "Query":
        return Query()

    @strawberry.field
    def products(
        self,
        info: strawberry.Info,
        first: int | None = None,
        last: int | None = None,
        after: str | None = None,
    ) -> Products:
        return slice_of(first, after, info)

    @strawberry.field
    def latest(self, first: int = 5) -> list[Product]:
        return [Product()] * first

    @strawberry.field
    def featured(self) -> list[Product]:
        return [Product()]

    @strawberry.field
    def echo(self, text: str) -> str:
        return text

    @strawberry.field
    def open(self, id: relay.GlobalID) -> str:
        return id.node_id


class Bug(Exception):
    extensions = {"sql": "SELECT secret"}


def break_down() -> None:
    raise Bug("secret")


def miss() -> None:
    raise ObjectDoesNotExist("CreditCard matching query does not exist.")


def refuse_quantity() -> None:
    raise InvalidQuantity("Quantity must be from 1 to 10.", ["lines", "0", "quantity"])


def refuse_argument() -> None:
    raise InvalidArgument("first must be from 0 to 100.")


def refuse_with_code() -> None:
    raise GraphQLError("Come back tomorrow.", extensions={"code": "CLOSED"})


def compare_out_of_range() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s + 0", [10**30])


def store_out_of_range() -> None:
    raise DataError("value too long for type character varying(10)")


FAILURES: dict[str, Callable[[], None]] = {
    "bug": break_down,
    "missing": miss,
    "quantity": refuse_quantity,
    "argument": refuse_argument,
    "code": refuse_with_code,
    "compare": compare_out_of_range,
    "store": store_out_of_range,
}


@strawberry.type
class Mutation:
    @strawberry.mutation
    def fail(self, how: str) -> str | None:
        FAILURES[how]()
        return None

    @strawberry.mutation
    def remember(self, info: strawberry.Info) -> bool:
        response: Any = info.context.response
        response.set_cookie("visitor", "v1")
        response["X-Remembered"] = "yes"
        return True


def limited(limits: Limits = LIMITS) -> GuardedSchema:
    return GuardedSchema(query=Query, mutation=Mutation, extensions=[lambda: QueryLimits(limits)])


schema = limited()
