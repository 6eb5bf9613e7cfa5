"""Reviews: what customers think of products, and how helpful others find it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from shop.catalog.models import Product
from shop.customers.models import Customer
from shop.orders.models import OrderLine, OrderStatus

MIN_RATING, MAX_RATING = 1, 5

#: Orders that prove a purchase: paid, and not taken back.
BOUGHT = (OrderStatus.PAID, OrderStatus.SHIPPED, OrderStatus.DELIVERED)


class ReviewStatus(models.TextChoices):
    PENDING = "PENDING"
    PUBLISHED = "PUBLISHED"
    REJECTED = "REJECTED"


def verified_purchase() -> Exists:
    """Whether the author of a review has bought the product: what the orders say by now."""
    return Exists(
        OrderLine.objects.filter(
            order__customer=OuterRef("customer"),
            order__status__in=BOUGHT,
            product_code=OuterRef("product__code"),
        )
    )


class ReviewQuerySet(models.QuerySet["Review"]):
    def published(self) -> ReviewQuerySet:
        return self.filter(status=ReviewStatus.PUBLISHED)


class Review(models.Model):
    """One customer on one product. Others see it once a moderator has published it."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="reviews")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="reviews")
    rating = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    status = models.CharField(
        max_length=9, choices=ReviewStatus, default=ReviewStatus.PENDING, db_index=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    moderated_at = models.DateTimeField(null=True, blank=True)
    moderated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        permissions: ClassVar = [
            ("publish_review", "Can publish a review"),
            ("reject_review", "Can reject a review"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["product", "status", "rating"], name="review_product_rating")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "product"], name="one_review_per_customer_product"
            ),
            models.CheckConstraint(
                condition=Q(rating__gte=MIN_RATING, rating__lte=MAX_RATING),
                name="review_rating_1_to_5",
            ),
        ]

    def __str__(self) -> str:
        return f"Review {self.pk}"


class ReviewVote(models.Model):
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="votes")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="review_votes")
    helpful = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["review", "customer"], name="one_vote_per_review_customer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.review}: {'helpful' if self.helpful else 'not helpful'}"
