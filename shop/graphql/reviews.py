"""Reviews and ratings of products: what a caller may see of them."""

from enum import Enum
from typing import Any

import strawberry
import strawberry_django
from django.db.models import Count, Q, QuerySet
from strawberry import auto, relay

from recommendations.graphql.batching import current_operation
from shop.catalog.models import Product
from shop.customers.services import display_name
from shop.graphql.callers import caller_of
from shop.reviews import models, services

HELPFUL = Count("votes", filter=Q(votes__helpful=True))
NOT_HELPFUL = Count("votes", filter=Q(votes__helpful=False))

strawberry.enum(models.ReviewStatus)


@strawberry.enum
class ReviewOrder(Enum):
    NEWEST = "-created_at"
    MOST_HELPFUL = "-helpfulness"
    RATING_ASC = "rating"
    RATING_DESC = "-rating"


@strawberry.type(description="The published reviews of a product, summed up.")
class Rating:
    average: float | None = strawberry.field(description="From 1 to 5; null without a review.")
    count: int
    distribution: list[int] = strawberry.field(
        description="How many gave 1, 2, 3, 4 and 5, in this order."
    )


@strawberry_django.type(models.Review)
class Review(relay.Node):
    rating: auto
    title: auto
    text: auto
    created_at: auto
    status: models.ReviewStatus = strawberry_django.field(
        description="Others see a review that is PUBLISHED, its author sees it always."
    )

    @strawberry_django.field(
        select_related=["customer"],
        only=["customer__name"],
        description="First name and initial, never an e-mail address.",
    )
    def author(self, root: strawberry.Parent[models.Review]) -> str:
        return display_name(root.customer)

    @strawberry_django.field(
        annotate={"_verified": models.verified_purchase()},
        description="Whether the author has bought the product, by the orders of the shop.",
    )
    def verified_purchase(self, root: strawberry.Parent[Any]) -> bool:
        verified: bool = root._verified
        return verified

    @strawberry_django.field(annotate={"_helpful": HELPFUL})
    def helpful_count(self, root: strawberry.Parent[Any]) -> int:
        count: int = root._helpful
        return count

    @strawberry_django.field(annotate={"_not_helpful": NOT_HELPFUL})
    def not_helpful_count(self, root: strawberry.Parent[Any]) -> int:
        count: int = root._not_helpful
        return count


def reviews_of(
    product: Product, info: strawberry.Info, order: ReviewOrder
) -> QuerySet[models.Review]:
    found = services.visible_reviews(caller_of(info)).filter(product=product)
    if order is ReviewOrder.MOST_HELPFUL:
        found = found.annotate(helpfulness=HELPFUL)
    return found.order_by(order.value, "-pk")


def rating_of(product: Product) -> Rating:
    """All siblings of this product are counted together, by one query."""
    operation = current_operation()
    siblings = operation.siblings(product)
    place = ("product.rating", id(siblings))
    if place not in operation.batches:
        operation.batches[place] = services.ratings([one.pk for one in siblings])
    found: services.Rating = operation.batches[place][product.pk]
    return Rating(average=found.average, count=found.count, distribution=list(found.distribution))
