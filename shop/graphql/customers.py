"""The logged-in customer."""

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import auto

from shop.carts.services import open_cart_of
from shop.customers import models
from shop.graphql.carts import Cart
from shop.graphql.connections import CursorConnection
from shop.graphql.fetching import fetch_one
from shop.graphql.orders import Order
from shop.graphql.tickets import Ticket
from shop.orders.models import Order as OrderModel
from shop.support.models import Ticket as TicketModel


@strawberry_django.type(models.Customer, description="The logged-in customer.")
class Customer:
    name: auto
    email: auto

    @strawberry_django.field(description="The cart that is being filled, the latest of several.")
    def cart(self, root: strawberry.Parent[models.Customer], info: strawberry.Info) -> Cart | None:
        return fetch_one(open_cart_of(root), info)

    @strawberry_django.connection(CursorConnection[Order])
    def orders(self, root: strawberry.Parent[models.Customer]) -> QuerySet[OrderModel]:
        return OrderModel.objects.filter(customer=root)

    @strawberry_django.connection(CursorConnection[Ticket])
    def tickets(self, root: strawberry.Parent[models.Customer]) -> QuerySet[TicketModel]:
        return TicketModel.objects.filter(customer=root)
