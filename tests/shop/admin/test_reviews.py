"""Moderation: who may publish and reject, and what moderators see."""

import pytest

from shop.catalog.models import Product
from shop.orders.models import OrderStatus
from shop.reviews.models import Review
from tests import factories
from tests.shop.admin.pages import listed, messages, run_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def pending():
    return factories.review(status="PENDING", title="Lovely")


@pytest.mark.parametrize(("action", "after"), [("publish", "PUBLISHED"), ("reject", "REJECTED")])
def test_actions_moderate_and_say_who(admin_client, admin_user, pending, action, after):
    page = run_action(admin_client, action, [pending])

    pending.refresh_from_db()
    assert (pending.status, pending.moderated_by) == (after, admin_user)
    assert messages(page) == [f"1 {after.lower()}."]


def test_what_had_been_published_is_counted_apart(admin_client, pending):
    page = run_action(admin_client, "publish", [pending, factories.review()])

    assert messages(page) == ["1 published.", "1 had been published before."]


@pytest.mark.parametrize(
    ("permission", "action", "other"),
    [("publish_review", "publish", "reject"), ("reject_review", "reject", "publish")],
)
def test_each_action_has_a_permission_of_its_own(client, pending, permission, action, other):
    client.force_login(factories.staff("reviews.view_review", f"reviews.{permission}"))

    run_action(client, other, [pending])
    pending.refresh_from_db()
    assert pending.status == "PENDING"

    run_action(client, action, [pending])
    pending.refresh_from_db()
    assert pending.status != "PENDING"


@pytest.mark.parametrize("text", ["Lovely", "TEA", "Archer"])
def test_search_by_text_product_and_author(admin_client, text):
    review = factories.review(
        factories.product("TEA"), author=factories.customer(name="Ann Archer"), title="Lovely"
    )
    factories.review()

    assert listed(admin_client, Review, q=text) == [review]


def test_the_list_shows_verified_purchases(admin_client):
    buyer = factories.customer()
    factories.order(["TEA"], customer=buyer, status=OrderStatus.DELIVERED)
    unverified = factories.review(factories.product("CUP"))
    verified = factories.review(Product.objects.get(code="TEA"), author=buyer)

    shown = {review: review.is_verified for review in listed(admin_client, Review)}

    assert shown == {verified: True, unverified: False}
