"""The queue of customer service."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shop.support.models import Ticket, TicketStatus
from shop.support.services import answer
from tests import factories
from tests.shop.admin.pages import filled_in, listed, messages, run_action

pytestmark = pytest.mark.django_db


def change_url(ticket):
    return reverse("admin:support_ticket_change", args=[ticket.pk])


def post(client, ticket, **values):
    """Fills in the page as it is shown, with these changes, and lands on what follows."""
    data = filled_in(client, change_url(ticket))
    return client.post(change_url(ticket), data | values, follow=True)


def thread(ticket):
    return [(m.author_kind, m.internal, m.body) for m in ticket.messages.all()]


FIRST = ("CUSTOMER", False, "Where is it?")


class TestTheQueue:
    def test_texts_are_shown_in_plain(self, admin_client):
        ticket = factories.ticket(subject="Broken cup", guest_email="ann@example.com")
        factories.ticket(factories.customer(name="Bob Berg"))

        html = admin_client.get(reverse("admin:support_ticket_changelist")).content.decode()

        assert "Broken cup" in html
        assert "ann@example.com (guest)" in html
        assert "Bob Berg" in html
        page = admin_client.get(change_url(ticket)).content.decode()
        assert "Where is it?" in page

    def test_the_product_it_is_about_is_shown(self, admin_client):
        ticket = factories.ticket(product=factories.product(title="Blue cup"))
        assert "Blue cup" in admin_client.get(change_url(ticket)).content.decode()

    def test_search_by_id_order_and_customer(self, admin_client):
        ann = factories.customer(name="Ann Archer", email="ann@example.com", external_id="EXT-7")
        order = factories.order(["TEA"], customer=ann)
        ticket = factories.ticket(ann, order=order)
        factories.ticket(factories.customer(name="Bob"))
        for text in (str(ticket.pk)[:8], str(ticket.pk), order.number, "Archer", "EXT-7"):
            assert listed(admin_client, Ticket, q=text) == [ticket]

    @pytest.mark.parametrize("text", ["My parcel", "Where", "guest@example.com"])
    def test_encrypted_texts_are_not_found(self, admin_client, text):
        factories.ticket()
        assert listed(admin_client, Ticket, q=text) == []

    def test_filters(self, admin_client):
        new = factories.ticket(category="RETURN", opened_at=timezone.now() - timedelta(days=2))
        old = factories.ticket(status="CLOSED", opened_at=timezone.now() - timedelta(days=8))
        assert listed(admin_client, Ticket, status__exact="CLOSED") == [old]
        assert listed(admin_client, Ticket, category__exact="RETURN") == [new]
        assert listed(admin_client, Ticket, older_than="1") == [new, old]
        assert listed(admin_client, Ticket, older_than="7") == [old]
        assert listed(admin_client, Ticket, older_than="x") == [new, old]

    def test_the_first_response_time_is_shown(self, admin_client):
        ticket = factories.ticket(
            opened_at=timezone.now() - timedelta(hours=5),
            first_response_at=timezone.now() - timedelta(hours=2, minutes=30),
        )
        factories.ticket()
        html = admin_client.get(reverse("admin:support_ticket_changelist")).content.decode()
        assert ticket.first_response_time is not None
        assert "2:30:00" in html

    @pytest.mark.parametrize("to", ["PENDING", "RESOLVED", "CLOSED"])
    def test_actions_move_tickets(self, admin_client, to):
        ticket = factories.ticket()
        page = run_action(admin_client, f"move_to_{to.lower()}", [ticket])
        ticket.refresh_from_db()
        assert ticket.status == to
        assert messages(page) == [f"1 moved to {to}."]
        assert LogEntry.objects.get(object_id=ticket.pk).get_change_message() == f"Moved to {to}."

    def test_actions_name_what_they_refuse(self, admin_client):
        closed = factories.ticket(status="CLOSED")
        page = run_action(admin_client, "move_to_open", [closed])
        assert messages(page) == [
            f"Ticket {str(closed.pk)[:8]}: A ticket that is CLOSED can move to no other status, "
            "not to OPEN."
        ]

    def test_tickets_are_taken(self, admin_client, admin_user):
        ticket = factories.ticket()
        page = run_action(admin_client, "assign_to_me", [ticket])
        ticket.refresh_from_db()
        assert ticket.assignee == admin_user
        assert messages(page) == ["1 assigned to you."]


class TestOneTicket:
    def test_an_answer(self, admin_client, admin_user):
        ticket = factories.ticket()
        post(admin_client, ticket, message="On its way.")
        ticket.refresh_from_db()
        assert (ticket.status, thread(ticket)) == (
            "PENDING",
            [FIRST, ("STAFF", False, "On its way.")],
        )
        assert ticket.messages.last().written_by == admin_user

    @pytest.mark.parametrize("to", ["PENDING", "RESOLVED", "CLOSED"])
    def test_an_answer_that_moves_on(self, admin_client, to):
        ticket = factories.ticket()
        post(admin_client, ticket, message="Done.", move_to=to)
        ticket.refresh_from_db()
        assert (ticket.status, ticket.messages.count()) == (to, 2)

    def test_a_note(self, admin_client):
        ticket = factories.ticket()
        post(admin_client, ticket, message="Ask them.", internal="on")
        ticket.refresh_from_db()
        assert (ticket.status, thread(ticket)) == ("OPEN", [FIRST, ("STAFF", True, "Ask them.")])

    def test_sorting_in(self, admin_client):
        ticket = factories.ticket()
        order, member = factories.order(["TEA"]), factories.staff()
        post(
            admin_client, ticket, category="RETURN", priority=4, assignee=member.pk, order=order.pk
        )
        ticket.refresh_from_db()
        assert (ticket.category, ticket.priority) == ("RETURN", 4)
        assert (ticket.assignee, ticket.order, ticket.messages.count()) == (member, order, 1)

    def test_customers_are_not_offered_as_assignees(self, admin_client, admin_user):
        factories.customer()
        form = admin_client.get(change_url(factories.ticket())).context["adminform"].form
        assert list(form.fields["assignee"].queryset) == [admin_user]

    def test_what_somebody_changes_meanwhile_stays(self, admin_client):
        ticket = factories.ticket()
        data = filled_in(admin_client, change_url(ticket)) | {"category": "RETURN"}
        Ticket.objects.update(status=TicketStatus.RESOLVED, priority=4)
        admin_client.post(change_url(ticket), data | {"priority": 4})
        ticket.refresh_from_db()
        assert (ticket.status, ticket.category, ticket.priority) == ("RESOLVED", "RETURN", 4)

    def test_what_the_customer_wrote_can_not_be_edited(self, admin_client):
        ticket = factories.ticket()
        message = ticket.messages.get()
        forged = {"messages-TOTAL_FORMS": 1, "messages-INITIAL_FORMS": 1}
        forged |= {"messages-0-id": message.pk, "messages-0-body": "I was wrong."}
        post(admin_client, ticket, subject="Never mind", guest_email="x@example.com", **forged)
        ticket.refresh_from_db()
        assert (ticket.subject, ticket.guest_email) == ("My parcel", "guest@example.com")
        assert thread(ticket) == [FIRST]

    @pytest.mark.parametrize(
        ("status", "values", "field", "error"),
        [
            ("OPEN", {"internal": "on"}, "message", "Write the note, or clear the mark."),
            (
                "CLOSED",
                {"message": "Hello?"},
                "message",
                "This ticket is closed: it takes internal notes only.",
            ),
            (
                "CLOSED",
                {"move_to": "OPEN"},
                "move_to",
                "A ticket that is CLOSED can move to no other status, not to OPEN.",
            ),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, admin_client, status, values, field, error):
        ticket = factories.ticket(status=status)
        page = post(admin_client, ticket, **values)
        assert page.context["adminform"].form.errors == {field: [error]}
        assert ticket.messages.count() == 1

    def test_a_move_that_somebody_else_makes_in_this_moment(self, admin_client, monkeypatch):
        ticket = factories.ticket(status="CLOSED")
        legal = {status: tuple(TicketStatus) for status in TicketStatus}
        monkeypatch.setattr("shop.support.forms.TRANSITIONS", legal)
        page = post(admin_client, ticket, move_to="OPEN", category="RETURN")
        ticket.refresh_from_db()
        assert (ticket.status, ticket.category) == ("CLOSED", "OTHER")
        assert messages(page) == [
            "A ticket that is CLOSED can move to no other status, not to OPEN."
        ]

    def test_the_admin_log_keeps_no_text(self, admin_client):
        ticket = factories.ticket(subject="Very private")
        post(admin_client, ticket, message="Also private")
        entry = LogEntry.objects.get()
        assert "rivate" not in entry.object_repr + entry.change_message

    def test_twelve_messages_take_as_many_queries_as_two(self, admin_client, admin_user):
        def page(messages):
            ticket = factories.ticket()
            for _ in range(messages):
                answer(ticket, "Soon.", by=admin_user)
            with CaptureQueriesContext(connection) as captured:
                assert admin_client.get(change_url(ticket)).status_code == 200
            return len(captured)

        page(1)  # fills the caches of content types and permissions
        assert page(12) == page(2)


class TestViewers:
    """Staff who may look read everything and can answer nothing."""

    @pytest.fixture
    def viewer(self, client):
        client.force_login(factories.staff("support.view_ticket"))
        return client

    def test_they_read(self, viewer):
        ticket = factories.ticket(subject="Broken cup")
        html = viewer.get(change_url(ticket)).content.decode()
        assert ("Broken cup" in html, "Where is it?" in html) == (True, True)
        assert 'name="message"' not in html

    def test_they_do_not_answer(self, viewer):
        ticket = factories.ticket()
        page = viewer.post(change_url(ticket), {"message": "Hi", "move_to": "CLOSED"})
        assert page.status_code == 403
        ticket.refresh_from_db()
        assert (ticket.status, thread(ticket)) == ("OPEN", [FIRST])

    @pytest.mark.parametrize("action", ["move_to_closed", "assign_to_me", "delete_selected"])
    def test_they_run_no_action(self, viewer, action):
        ticket = factories.ticket()
        run_action(viewer, action, [ticket])
        ticket.refresh_from_db()
        assert (ticket.status, ticket.assignee) == ("OPEN", None)
