"""Products, variants and categories: what anybody may see of the catalogue."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Annotated, Any

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import auto, relay
from strawberry.scalars import JSON

from recommendations.graphql.batching import current_operation
from recommendations.graphql.fields import SuggestionFields
from shop.catalog import models
from shop.graphql.connections import CursorConnection
from shop.graphql.ids import check_length, number_of
from shop.graphql.money import Money, money
from shop.graphql.reviews import Rating, Review, ReviewOrder, rating_of, reviews_of
from shop.reviews.models import Review as ReviewModel

#: The path of no category: what is asked for below it is not there.
NO_CATEGORY = "-"


def products_of(codes: Collection[str]) -> QuerySet[models.Product]:
    """The products that suggestions name: whether one may be shown is the store's to say."""
    return models.Product.objects.filter(code__in=codes).order_by()


def visible_products() -> QuerySet[models.Product]:
    return models.Product.objects.published()


def visible_variants() -> QuerySet[models.Variant]:
    return models.Variant.objects.filter(product__in=visible_products())


def product_codes(ids: list[relay.GlobalID]) -> list[str]:
    """The codes of the published products among these ids."""
    check_length(ids, "productIds")
    keys = [key for one in ids if (key := number_of(one, "Product"))]
    return list(visible_products().filter(pk__in=keys).values_list("code", flat=True))


def category_key(id: relay.GlobalID) -> str:
    """The key recommendations know a category by."""
    found = models.Category.objects.filter(pk=number_of(id, "Category"))
    return found.values_list("path", flat=True).first() or NO_CATEGORY


def _parents(category: models.Category) -> dict[str, Any]:
    """Path → category for the parents of all siblings of this one, from one query."""
    operation = current_operation()
    siblings = operation.siblings(category)
    place = ("category.parent", id(siblings))
    if place not in operation.batches:
        paths = {one.path[: -one.steplen] for one in siblings}
        found = list(models.Category.objects.filter(path__in=paths))
        operation.remember(found)
        operation.batches[place] = {one.path: one for one in found}
    parents: dict[str, Any] = operation.batches[place]
    return parents


def _own_codes(products: Sequence[models.Product]) -> list[list[str]]:
    return [[product.code] for product in products]


suggestions = SuggestionFields(
    Annotated["Product", strawberry.lazy("shop.graphql.catalog")], products_of, key="code"
)


@strawberry_django.type(models.Category)
class Category(relay.Node):
    name: auto
    slug: auto
    description: auto
    depth: auto

    @strawberry_django.field(
        only=["path"], description="Those of the category itself and of the categories below it."
    )
    def parent(self, root: strawberry.Parent[models.Category]) -> "Category | None":
        return _parents(root).get(root.path[: -root.steplen])

    @strawberry_django.connection(CursorConnection["Product"])
    def products(self, root: strawberry.Parent[models.Category]) -> QuerySet[models.Product]:
        return visible_products().filter(category__path__startswith=root.path)


@strawberry_django.type(models.ProductAttribute)
class ProductAttribute:
    value: auto

    @strawberry_django.field(select_related=["attribute"], only=["attribute__name"])
    def name(self, root: strawberry.Parent[models.ProductAttribute]) -> str:
        return root.attribute.name


@strawberry.type(description="The lowest and the highest price among a product's variants.")
class PriceRange:
    min_variant_price: Money
    max_variant_price: Money


@strawberry_django.type(models.Variant, description="A product in one size, colour, …")
class ProductVariant(relay.Node):
    sku: str
    options: JSON
    product: "Product"

    @strawberry_django.field(only=["price"])
    def price(self, root: strawberry.Parent[models.Variant]) -> Money:
        return money(root.price)

    @strawberry_django.field(only=["stock"])
    def available_for_sale(self, root: strawberry.Parent[models.Variant]) -> bool:
        return root.stock > 0


@strawberry_django.type(models.Product)
class Product(relay.Node):
    code: str
    title: auto
    slug: auto
    description: auto
    category: Category | None
    attributes: list[ProductAttribute]
    variants: list[ProductVariant]

    @strawberry_django.field(prefetch_related=["variants"])
    def price_range(self, root: strawberry.Parent[models.Product]) -> PriceRange:
        prices = [variant.price for variant in root.variants.all()] or [Decimal(0)]
        return PriceRange(
            min_variant_price=money(min(prices)), max_variant_price=money(max(prices))
        )

    @strawberry_django.field(prefetch_related=["variants"])
    def available_for_sale(self, root: strawberry.Parent[models.Product]) -> bool:
        return any(variant.stock > 0 for variant in root.variants.all())

    @strawberry_django.field(description="What the published reviews give it.")
    def rating(self, root: strawberry.Parent[models.Product]) -> Rating:
        return rating_of(root)

    @strawberry_django.connection(
        CursorConnection[Review],
        description="The published ones and the caller's own; all for staff who view reviews.",
    )
    def reviews(
        self,
        root: strawberry.Parent[models.Product],
        info: strawberry.Info,
        order: ReviewOrder = ReviewOrder.NEWEST,
    ) -> QuerySet[ReviewModel]:
        return reviews_of(root, info, order)

    frequently_bought_with = suggestions.frequently_bought_with(_own_codes, only=["code"])
    similar_products = suggestions.similar_products(_own_codes, only=["code"])
