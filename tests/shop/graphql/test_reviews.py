"""Reviews and ratings in the API."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from shop.orders.models import OrderStatus
from shop.reviews.models import Review
from tests import factories
from tests.shop.graphql.conftest import global_id

SUBMIT = """mutation($product: ID!, $input: ReviewInput!) {
    reviewSubmit(productId: $product, input: $input) {
      review { rating title text author status verifiedPurchase helpfulCount notHelpfulCount }
      userErrors { code field message } } }"""
VOTE = """mutation($review: ID!, $helpful: Boolean!) {
    reviewVote(reviewId: $review, helpful: $helpful) {
      review { helpfulCount notHelpfulCount } userErrors { code field message } } }"""
DELETE = """mutation($review: ID!) { reviewDelete(reviewId: $review) {
      deletedReviewId userErrors { code field message } } }"""
REVIEWS = """query($id: ID!, $first: Int, $after: String, $order: ReviewOrder! = NEWEST) {
    product(id: $id) {
      rating { average count distribution }
      reviews(first: $first, after: $after, order: $order) {
        totalCount pageInfo { hasNextPage endCursor }
        edges { node { title author status verifiedPurchase helpfulCount notHelpfulCount } }
      } } }"""
PAGE = """{ products { edges { node { code rating { average count distribution } } } } }"""


@pytest.fixture
def tea(db):
    return factories.product("TEA")


@pytest.fixture
def ann(db):
    return factories.customer(name="Ann Archer", email="ann@example.com")


def titles(api, product, **variables):
    page = api(REVIEWS, id=global_id(product), **variables)["product"]["reviews"]
    return [edge["node"]["title"] for edge in page["edges"]]


def test_a_customer_writes_reads_changes_and_deletes_a_review(api, tea, ann):
    factories.order(["TEA"], customer=ann, status=OrderStatus.DELIVERED)
    api.client.force_login(ann.user)

    wish = {"rating": 5, "title": "Lovely", "text": "Every morning."}
    submitted = api(SUBMIT, product=global_id(tea), input=wish)["reviewSubmit"]

    assert submitted == {
        "review": {
            "rating": 5,
            "title": "Lovely",
            "text": "Every morning.",
            "author": "Ann A.",
            "status": "PENDING",
            "verifiedPurchase": True,
            "helpfulCount": 0,
            "notHelpfulCount": 0,
        },
        "userErrors": [],
    }
    assert titles(api, tea) == ["Lovely"]
    again = api(SUBMIT, product=global_id(tea), input={"rating": 1})["reviewSubmit"]
    assert (again["review"]["rating"], again["review"]["title"]) == (1, "")
    key = global_id(Review.objects.get())
    assert api(DELETE, review=key)["reviewDelete"] == {"deletedReviewId": key, "userErrors": []}
    assert titles(api, tea) == []


def test_a_customer_who_floods_is_told_when_to_come_back(api, tea, ann, settings):
    settings.SHOP_WRITES_AN_HOUR = 1
    cache.clear()
    api.client.force_login(ann.user)
    answers = [
        api(SUBMIT, product=global_id(tea), input={"rating": n})["reviewSubmit"] for n in (5, 1)
    ]
    assert [[e["code"] for e in a["userErrors"]] for a in answers] == [[], ["TOO_MANY_REQUESTS"]]
    assert Review.objects.get().rating == 5


def test_only_published_reviews_are_for_others(api, tea, ann):
    factories.review(tea, title="Published", author=ann)
    factories.review(tea, title="Pending", status="PENDING")
    factories.review(tea, title="Rejected", status="REJECTED")

    answer = api(REVIEWS, id=global_id(tea))["product"]

    assert [edge["node"] for edge in answer["reviews"]["edges"]] == [
        {
            "title": "Published",
            "author": "Ann A.",
            "status": "PUBLISHED",
            "verifiedPurchase": False,
            "helpfulCount": 0,
            "notHelpfulCount": 0,
        }
    ]
    assert answer["reviews"]["totalCount"] == 1
    assert answer["rating"]["count"] == 1


@pytest.mark.parametrize("status", ["PENDING", "REJECTED"])
def test_the_author_sees_the_own_one_in_any_state(api, tea, ann, status):
    review = factories.review(tea, author=ann, status=status, title="Mine")
    query = "query($id: ID!) { node(id: $id) { ... on Review { status } } }"
    assert api(query, id=global_id(review)) == {"node": None}
    api.client.force_login(ann.user)
    assert titles(api, tea) == ["Mine"]
    assert api(query, id=global_id(review)) == {"node": {"status": status}}


def test_a_published_review_of_a_hidden_product_is_hidden_too(api, ann):
    review = factories.review(factories.product(state="ARCHIVED"), author=ann)
    query = "query($id: ID!) { node(id: $id) { id } }"
    assert api(query, id=global_id(review)) == {"node": None}
    api.client.force_login(ann.user)
    assert api(query, id=global_id(review)) == {"node": {"id": global_id(review)}}


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("NEWEST", ["C", "B", "A"]),
        ("MOST_HELPFUL", ["A", "C", "B"]),
        ("RATING_DESC", ["B", "C", "A"]),
        ("RATING_ASC", ["A", "C", "B"]),
    ],
)
def test_orders_and_pages(api, tea, order, expected):
    now = timezone.now()
    for days, (title, rating, helpful) in enumerate([("C", 3, 1), ("B", 5, 0), ("A", 1, 2)]):
        review = factories.review(tea, title=title, rating=rating)
        Review.objects.filter(pk=review.pk).update(created_at=now - timedelta(days=days))
        for _ in range(helpful):
            review.votes.create(customer=factories.customer(), helpful=True)
        review.votes.create(customer=factories.customer(), helpful=False)

    first = api(REVIEWS, id=global_id(tea), first=2, order=order)["product"]["reviews"]
    after = first["pageInfo"]["endCursor"]

    assert [edge["node"]["title"] for edge in first["edges"]] == expected[:2]
    assert first["pageInfo"]["hasNextPage"] is True
    assert titles(api, tea, after=after, order=order) == expected[2:]


def test_votes_are_counted_and_can_change(api, tea, ann):
    review = factories.review(tea)
    review.votes.create(customer=factories.customer(), helpful=True)
    api.client.force_login(ann.user)
    for helpful, counts in ((True, (2, 0)), (False, (1, 1)), (False, (1, 1))):
        voted = api(VOTE, review=global_id(review), helpful=helpful)["reviewVote"]
        assert voted["userErrors"] == []
        shown = voted["review"]
        assert (shown["helpfulCount"], shown["notHelpfulCount"]) == counts


class TestRefusals:
    def check(self, payload, code, field):
        assert (payload.get("review"), payload.get("deletedReviewId")) == (None, None)
        (error,) = payload["userErrors"]
        assert (error["code"], error["field"]) == (code, field)
        assert error["message"]

    def test_guests(self, api, tea):
        review = factories.review(tea)
        submitted = api(SUBMIT, product=global_id(tea), input={"rating": 5})["reviewSubmit"]
        self.check(submitted, "NOT_LOGGED_IN", None)
        voted = api(VOTE, review=global_id(review), helpful=True)["reviewVote"]
        self.check(voted, "NOT_LOGGED_IN", None)
        deleted = api(DELETE, review=global_id(review))["reviewDelete"]
        self.check(deleted, "NOT_FOUND", ["reviewId"])

    def test_values_and_ids(self, api, tea, ann):
        api.client.force_login(ann.user)
        own = factories.review(tea, author=ann)

        submitted = api(SUBMIT, product=global_id(tea), input={"rating": 6})["reviewSubmit"]
        self.check(submitted, "INVALID", ["input", "rating"])
        assert "from 1 to 5" in submitted["userErrors"][0]["message"]
        wrong_type = api(SUBMIT, product=global_id(own), input={"rating": 5})["reviewSubmit"]
        self.check(wrong_type, "NOT_FOUND", ["productId"])
        voted = api(VOTE, review=global_id(own), helpful=True)["reviewVote"]
        self.check(voted, "OWN_REVIEW", ["reviewId"])
        wrong_type = api(VOTE, review=global_id(tea), helpful=True)["reviewVote"]
        self.check(wrong_type, "NOT_FOUND", ["reviewId"])


def test_ratings_of_a_page_of_products_take_one_query(api, django_assert_num_queries):
    for number in range(3):
        product = factories.product(f"P{number}")
        for rating in range(1, 2 + number):
            factories.review(product, rating=rating)
    with django_assert_num_queries(2):
        page = api(PAGE)["products"]["edges"]
    assert [edge["node"]["rating"] for edge in page] == [
        {"average": 1.0, "count": 1, "distribution": [1, 0, 0, 0, 0]},
        {"average": 1.5, "count": 2, "distribution": [1, 1, 0, 0, 0]},
        {"average": 2.0, "count": 3, "distribution": [1, 1, 1, 0, 0]},
    ]
    for number in range(3, 20):
        factories.review(factories.product(f"P{number}"))
    with django_assert_num_queries(2):
        api(PAGE)


def test_a_page_of_reviews_takes_as_many_queries_for_20_as_for_2(
    api, tea, django_assert_num_queries
):
    def add(number):
        for _ in range(number):
            review = factories.review(tea, author=factories.customer(name="Bo Berg"))
            review.votes.create(customer=factories.customer(), helpful=True)

    add(2)
    with django_assert_num_queries(4):  # the product, its ratings, the count, the page
        api(REVIEWS, id=global_id(tea))
    add(18)
    with django_assert_num_queries(4):
        page = api(REVIEWS, id=global_id(tea))["product"]["reviews"]
    assert [edge["node"]["helpfulCount"] for edge in page["edges"]] == [1] * 20
