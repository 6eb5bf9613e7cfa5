"""Reviews: who may write, vote and moderate, and what all of them say about a product."""

import pytest
from django.contrib.auth.models import AnonymousUser

from shop.customers.services import display_name
from shop.orders.models import OrderStatus
from shop.reviews import services
from shop.reviews.models import Review, ReviewStatus, ReviewVote, verified_purchase
from shop.reviews.services import ReviewText
from shop.signals import review_published, review_withdrawn
from tests import factories
from tests.shop.refusals import refused, refused_by_database

pytestmark = pytest.mark.django_db

GUEST = AnonymousUser()


@pytest.fixture
def tea():
    return factories.product("TEA")


@pytest.fixture
def ann():
    return factories.customer(name="Ann Archer")


@pytest.fixture
def heard(django_capture_on_commit_callbacks):
    """What a call announces: a name, and the key of the review."""

    def run(call):
        found = []

        def published(subject, **kwargs):
            found.append(("published", subject.pk))

        def withdrawn(subject, **kwargs):
            found.append(("withdrawn", subject.pk))

        review_published.connect(published)
        review_withdrawn.connect(withdrawn)
        with django_capture_on_commit_callbacks(execute=True):
            call()
        review_published.disconnect(published)
        review_withdrawn.disconnect(withdrawn)
        return found

    return run


class TestWriting:
    def test_a_review_waits_for_a_moderator(self, tea, ann):
        review = services.submit(tea.pk, ann.user, ReviewText(5, " Lovely ", "Every\nmorning. "))
        review.refresh_from_db()
        assert (review.product, review.customer, review.rating) == (tea, ann, 5)
        assert (review.title, review.text) == ("Lovely", "Every\nmorning.")
        assert (review.status, review.edited_at) == ("PENDING", None)

    def test_writing_again_edits_the_one_and_sends_it_back_to_moderation(self, tea, ann):
        first = services.submit(tea.pk, ann.user, ReviewText(5, "Lovely"))
        services.moderate(first, ReviewStatus.PUBLISHED, by=factories.staff())

        again = services.submit(tea.pk, ann.user, ReviewText(2, "Not any more"))

        review = Review.objects.get()
        assert again == first == review
        assert (review.rating, review.title, review.status) == (2, "Not any more", "PENDING")
        assert (review.moderated_by, review.moderated_at) == (None, None)
        assert review.edited_at > review.created_at

    def test_editing_and_deleting_are_announced_and_writing_is_not(self, tea, ann, heard):
        def write():
            return services.submit(tea.pk, ann.user, ReviewText(5))

        assert heard(write) == []
        pk = Review.objects.get().pk
        assert heard(write) == [("withdrawn", pk)]
        assert heard(lambda: services.delete(pk, ann.user)) == [("withdrawn", pk)]

    @pytest.mark.parametrize("rating", [0, 6, -1])
    def test_ratings_out_of_range(self, tea, ann, rating):
        with refused("INVALID", "input", "rating"):
            services.submit(tea.pk, ann.user, ReviewText(rating))

    @pytest.mark.parametrize(
        ("written", "field"),
        [(ReviewText(5, title="t" * 121), "title"), (ReviewText(5, text="t" * 5_001), "text")],
    )
    def test_texts_too_long(self, tea, ann, written, field):
        with refused("INVALID", "input", field):
            services.submit(tea.pk, ann.user, written)

    def test_guests_write_none(self, tea):
        with refused("NOT_LOGGED_IN"):
            services.submit(tea.pk, GUEST, ReviewText(5))

    @pytest.mark.parametrize("state", ["DRAFT", "ARCHIVED"])
    def test_products_that_nobody_sees_have_none(self, ann, state):
        hidden = factories.product(state=state)
        with refused("NOT_FOUND", "productId"):
            services.submit(hidden.pk, ann.user, ReviewText(5))

    def test_the_database_holds_the_line(self, tea, ann):
        factories.review(tea, author=ann)
        with refused_by_database():
            factories.review(tea, author=ann)
        for rating in (0, 6):
            with refused_by_database():
                factories.review(tea, rating=rating)

    def test_only_the_author_deletes(self, tea, ann):
        review = factories.review(tea, author=ann)
        for stranger in (GUEST, factories.user(), factories.customer().user, factories.staff()):
            with refused("NOT_FOUND", "reviewId"):
                services.delete(review.pk, stranger)
        services.delete(review.pk, ann.user)
        assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("status", "verified"),
    [
        ("PENDING", False),
        ("CONFIRMED", False),
        ("PAID", True),
        ("SHIPPED", True),
        ("DELIVERED", True),
        ("CANCELLED", False),
        ("REFUNDED", False),
    ],
)
def test_a_purchase_is_verified_by_what_the_orders_say(tea, ann, status, verified):
    factories.order(["TEA"], customer=ann, status=OrderStatus(status))
    factories.review(tea, author=ann)
    assert Review.objects.annotate(it=verified_purchase()).get().it is verified


def test_neither_another_product_nor_another_buyer_verifies(tea, ann):
    factories.order(["CUP"], customer=ann, status=OrderStatus.PAID)
    factories.order(["TEA"], customer=factories.customer(), status=OrderStatus.PAID)
    factories.order(["TEA"], status=OrderStatus.PAID)
    factories.review(tea, author=ann)
    assert Review.objects.annotate(it=verified_purchase()).get().it is False


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ann Archer", "Ann A."),
        ("Ann", "Ann"),
        ("Ann Maria von Archer", "Ann A."),
        ("", "A customer"),
        ("  ", "A customer"),
        ("ann@example.com", "A customer"),
        ("Ann ann@example.com", "A customer"),
    ],
)
def test_authors_are_shown_by_a_name_that_is_no_address(name, shown):
    assert display_name(factories.customer(name=name, email="ann@example.com")) == shown


class TestVotes:
    def test_one_a_person_that_can_change(self, ann):
        review = factories.review()
        bob = factories.customer()
        services.vote(review.pk, ann.user, True)
        services.vote(review.pk, bob.user, True)
        services.vote(review.pk, ann.user, False)
        votes = ReviewVote.objects.values_list("customer", "helpful").order_by("pk")
        assert list(votes) == [(ann.pk, False), (bob.pk, True)]

    def test_not_on_an_own_review(self, ann):
        review = factories.review(author=ann)
        with refused("OWN_REVIEW", "reviewId"):
            services.vote(review.pk, ann.user, True)

    @pytest.mark.parametrize("status", ["PENDING", "REJECTED"])
    def test_not_on_what_is_not_published(self, ann, status):
        review = factories.review(status=status)
        for caller in (ann.user, factories.staff("reviews.view_review")):
            with refused("NOT_FOUND", "reviewId"):
                services.vote(review.pk, caller, True)

    def test_guests_have_none(self):
        with refused("NOT_LOGGED_IN"):
            services.vote(factories.review().pk, GUEST, True)


class TestModeration:
    @pytest.mark.parametrize("to", [ReviewStatus.PUBLISHED, ReviewStatus.REJECTED])
    def test_it_says_who_and_when(self, to):
        review = factories.review(status="PENDING")
        moderator = factories.staff()
        assert services.moderate(review, to, by=moderator) is True
        review.refresh_from_db()
        assert (review.status, review.moderated_by) == (to, moderator)
        assert review.moderated_at > review.created_at

    def test_the_same_again_changes_nothing(self, heard):
        review = factories.review()
        answers = []

        def call():
            answers.append(services.moderate(review, ReviewStatus.PUBLISHED, by=factories.staff()))

        assert heard(call) == []
        assert answers == [False]

    def test_publishing_and_rejecting_are_announced(self, heard):
        review = factories.review(status="PENDING")
        moderator = factories.staff()

        def move(to):
            return lambda: services.moderate(review, to, by=moderator)

        assert heard(move(ReviewStatus.REJECTED)) == [("withdrawn", review.pk)]
        assert heard(move(ReviewStatus.PUBLISHED)) == [("published", review.pk)]


class TestFigures:
    @pytest.fixture(autouse=True)
    def reviews(self, tea):
        for rating in (5, 5, 2):
            factories.review(tea, rating=rating)
        factories.review(tea, rating=1, status="PENDING")
        factories.review(tea, rating=1, status="REJECTED")
        factories.review(factories.product("CUP"), rating=1)
        factories.product("NEW")

    def test_ratings_count_what_is_published(self, tea, django_assert_num_queries):
        new = factories.product("OTHER")
        with django_assert_num_queries(1):
            found = services.ratings([tea.pk, new.pk])
        assert found[tea.pk].distribution == (0, 1, 0, 0, 2)
        assert (found[tea.pk].count, found[tea.pk].average) == (3, 4.0)  # (5 + 5 + 2) / 3
        assert (found[new.pk].count, found[new.pk].average) == (0, None)

    def test_quality_is_shrunk_towards_the_mean_of_the_shop(self):
        # m = (5 + 5 + 2 + 1) / 4 = 3.25, C = 5, so C·m = 16.25.
        assert services.quality(["TEA", "CUP", "NEW", "no such"]) == {
            "TEA": pytest.approx((16.25 + 12) / 8),  # 3.53125
            "CUP": pytest.approx((16.25 + 1) / 6),  # 2.875
            "NEW": 3.25,
            "no such": 3.25,
        }

    def test_quality_reads_many_products_in_steps(self, monkeypatch, django_assert_num_queries):
        monkeypatch.setattr(services, "PRODUCTS_A_QUERY", 2)
        with django_assert_num_queries(3):  # the mean, two products, one product
            found = services.quality(["TEA", "CUP", "NEW"])
        assert found["TEA"] == pytest.approx(3.53125)

    def test_without_any_review_quality_is_the_middle_of_the_scale(self):
        Review.objects.all().delete()
        assert services.quality(["TEA"]) == {"TEA": 3.0}
        assert services.quality([]) == {}
