"""Carts, as their owners see them."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

import strawberry
import strawberry_django
from django.db.models import DecimalField, F, QuerySet, Sum
from strawberry import auto, relay
from strawberry_django.relay import DjangoListConnection

from shop.aggregates import JSONArrayAgg, aggregate_over
from shop.carts import models
from shop.carts.services import visible_carts
from shop.graphql.callers import caller_of
from shop.graphql.catalog import ProductVariant, suggestions
from shop.graphql.money import Money, money

CENT = Decimal("0.01")
SUBTOTAL = Sum(
    F("lines__quantity") * F("lines__variant__price"),
    output_field=DecimalField(max_digits=14, decimal_places=2),
    default=0,
)
#: The products in a cart, whichever variants.
PRODUCT_CODES = aggregate_over(models.Cart, "lines", JSONArrayAgg("variant__product__code"))


def visible_cart_lines(info: strawberry.Info) -> QuerySet[models.CartLine]:
    return models.CartLine.objects.filter(cart__in=visible_carts(caller_of(info)))


def _product_codes(carts: Sequence[Any]) -> list[Collection[str]]:
    return [cart._product_codes or () for cart in carts]


@strawberry.type
class CartCost:
    subtotal_amount: Money
    total_amount: Money


@strawberry_django.type(models.CartLine)
class CartLine(relay.Node):
    quantity: auto
    merchandise: ProductVariant = strawberry_django.field(field_name="variant")

    @strawberry_django.field(select_related=["variant"], only=["quantity", "variant__price"])
    def cost(self, root: strawberry.Parent[models.CartLine]) -> Money:
        return money(root.variant.price * root.quantity)


strawberry.enum(models.CartStatus)


@strawberry_django.type(models.Cart)
class Cart(relay.Node):
    status: models.CartStatus
    created_at: auto
    updated_at: auto
    lines: DjangoListConnection[CartLine] = strawberry_django.connection()

    @strawberry_django.field(annotate={"_quantity": Sum("lines__quantity", default=0)})
    def total_quantity(self, root: strawberry.Parent[Any]) -> int:
        quantity: int = root._quantity
        return quantity

    @strawberry_django.field(annotate={"_subtotal": SUBTOTAL})
    def cost(self, root: strawberry.Parent[Any]) -> CartCost:
        total = money(root._subtotal.quantize(CENT))
        return CartCost(subtotal_amount=total, total_amount=total)

    frequently_bought_with = suggestions.frequently_bought_with(
        _product_codes, annotate={"_product_codes": PRODUCT_CODES}
    )
