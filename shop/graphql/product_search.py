"""Filters, order and search of products."""

from decimal import Decimal
from enum import Enum

import strawberry
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from strawberry import relay

from shop.catalog.models import Category, Product, Variant
from shop.exceptions import ShopError
from shop.graphql.ids import check_length, number_of

MAX_WORDS = 20
MAX_PRICE = Decimal("9999999999.99")


@strawberry.enum
class ProductOrder(Enum):
    TITLE = "title"
    NEWEST = "-created_at"
    PRICE_ASC = "lowest_price"
    PRICE_DESC = "-lowest_price"


@strawberry.input(description="All that is given must hold.")
class ProductFilter:
    category: relay.GlobalID | None = strawberry.field(
        default=None, description="This category or one below it."
    )
    codes: list[str] | None = None
    available: bool | None = strawberry.field(
        default=None, description="At least one variant in stock, or none."
    )
    min_price: Decimal | None = None
    max_price: Decimal | None = None


def find_products(
    filters: ProductFilter | None, order: ProductOrder, search: str | None
) -> QuerySet[Product]:
    """Published products. Raises `ShopError` for a value out of range."""
    if search and len(search.split()) > MAX_WORDS:
        raise ShopError(f"Argument 'search' takes at most {MAX_WORDS} words.", ["search"])
    found: QuerySet[Product] = Product.objects.published().search(search or "")
    if filters is not None:
        found = _filtered(found, filters)
    if order in (ProductOrder.PRICE_ASC, ProductOrder.PRICE_DESC):
        found = found.annotate(lowest_price=Min("variants__price"))
    return found.order_by(order.value, "pk")


def _filtered(products: QuerySet[Product], wanted: ProductFilter) -> QuerySet[Product]:
    if wanted.codes is not None:
        check_length(wanted.codes, "codes")
        products = products.filter(code__in=wanted.codes)
    if wanted.category is not None:
        top = Category.objects.filter(pk=number_of(wanted.category, "Category")).first()
        products = products.filter(category__path__startswith=top.path) if top else products.none()
    variants = Variant.objects.filter(product=OuterRef("pk"))
    if wanted.available is not None:
        in_stock = Exists(variants.filter(stock__gt=0))
        products = products.filter(in_stock if wanted.available else ~in_stock)
    band = _price_band(wanted)
    return products.filter(Exists(variants.filter(band))) if band else products


def _price_band(wanted: ProductFilter) -> Q:
    band = Q()
    for argument, lookup, bound in (
        ("minPrice", "price__gte", wanted.min_price),
        ("maxPrice", "price__lte", wanted.max_price),
    ):
        if bound is None:
            continue
        if not bound.is_finite() or not 0 <= bound <= MAX_PRICE:
            raise ShopError(f"Argument '{argument}' must be from 0 to {MAX_PRICE}.", [argument])
        band &= Q(**{lookup: bound})
    return band
