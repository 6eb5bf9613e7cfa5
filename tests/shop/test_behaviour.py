"""What reports learn from the shop: texts of reviews and tickets, titles of products."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics.host import ReviewText, get_host
from shop.behaviour import ShopHost
from shop.reviews.models import Review, ReviewStatus
from shop.support.models import AuthorKind, Ticket
from tests import factories

pytestmark = pytest.mark.django_db
OPENS = datetime(2026, 5, 1, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=31)
MAY = (OPENS, CLOSES, "default")


def test_the_settings_name_it():
    assert isinstance(get_host(), ShopHost)


def test_published_reviews_of_the_period():
    for text, status, at in (
        ("Broken.", ReviewStatus.PUBLISHED, OPENS),
        ("Spam.", ReviewStatus.REJECTED, OPENS),
        ("Later.", ReviewStatus.PUBLISHED, CLOSES),
    ):
        made = factories.review(rating=1, title="Cup", text=text, status=status)
        Review.objects.filter(pk=made.pk).update(created_at=at)
    assert list(ShopHost().reviews(*MAY)) == [ReviewText(1, "Cup\nBroken.")]


def test_of_tickets_what_the_customer_wrote():
    made = factories.ticket(subject="Where is it?", category="DELIVERY")
    made.messages.create(author_kind=AuthorKind.CUSTOMER, body="It is late.")
    made.messages.create(author_kind=AuthorKind.STAFF, body="We look into it.")
    answered = OPENS + timedelta(hours=1)
    Ticket.objects.filter(pk=made.pk).update(opened_at=OPENS, first_response_at=answered)
    factories.ticket(subject="Another month")
    (found,) = ShopHost().tickets(*MAY)
    assert found.text.startswith("Where is it?")
    assert "It is late." in found.text
    assert "look into it" not in found.text
    assert (found.opened_at, found.first_response_at, found.resolved_at) == (OPENS, answered, None)


def test_titles_of_products_that_are_there(django_assert_num_queries):
    factories.product("CUP", title="Tea cup")
    with django_assert_num_queries(1):
        assert ShopHost().titles(["CUP", "GONE"]) == {"CUP": "Tea cup"}
