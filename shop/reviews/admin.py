"""Reviews in admin: to read, and to publish or reject. Nobody edits what a customer wrote."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from shop.readonly import ReadOnlyAdmin
from shop.reviews.models import Review, ReviewStatus, verified_purchase
from shop.reviews.services import moderate


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = (
        "__str__",
        "product",
        "customer",
        "rating",
        "title",
        "text",
        "verified",
        "status",
        "created_at",
    )
    list_filter = ("status", "rating", "created_at")
    list_select_related = ("product", "customer")
    search_fields = ("title", "text", "product__code", "product__title", "customer__name")
    search_help_text = "Words of the review, or code or title of the product, or name of the author"
    fields = (
        "product",
        "customer",
        "verified",
        "rating",
        "title",
        "text",
        "status",
        "created_at",
        "edited_at",
        "moderated_by",
        "moderated_at",
    )
    readonly_fields = ("verified",)
    actions = ("publish", "reject")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        return super().get_queryset(request).annotate(is_verified=verified_purchase())

    @admin.display(boolean=True, description="verified purchase")
    def verified(self, review: Any) -> bool:
        return bool(review.is_verified)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("reviews.publish_review")

    def has_reject_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("reviews.reject_review")

    @admin.action(description="Publish selected reviews", permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        self._moderate(request, queryset, ReviewStatus.PUBLISHED)

    @admin.action(description="Reject selected reviews", permissions=["reject"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        self._moderate(request, queryset, ReviewStatus.REJECTED)

    def _moderate(self, request: Any, reviews: QuerySet[Review], to: ReviewStatus) -> None:
        changed = [moderate(review, to, by=request.user) for review in reviews.order_by("pk")]
        self.message_user(request, f"{sum(changed)} {to.lower()}.", messages.SUCCESS)
        if unchanged := len(changed) - sum(changed):
            self.message_user(request, f"{unchanged} had been {to.lower()} before.")
