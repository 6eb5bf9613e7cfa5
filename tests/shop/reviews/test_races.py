"""A double click makes one review and one vote."""

import pytest

from shop.customers.models import Customer
from shop.reviews import services
from shop.reviews.models import Review, ReviewVote
from shop.reviews.services import ReviewText
from tests import factories
from tests.shop.threads import at_once

pytestmark = [pytest.mark.row_locks, pytest.mark.django_db(transaction=True)]


def test_two_reviews_at_once_are_one():
    for _ in range(5):
        tea, account = factories.product(), factories.user()

        made = at_once(8, lambda n: services.submit(tea.pk, account, ReviewText(1 + n % 5)))  # noqa: B023

        assert {review.pk for review in made} == {Review.objects.get(product=tea).pk}
        assert Customer.objects.filter(user=account).count() == 1


def test_two_votes_at_once_are_one():
    review, account = factories.review(), factories.user()

    at_once(8, lambda n: services.vote(review.pk, account, bool(n % 2)))

    assert ReviewVote.objects.filter(review=review).count() == 1
