"""What the shop knows of a person is handed out whole, and forgotten whole."""

import dataclasses
import json

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user

from analytics.models import Visitor
from recommendations.stores.base import Scope
from shop.carts.models import Cart
from shop.customers import privacy
from shop.customers.models import Customer, ErasureReceipt, User
from shop.customers.privacy import erase_customer, export_customer
from shop.customers.services import get_or_create_customer
from shop.encryption import EncryptedTextField
from shop.orders import outbox
from shop.orders.models import Order, OrderStatus, OutboxMessage, OutboxState
from shop.orders.services import change_status
from shop.reviews.models import Review, ReviewVote
from shop.store import ShopStore
from shop.support.models import Message, Ticket
from shop.support.privacy import erase as erase_tickets
from shop.support.services import add_note, answer
from tests import factories
from tests.analytics.events import add_event

pytestmark = pytest.mark.django_db

#: Each is somewhere in what the shop keeps of Ann, and nowhere else.
MARKS = ("archer", "ann@home.example", "ann@work.example", "annie", "ext-7", "green door")


@pytest.fixture
def staff():
    return factories.staff()


@pytest.fixture
def ann(staff):
    """A customer who has left traces in every table."""
    account = factories.user(
        "annie", email="Ann@Work.example", first_name="Ann", last_name="Archer"
    )
    customer = factories.customer(
        user=account, name="Ann Archer", email="ann@home.example", external_id="EXT-7"
    )
    factories.cart([(factories.variant(sku="CUP"), 2)], owner=customer)
    order = factories.order(["TEA"], customer=customer, status=OrderStatus.PAID)
    change_status(order, OrderStatus.SHIPPED, by=staff, note="At the green door")
    as_guest = factories.order(["TEA", "JAM"])
    Order.objects.filter(pk=order.pk).update(email="ann@home.example", request_digest="d" * 64)
    Order.objects.filter(pk=as_guest.pk).update(email="ANN@WORK.example")
    OutboxMessage.objects.create(
        topic="order.placed",
        payload={"order": order.number},
        state=OutboxState.DEAD,
        last_error="SMTPRecipientsRefused: ann@home.example",
    )
    review = factories.review(author=customer, title="Ann Archer was here", text="By a green door")
    factories.review().votes.create(customer=customer, helpful=True)
    review.votes.create(customer=factories.customer(), helpful=False)
    ticket = factories.ticket(customer, subject="Ann Archer's parcel", order=order)
    add_note(ticket, "Look behind the green door", by=staff)
    factories.ticket(guest_email="ANN@home.example", body="Archer again")
    device = Visitor.objects.create(pseudonym="d" * 32, person=str(account.pk))
    add_event(visitor=device.pseudonym, query="Lamp for Ann Archer")
    add_event(person=device.person, kind="PURCHASE", payload={"engraving": "Archer"})
    for subject in (customer, account):
        LogEntry.objects.log_actions(staff.pk, [subject], CHANGE, "Was Anna Archer")
    return customer


@pytest.fixture
def others():
    """What belongs to others and stays as it is."""
    bob = factories.customer(name="Bob")
    add_event(person=str(bob.user_id))
    add_event(visitor="e" * 32)
    factories.cart(owner=bob)
    factories.cart()
    factories.order(["TEA"], customer=bob)
    factories.order(["TEA"])
    factories.review(author=bob)
    factories.ticket(bob)
    factories.ticket()
    return bob


def traces():
    """Where in the database, decrypted, something of Ann is; tests fail with the place named."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for row in model._base_manager.all()
        for field in model._meta.concrete_fields
        if any(mark in str(field.value_from_object(row)).lower() for mark in MARKS)
    }


def test_ann_is_in_every_place_that_the_erasure_has_to_reach(ann):
    assert traces() == {
        "admin.LogEntry.change_message",
        "admin.LogEntry.object_repr",
        "boughtwith_analytics.Event.payload",
        "boughtwith_analytics.Event.query",
        "customers.Customer.email",
        "customers.Customer.external_id",
        "customers.Customer.name",
        "customers.User.email",
        "customers.User.last_name",
        "customers.User.username",
        "orders.Order.email",
        "orders.OrderStatusChange.note",
        "orders.OutboxMessage.last_error",
        "reviews.Review.text",
        "reviews.Review.title",
        "support.Message.body",
        "support.Ticket.guest_email",
        "support.Ticket.subject",
    }


def test_every_table_that_points_at_a_customer_is_known():
    related = {relation.related_model for relation in Customer._meta.related_objects}
    assert related == {Cart, Order, Review, ReviewVote, Ticket}
    assert set(privacy._holders) == {"behaviour", "carts", "orders", "reviews", "tickets"}


class TestExport:
    def test_it_is_whole_and_fits_json(self, ann):
        data = json.loads(json.dumps(export_customer(ann)))

        assert set(data) == {"account", "behaviour", "carts", "orders", "reviews", "tickets"}
        account = data["account"]
        assert (account["name"], account["email"]) == ("Ann Archer", "ann@home.example")
        assert (account["external_id"], account["login"]["username"]) == ("EXT-7", "annie")
        assert [cart["lines"] for cart in data["carts"]] == [[{"sku": "CUP", "quantity": 2}]]
        (order,) = data["orders"]
        assert (order["email"], order["total"], order["status"]) == (
            "ann@home.example",
            "10.00",
            "SHIPPED",
        )
        assert [line["product"] for line in order["lines"]] == ["TEA"]
        assert [change["status"] for change in order["history"]] == ["SHIPPED"]
        assert [one["kind"] for one in data["behaviour"]["events"]] == ["PURCHASE", "PAGE_VIEW"]
        assert len(data["behaviour"]["devices"]) == 1
        (review,) = data["reviews"]["written"]
        assert (review["title"], review["rating"]) == ("Ann Archer was here", 4)
        assert [vote["helpful"] for vote in data["reviews"]["votes"]] == [True]

    def test_tickets_are_decrypted_and_without_internal_notes(self, ann):
        (ticket,) = export_customer(ann)["tickets"]
        assert ticket["subject"] == "Ann Archer's parcel"
        assert ticket["order"] == Order.objects.get(customer=ann).number
        assert [message["body"] for message in ticket["messages"]] == ["Where is it?"]

    def test_what_guests_left_under_the_same_address_is_nobodys_to_read(self, ann):
        assert "Archer again" not in json.dumps(export_customer(ann))

    def test_a_customer_without_an_account_has_nothing_but_the_row(self):
        data = export_customer(factories.customer(user=None, name="Bob"))
        assert data["account"]["login"] is None
        assert data["carts"] == data["orders"] == data["tickets"] == []
        assert data["reviews"] == {"written": [], "votes": []}


class TestErasure:
    def test_nothing_of_the_person_is_left_anywhere(self, ann, staff):
        erase_customer(ann, staff)
        assert traces() == set()

    def test_the_receipt_counts_and_names_nobody(self, ann, staff):
        receipt = erase_customer(ann, staff)

        assert receipt.counts == {
            "carts": 1,
            "orders": 2,
            "order notes": 1,
            "outbox errors": 1,
            "reviews": 1,
            "review votes": 1,
            "tickets": 2,
            "messages": 3,
            "events": 2,
            "visitors": 1,
            "customers": 1,
            "accounts": 1,
            "admin log entries": 2,
        }
        kept = ErasureReceipt.objects.get()
        assert (kept.number, kept.erased_by, kept.counts) == (
            receipt.number,
            staff,
            receipt.counts,
        )
        with pytest.raises(dataclasses.FrozenInstanceError):
            receipt.number = None

    def test_orders_stay_for_the_books_and_the_outbox_as_it_was(self, ann, staff):
        before = list(Order.objects.order_by("pk").values("number", "total", "status", "placed_at"))

        erase_customer(ann, staff)

        after = list(Order.objects.order_by("pk").values("number", "total", "status", "placed_at"))
        assert after == before
        people = Order.objects.values_list("customer", "email", "request_digest", "cart")
        assert set(people) == {(None, "", "", None)}
        assert [order.lines.count() for order in Order.objects.order_by("pk")] == [1, 2]
        dead = OutboxMessage.objects.get(state=OutboxState.DEAD)
        assert dead.payload == {"order": before[0]["number"]}

    def test_a_mail_that_waits_is_not_sent(self, ann, staff, mailoutbox):
        order = Order.objects.get(customer=ann)
        OutboxMessage.objects.create(topic="order.placed", payload={"order": order.number})
        erase_customer(ann, staff)
        outbox.deliver()
        assert mailoutbox == []
        assert not OutboxMessage.objects.filter(state=OutboxState.WAITING).exists()

    def test_the_account_can_not_log_in(self, ann, staff, client):
        assert client.login(username="annie", password=factories.PASSWORD)
        erase_customer(ann, staff)
        account = User.objects.get(pk=ann.user_id)
        assert (account.is_active, account.has_usable_password()) == (False, False)
        assert (account.email, account.last_login) == ("", None)
        assert get_user(client).is_anonymous  # the session from before is dead
        assert not client.login(username=account.username, password=factories.PASSWORD)

    def test_others_keep_everything(self, ann, others, staff):
        erase_customer(ann, staff)

        assert Customer.objects.get(name="Bob") == others
        assert (others.carts.count(), others.orders.count()) == (1, 1)
        assert (others.reviews.count(), others.tickets.count()) == (1, 1)
        assert Cart.objects.filter(customer=None).count() == 1
        assert Order.objects.filter(email="buyer@example.com").count() == 2
        assert [t.guest_email for t in Ticket.objects.filter(customer=None)] == [
            "guest@example.com"
        ]
        assert Message.objects.count() == 2

    def test_no_other_guests_ticket_is_decrypted(self, ann, staff, monkeypatch):
        for number in range(20):
            factories.ticket(guest_email=f"guest{number}@example.com")
        decrypted = []
        monkeypatch.setattr(
            EncryptedTextField, "from_db_value", lambda *args: decrypted.append(args) or ""
        )
        own = erase_tickets(ann)["tickets"]
        assert Ticket.objects.count() >= 20
        assert len(decrypted) == 2 * own  # address and subject

    def test_a_mail_about_an_answer_goes_with_the_ticket(self, ann, staff):
        answer(ann.tickets.get(), "Yes.", by=staff)
        erase_customer(ann, staff)
        assert not OutboxMessage.objects.filter(topic="ticket.answered").exists()

    def test_a_customer_without_an_address_takes_no_guest_along(self, others):
        nobody = factories.customer(user=None, name="Cy")
        Order.objects.filter(customer=None).update(email="")
        factories.ticket(guest_email="")
        counts = erase_customer(nobody, None).counts
        assert (counts["orders"], counts["tickets"], counts["customers"]) == (0, 0, 1)

    def test_twice_is_once(self, ann, staff):
        erase_customer(ann, staff)
        with pytest.raises(privacy.NotFound, match="erased already"):
            erase_customer(ann, staff)
        assert ErasureReceipt.objects.count() == 1

    def test_staff_are_refused_before_anything_happens(self, staff):
        customer = factories.customer(user=staff)
        factories.cart(owner=customer)
        with pytest.raises(privacy.ShopError, match="take that status away first"):
            erase_customer(customer, staff)
        assert Cart.objects.count() == 1
        assert not ErasureReceipt.objects.exists()

    def test_a_part_that_fails_undoes_the_rest(self, ann, staff, monkeypatch):
        def fail(customer):
            raise RuntimeError("no")

        broken = privacy.Holder("broken", fail, fail)
        monkeypatch.setitem(privacy._holders, "broken", broken)
        with pytest.raises(RuntimeError):
            erase_customer(ann, staff)
        assert Cart.objects.filter(customer=ann).count() == 1
        assert Order.objects.filter(customer=ann).count() == 1


def test_the_next_model_knows_no_buyer_of_what_was_erased(ann, others):
    scope = Scope("default")

    def buyers():
        return [line.buyer for line in ShopStore().order_lines(scope)]

    bob = f"customer {others.pk}"
    assert buyers() == [
        f"customer {ann.pk}", "ann@work.example", "ann@work.example", bob, "buyer@example.com",
    ]  # fmt: skip
    changed_at = ShopStore().orders_changed_at(scope)

    erase_customer(ann, None)

    assert buyers() == [None, None, None, bob, "buyer@example.com"]
    assert ShopStore().orders_changed_at(scope) > changed_at  # so that a model is trained again


def test_a_request_that_comes_too_late_does_not_bring_the_name_back(ann, staff):
    account = ann.user  # read before the erasure, as a request that is running has it
    erase_customer(ann, staff)
    get_or_create_customer(account)
    assert traces() == set()
