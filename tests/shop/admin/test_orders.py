import pytest
from django.urls import reverse

from shop.catalog.models import Variant
from shop.orders.models import Order, OrderStatus, OutboxMessage, OutboxState
from tests import factories
from tests.shop.admin.pages import filled_in, listed, messages, run_action

pytestmark = pytest.mark.django_db


def change_url(order):
    return reverse("admin:orders_order_change", args=[order.pk])


@pytest.mark.parametrize("text", ["N-7", "ann@example.com", "Ann Archer", "EXT-7"])
def test_search_by_number_email_and_customer(admin_client, text):
    ann = factories.customer(name="Ann Archer", external_id="EXT-7", user=None)
    order = factories.order(customer=ann)
    Order.objects.filter(pk=order.pk).update(number="N-7", email="ann@example.com")
    factories.order()

    assert listed(admin_client, Order, q=text) == [order]


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        ("PENDING", "move_to_confirmed", "CONFIRMED"),
        ("CONFIRMED", "move_to_paid", "PAID"),
        ("PAID", "move_to_shipped", "SHIPPED"),
        ("SHIPPED", "move_to_delivered", "DELIVERED"),
        ("PENDING", "move_to_cancelled", "CANCELLED"),
        ("DELIVERED", "move_to_refunded", "REFUNDED"),
    ],
)
def test_actions_make_the_legal_moves(admin_client, admin_user, before, action, after):
    order = factories.order(["TEA"], status=OrderStatus(before))

    page = run_action(admin_client, action, [order])

    order.refresh_from_db()
    assert order.status == after
    assert order.history.get().by == admin_user
    assert messages(page) == [f"1 moved to {after}."]


def test_action_moves_what_it_may_and_names_what_it_refuses(admin_client):
    pending = factories.order(["TEA"])
    delivered = factories.order(["TEA"], status=OrderStatus.DELIVERED)

    page = run_action(admin_client, "move_to_confirmed", [pending, delivered])

    pending.refresh_from_db()
    delivered.refresh_from_db()
    assert (pending.status, delivered.status) == ("CONFIRMED", "DELIVERED")
    assert messages(page) == [
        "1 moved to CONFIRMED.",
        f"{delivered.number}: An order that is DELIVERED can move to REFUNDED, not to CONFIRMED.",
    ]


def test_cancelling_puts_the_stock_back(admin_client):
    factories.product("TEA", stock=8)
    order = factories.order(["TEA"], quantity=2)

    run_action(admin_client, "move_to_cancelled", [order])

    assert Variant.objects.get(sku="TEA").stock == 10


def test_change_page_offers_the_legal_moves(admin_client):
    order = factories.order(["TEA"], status=OrderStatus.PAID)

    form = admin_client.get(change_url(order)).context["adminform"].form

    assert [value for value, _ in form.fields["move_to"].choices] == ["", "SHIPPED", "REFUNDED"]


def test_change_page_moves_with_a_note(admin_client, admin_user):
    order = factories.order(["TEA"])
    data = filled_in(admin_client, change_url(order))

    admin_client.post(change_url(order), data | {"move_to": "CONFIRMED", "note": "By phone"})

    order.refresh_from_db()
    change = order.history.get()
    assert order.status == "CONFIRMED"
    assert (change.by, change.note) == (admin_user, "By phone")


def test_change_page_refuses_a_move_that_is_no_longer_legal(admin_client):
    order = factories.order(["TEA"])
    data = filled_in(admin_client, change_url(order)) | {"move_to": "CONFIRMED"}
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.CANCELLED)

    page = admin_client.post(change_url(order), data)

    assert page.context["adminform"].form.errors == {
        "move_to": ["An order that is CANCELLED can move to no other status, not to CONFIRMED."]
    }


def test_change_page_refuses_a_move_that_somebody_else_makes_in_this_moment(
    admin_client, monkeypatch
):
    order = factories.order(["TEA"])
    data = filled_in(admin_client, change_url(order)) | {"move_to": "CONFIRMED"}
    monkeypatch.setattr("shop.orders.admin.TRANSITIONS", {"PENDING": tuple(OrderStatus)})

    page = admin_client.post(change_url(order), data | {"move_to": "REFUNDED"}, follow=True)

    order.refresh_from_db()
    assert order.status == "PENDING"
    assert messages(page) == [
        "An order that is PENDING can move to CONFIRMED, CANCELLED, not to REFUNDED."
    ]


def test_note_without_a_move_is_refused(admin_client):
    order = factories.order(["TEA"])
    data = filled_in(admin_client, change_url(order)) | {"note": "Called"}

    page = admin_client.post(change_url(order), data)

    assert page.context["adminform"].form.errors == {
        "move_to": ["A note belongs to a move: choose one, or clear the note."]
    }


def test_nothing_that_was_bought_can_be_changed(admin_client):
    order = factories.order(["TEA"])
    data = filled_in(admin_client, change_url(order))

    admin_client.post(
        change_url(order),
        data
        | {"total": "0.01", "number": "X", "email": "x@example.com", "status": "PAID"}
        | {"lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 1, "lines-0-quantity": 9}
        | {"lines-0-id": order.lines.get().pk, "lines-0-unit_price": "0.01"},
    )

    after = Order.objects.get(pk=order.pk)
    assert (after.number, after.total, after.email, after.status) == (
        order.number,
        order.total,
        order.email,
        "PENDING",
    )
    assert (after.lines.get().quantity, str(after.lines.get().unit_price)) == (1, "10.00")


def test_orders_are_not_deleted(admin_client):
    order = factories.order(["TEA"])

    page = admin_client.post(reverse("admin:orders_order_delete", args=[order.pk]), {"post": "yes"})

    assert page.status_code == 403
    assert Order.objects.count() == 1


def test_retry_gives_a_dead_message_new_tries(admin_client, django_capture_on_commit_callbacks):
    dead = OutboxMessage.objects.create(topic="nobody", state=OutboxState.DEAD, attempts=3)

    with django_capture_on_commit_callbacks(execute=True):
        page = run_action(admin_client, "retry", [dead])

    assert messages(page) == ["1 tried again."]
    assert not OutboxMessage.objects.exists()  # no handler for the topic: delivered


def test_retry_leaves_a_waiting_message_alone(admin_client):
    waiting = OutboxMessage.objects.create(topic="order.placed", attempts=2)

    page = run_action(admin_client, "retry", [waiting])

    waiting.refresh_from_db()
    assert waiting.attempts == 2
    assert messages(page) == ["1 not given up: they are delivered without your help."]
