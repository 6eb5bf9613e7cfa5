"""What customers may do with reviews. Expected failures come back as `userErrors`."""

import strawberry
import strawberry_django
from strawberry import relay

from shop.exceptions import ShopError
from shop.graphql.callers import caller_of
from shop.graphql.errors import ReviewUserError, review_error
from shop.graphql.fetching import fetch_one
from shop.graphql.ids import number_of
from shop.graphql.reviews import Review
from shop.reviews import services
from shop.reviews.models import Review as ReviewModel


@strawberry.input
class ReviewInput:
    rating: int = strawberry.field(description="From 1 to 5.")
    title: str = ""
    text: str = ""


@strawberry.interface(description="The review after the change, or why there was none.")
class ReviewPayload:
    review_key: strawberry.Private[int | None] = None
    user_errors: list[ReviewUserError] = strawberry.field(default_factory=list)

    @strawberry_django.field
    def review(self, info: strawberry.Info) -> Review | None:
        if self.review_key is None:
            return None
        return fetch_one(ReviewModel.objects.filter(pk=self.review_key), info)


@strawberry.type
class ReviewSubmitPayload(ReviewPayload): ...


@strawberry.type
class ReviewVotePayload(ReviewPayload): ...


@strawberry.type
class ReviewDeletePayload:
    deleted_review_id: relay.GlobalID | None = None
    user_errors: list[ReviewUserError] = strawberry.field(default_factory=list)


@strawberry.type
class ReviewMutation:
    @strawberry_django.mutation(
        description="Writes the logged-in customer's review of a product, or writes it anew: "
        "there is one. A moderator reads it before others do."
    )
    def review_submit(
        self, info: strawberry.Info, product_id: relay.GlobalID, input: ReviewInput
    ) -> ReviewSubmitPayload:
        written = services.ReviewText(input.rating, input.title, input.text)
        try:
            review = services.submit(number_of(product_id, "Product"), caller_of(info), written)
        except ShopError as error:
            return ReviewSubmitPayload(user_errors=[review_error(error)])
        return ReviewSubmitPayload(review_key=review.pk)

    @strawberry_django.mutation(
        description="The logged-in customer's one vote on a review; the next one changes it."
    )
    def review_vote(
        self, info: strawberry.Info, review_id: relay.GlobalID, helpful: bool
    ) -> ReviewVotePayload:
        try:
            review = services.vote(number_of(review_id, "Review"), caller_of(info), helpful)
        except ShopError as error:
            return ReviewVotePayload(user_errors=[review_error(error)])
        return ReviewVotePayload(review_key=review.pk)

    @strawberry_django.mutation(description="Deletes a review of the logged-in customer.")
    def review_delete(
        self, info: strawberry.Info, review_id: relay.GlobalID
    ) -> ReviewDeletePayload:
        try:
            services.delete(number_of(review_id, "Review"), caller_of(info))
        except ShopError as error:
            return ReviewDeletePayload(user_errors=[review_error(error)])
        return ReviewDeletePayload(deleted_review_id=review_id)
