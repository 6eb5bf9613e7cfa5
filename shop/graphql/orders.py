"""Orders, for the customer who placed them and for staff."""

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import auto, relay

from shop.graphql.callers import caller_of, current_customer
from shop.graphql.money import Money, money
from shop.orders import models

strawberry.enum(models.OrderStatus)


def visible_orders(info: strawberry.Info) -> QuerySet[models.Order]:
    """A customer's own; all for staff; none for guests, who get theirs from the checkout."""
    if caller_of(info).is_staff:
        return models.Order.objects.all()
    customer = current_customer(info)
    if customer is None:
        return models.Order.objects.none()
    return models.Order.objects.filter(customer=customer)


@strawberry_django.type(models.OrderLine, description="As bought: later price changes leave it.")
class OrderLine:
    product_code: str
    sku: str
    name: auto
    quantity: auto

    @strawberry_django.field(only=["unit_price"])
    def unit_price(self, root: strawberry.Parent[models.OrderLine]) -> Money:
        return money(root.unit_price, root.order.currency)


@strawberry_django.type(models.OrderStatusChange)
class OrderStatusChange:
    to_status: models.OrderStatus
    at: auto


@strawberry_django.type(models.Order)
class Order(relay.Node):
    number: str
    status: models.OrderStatus
    placed_at: auto
    email: auto
    lines: list[OrderLine] = strawberry_django.field(only=["currency"])
    history: list[OrderStatusChange]

    @strawberry_django.field(only=["total", "currency"])
    def total(self, root: strawberry.Parent[models.Order]) -> Money:
        return money(root.total, root.currency)
