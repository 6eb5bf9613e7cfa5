"""Everything that changes a review, and what all reviews together say about products."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from shop import rate_limits
from shop.carts.services import Caller
from shop.catalog.models import Product, PublicationState
from shop.customers.models import Customer, User
from shop.customers.services import customer_of, get_or_create_customer
from shop.exceptions import NotFound, NotLoggedIn, OwnReview, ShopError
from shop.reviews.models import MAX_RATING, MIN_RATING, Review, ReviewStatus, ReviewVote
from shop.signals import announce, review_published, review_withdrawn

MAX_TITLE_LENGTH = 120
MAX_TEXT_LENGTH = 5_000
VIEW_PERMISSION = "reviews.view_review"
PRODUCTS_A_QUERY = 2_000
#: As many reviews as the mean of the shop counts for in `quality`.
PRIOR_REVIEWS = 5


@dataclass(frozen=True)
class ReviewText:
    """What a customer writes."""

    rating: int
    title: str = ""
    text: str = ""


@dataclass(frozen=True)
class Rating:
    """The published reviews of a product: how many gave 1, 2, 3, 4 and 5."""

    distribution: tuple[int, ...] = (0,) * MAX_RATING

    @property
    def count(self) -> int:
        return sum(self.distribution)

    @property
    def average(self) -> float | None:
        """None without a review."""
        stars = sum(rating * n for rating, n in enumerate(self.distribution, start=1))
        return stars / self.count if self.count else None


def visible_reviews(caller: Caller) -> QuerySet[Review]:
    """Published ones of published products, the caller's own in any state, and all for staff who
    may view reviews."""
    if caller.is_staff and caller.has_perm(VIEW_PERMISSION):
        return Review.objects.all()
    shown = Q(status=ReviewStatus.PUBLISHED, product__state=PublicationState.PUBLISHED)
    if customer := customer_of(caller):
        shown |= Q(customer=customer)
    return Review.objects.filter(shown)


def submit(product_id: int | None, caller: Caller, written: ReviewText) -> Review:
    """Writes the caller's review of a product, or writes it anew; a moderator sees it first."""
    values = _checked(written)
    unmoderated = {"status": ReviewStatus.PENDING, "moderated_at": None, "moderated_by": None}
    with transaction.atomic():
        customer = _lock_reviewer(caller, "Log in first: a review has an author.")
        rate_limits.count("review", str(customer.pk))
        product = Product.objects.published().filter(Q(pk=product_id)).first()
        if product is None:
            raise NotFound("There is no such product.", ["productId"])
        review, created = Review.objects.update_or_create(
            customer=customer,
            product=product,
            defaults=values | unmoderated | {"edited_at": timezone.now()},
            create_defaults=values,
        )
        if not created:
            announce(review_withdrawn, review)
    return review


def vote(review_id: int | None, caller: Caller, helpful: bool) -> Review:
    """One vote a customer, which the next one changes; not on an own review."""
    with transaction.atomic():
        voter = _lock_reviewer(caller, "Log in first: everybody has one vote.")
        review = visible_reviews(caller).filter(Q(pk=review_id)).first()
        if review is not None and review.customer_id == voter.pk:
            raise OwnReview("You can't vote on your own review.", ["reviewId"])
        if review is None or review.status != ReviewStatus.PUBLISHED:
            raise NotFound("There is no such review.", ["reviewId"])
        ReviewVote.objects.update_or_create(
            review=review, customer=voter, defaults={"helpful": helpful}
        )
    return review


def delete(review_id: int | None, caller: Caller) -> None:
    """Deletes the caller's own review, and the votes on it."""
    own = Review.objects.filter(Q(pk=review_id), customer=customer_of(caller))
    with transaction.atomic():
        review = own.select_for_update().first()
        if review is None:
            raise NotFound("There is no such review.", ["reviewId"])
        own.delete()
        announce(review_withdrawn, review)


def moderate(review: Review, to: ReviewStatus, *, by: User) -> bool:
    """Publishes or rejects a review; False if it is so already."""
    with transaction.atomic():
        locked = Review.objects.select_for_update().get(pk=review.pk)
        if locked.status == to:
            return False
        locked.status, locked.moderated_at, locked.moderated_by = to, timezone.now(), by
        locked.save(update_fields=["status", "moderated_at", "moderated_by"])
        published = to == ReviewStatus.PUBLISHED
        announce(review_published if published else review_withdrawn, locked)
    return True


def ratings(product_ids: Collection[int]) -> dict[int, Rating]:
    """What the published reviews give each of these products, from one query."""
    counts = {pk: [0] * MAX_RATING for pk in product_ids}
    rows = Review.objects.published().filter(product__in=counts).order_by()
    for pk, rating, n in rows.values_list("product", "rating").annotate(n=Count("pk")):
        counts[pk][rating - 1] = n
    return {pk: Rating(tuple(distribution)) for pk, distribution in counts.items()}


def quality(product_codes: Collection[str]) -> dict[str, float]:
    """The mean rating of each product, shrunk towards the mean of the shop (Bayesian average).

        quality = (C·m + Σ ratings) / (C + n)

    with n published reviews of the product, m the mean of all published ratings in the shop
    (the middle of the scale where there are none) and C = `PRIOR_REVIEWS`. One lonely 5 says
    little, and a product without a review has quality m.
    """
    shop = Review.objects.published().aggregate(stars=Sum("rating"), n=Count("pk"))
    mean = shop["stars"] / shop["n"] if shop["n"] else (MIN_RATING + MAX_RATING) / 2
    found = dict.fromkeys(product_codes, mean)
    codes = list(found)
    for start in range(0, len(codes), PRODUCTS_A_QUERY):
        rows = Review.objects.published().filter(
            product__code__in=codes[start : start + PRODUCTS_A_QUERY]
        )
        sums = rows.order_by().values(code=F("product__code"))
        for row in sums.annotate(stars=Sum("rating"), n=Count("pk")):
            prior = PRIOR_REVIEWS * mean
            found[row["code"]] = (prior + row["stars"]) / (PRIOR_REVIEWS + row["n"])
    return found


def _lock_reviewer(caller: Caller, otherwise: str) -> Customer:
    """The caller's customer. Two requests of one person come one after the other: MariaDB has a
    deadlock where both would insert the same row."""
    if not isinstance(caller, User):
        raise NotLoggedIn(otherwise)
    User.objects.select_for_update().get(pk=caller.pk)
    return get_or_create_customer(caller)


def _checked(written: ReviewText) -> dict[str, int | str]:
    if not MIN_RATING <= written.rating <= MAX_RATING:
        raise ShopError(f"Rating must be from {MIN_RATING} to {MAX_RATING}.", ["input", "rating"])
    title, text = written.title.strip(), written.text.strip()
    for name, value, most in (("title", title, MAX_TITLE_LENGTH), ("text", text, MAX_TEXT_LENGTH)):
        if len(value) > most:
            raise ShopError(
                f"{name.capitalize()} has at most {most:,} characters.", ["input", name]
            )
    return {"rating": written.rating, "title": title, "text": text}
