"""What anybody may ask; each resolver finds what the caller may see and returns it."""

from collections.abc import Callable
from typing import Any

import strawberry
import strawberry_django
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from strawberry import relay

from shop.carts.services import visible_carts
from shop.catalog import models as catalog
from shop.customers import models as customers
from shop.graphql.callers import caller_of, current_customer
from shop.graphql.carts import Cart, visible_cart_lines
from shop.graphql.catalog import (
    Category,
    Product,
    category_key,
    product_codes,
    suggestions,
    visible_products,
    visible_variants,
)
from shop.graphql.connections import CursorConnection
from shop.graphql.customers import Customer
from shop.graphql.fetching import fetch_one
from shop.graphql.ids import key_of, number_of
from shop.graphql.orders import Order, visible_orders
from shop.graphql.product_search import ProductFilter, ProductOrder, find_products
from shop.graphql.tickets import Ticket, visible_messages
from shop.reviews.services import visible_reviews
from shop.support.services import visible_tickets

#: Every type that `node` opens, with what the caller may see of it. A type that is not here
#: can't be opened.
NODES: dict[str, Callable[[strawberry.Info], QuerySet[Any]]] = {
    "Product": lambda info: visible_products(),
    "ProductVariant": lambda info: visible_variants(),
    "Category": lambda info: catalog.Category.objects.all(),
    "Cart": lambda info: visible_carts(caller_of(info)),
    "CartLine": visible_cart_lines,
    "Order": visible_orders,
    "Review": lambda info: visible_reviews(caller_of(info)),
    "Ticket": lambda info: visible_tickets(caller_of(info)),
    "TicketMessage": visible_messages,
}


@strawberry.type
class Query:
    @strawberry_django.field(
        description="Any object by its id; null for what does not exist or is somebody else's."
    )
    def node(self, info: strawberry.Info, id: relay.GlobalID) -> relay.Node | None:
        return _open(info, id, id.type_name)

    @strawberry_django.field(description="A published product by id or by slug.")
    def product(
        self, info: strawberry.Info, id: relay.GlobalID | None = None, slug: str | None = None
    ) -> Product | None:
        if id is not None:
            return _open(info, id, "Product")
        return fetch_one(visible_products().filter(slug=slug), info)

    @strawberry_django.connection(
        CursorConnection[Product],
        description="Published products. `search` looks for every word in title or code.",
    )
    def products(
        self,
        filters: ProductFilter | None = None,
        order: ProductOrder = ProductOrder.TITLE,
        search: str | None = None,
    ) -> QuerySet[catalog.Product]:
        return find_products(filters, order, search)

    @strawberry_django.connection(
        CursorConnection[Category],
        description="The category tree from the top, or the categories right below one.",
    )
    def categories(self, parent: relay.GlobalID | None = None) -> QuerySet[catalog.Category]:
        if parent is None:
            return catalog.Category.objects.order_by("path")
        above = catalog.Category.objects.filter(pk=number_of(parent, "Category")).first()
        return (
            catalog.Category.objects.get_children(above)
            if above
            else catalog.Category.objects.none()
        )

    @strawberry_django.field(
        description="A guest's cart for whoever knows its id, a customer's for its owner."
    )
    def cart(self, info: strawberry.Info, id: relay.GlobalID) -> Cart | None:
        return _open(info, id, "Cart")

    @strawberry_django.field(description="An order of the logged-in customer.")
    def order(self, info: strawberry.Info, id: relay.GlobalID) -> Order | None:
        return _open(info, id, "Order")

    @strawberry_django.field(
        description="A customer's ticket for the customer, a guest's for whoever knows its id, "
        "until it is closed."
    )
    def ticket(self, info: strawberry.Info, id: relay.GlobalID) -> Ticket | None:
        return _open(info, id, "Ticket")

    @strawberry_django.field(description="The logged-in customer; null for a guest.")
    def me(self, info: strawberry.Info) -> Customer | None:
        customer = current_customer(info)
        if customer is None:
            return None
        return fetch_one(customers.Customer.objects.filter(pk=customer.pk), info)

    recommended_for_you = suggestions.recommended_for_you()
    buy_again = suggestions.buy_again()
    recently_viewed = suggestions.recently_viewed()
    trending = suggestions.trending(category_key)
    suggestions = suggestions.suggestions(product_codes)


def _open(info: strawberry.Info, global_id: relay.GlobalID, type_name: str) -> Any:
    visible = NODES.get(type_name)
    key = key_of(global_id, type_name)
    if visible is None or key is None:
        return None
    found: QuerySet[Model] = visible(info)
    try:
        return fetch_one(found.filter(pk=key), info)
    except (ValueError, ValidationError):
        return None  # not even a key of that type
