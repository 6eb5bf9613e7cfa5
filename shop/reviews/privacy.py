"""The reviews of a person, and the votes on those of others."""

from typing import Any

from shop.customers.models import Customer
from shop.customers.privacy import Holder, register
from shop.reviews.models import Review, ReviewVote


def export(customer: Customer) -> dict[str, list[dict[str, Any]]]:
    reviews = Review.objects.filter(customer=customer).select_related("product")
    votes = ReviewVote.objects.filter(customer=customer).select_related("review__product")
    return {
        "written": [
            {
                "product": review.product.code,
                "rating": review.rating,
                "title": review.title,
                "text": review.text,
                "status": review.status,
                "created_at": review.created_at.isoformat(),
            }
            for review in reviews
        ],
        "votes": [
            {"product": vote.review.product.code, "helpful": vote.helpful}
            for vote in votes.order_by("pk")
        ],
    }


def erase(customer: Customer) -> dict[str, int]:
    """Free text can name its author, so reviews are deleted and not only made anonymous."""
    votes, _ = ReviewVote.objects.filter(customer=customer).delete()
    locked = list(Review.objects.select_for_update().filter(customer=customer).order_by("pk"))
    _, deleted = Review.objects.filter(pk__in=[review.pk for review in locked]).delete()
    return {"review votes": votes, "reviews": deleted.get(Review._meta.label, 0)}


register(Holder("reviews", export, erase))
