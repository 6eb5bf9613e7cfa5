"""Tickets from the first message to the last."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from shop.signals import ticket_closed, ticket_opened
from shop.support import services
from shop.support.models import (
    FOR_CUSTOMERS,
    TRANSITIONS,
    Message,
    Ticket,
    TicketCategory,
    TicketStatus,
)
from shop.support.services import TicketRequest
from tests import factories
from tests.shop.refusals import refused

pytestmark = pytest.mark.django_db

GUEST = AnonymousUser()


@pytest.fixture
def announced(django_capture_on_commit_callbacks):
    """The names of the signals that a call sends."""

    def run(call):
        names = []
        receivers = {
            signal: lambda name=name, **kwargs: names.append(name)
            for name, signal in (("opened", ticket_opened), ("closed", ticket_closed))
        }
        for signal, receiver in receivers.items():
            signal.connect(receiver, weak=False)
        with django_capture_on_commit_callbacks(execute=True):
            call()
        for signal, receiver in receivers.items():
            signal.disconnect(receiver)
        return names

    return run


def bodies(ticket):
    return [message.body for message in ticket.messages.all()]


class TestOpening:
    def test_a_customer_opens_one_about_an_order(self):
        ann = factories.customer()
        order = factories.order(["TEA"], customer=ann)
        wish = TicketRequest(
            "  Broken cup ", "It came\nin two.", TicketCategory.RETURN, "", True, order.pk
        )

        ticket = services.open_ticket(ann.user, wish)

        ticket.refresh_from_db()
        assert (ticket.customer, ticket.order, ticket.guest_email) == (ann, order, "")
        assert (ticket.subject, ticket.category, ticket.status) == ("Broken cup", "RETURN", "OPEN")
        assert bodies(ticket) == ["It came\nin two."]

    def test_an_account_that_never_bought_becomes_a_customer(self):
        account = factories.user()
        ticket = services.open_ticket(account, TicketRequest("Size", "Which one?"))
        assert ticket.customer.user == account

    def test_a_guest_leaves_an_address(self):
        wish = TicketRequest("Size", "Which one?", email=" ann@example.com ")
        ticket = services.open_ticket(GUEST, wish)
        assert (ticket.customer, ticket.guest_email) == (None, "ann@example.com")

    def test_an_address_in_a_customers_request_is_not_kept(self):
        wish = TicketRequest("Size", "Which one?", email="else@example.com")
        assert services.open_ticket(factories.user(), wish).guest_email == ""

    @pytest.mark.parametrize("email", ["", "ann", "ann@", "a@b c.de", "x" * 250 + "@example.com"])
    def test_a_guest_without_an_address_is_refused(self, email):
        with refused("INVALID", "input", "email"):
            services.open_ticket(GUEST, TicketRequest("Size", "Which one?", email=email))
        assert not Ticket.objects.exists()

    @pytest.mark.parametrize(
        ("subject", "body", "field"),
        [
            ("", "b", "subject"),
            (" \n", "b", "subject"),
            ("s" * 201, "b", "subject"),
            ("s", "", "body"),
            ("s", "b" * 10_001, "body"),
        ],
    )
    def test_texts_out_of_bounds_are_refused_by_name(self, subject, body, field):
        with refused("INVALID", "input", field):
            services.open_ticket(factories.user(), TicketRequest(subject, body))

    def test_the_longest_texts_fit(self):
        ticket = services.open_ticket(factories.user(), TicketRequest("s" * 200, "🧦" * 10_000))
        assert bodies(ticket) == ["🧦" * 10_000]

    @pytest.mark.parametrize("who", ["guest", "another customer", "staff"])
    def test_only_an_own_order_can_be_named(self, who):
        order = factories.order(["TEA"], customer=factories.customer())
        nobodys = factories.order(["TEA"])
        callers = {
            "guest": lambda: GUEST,
            "another customer": factories.user,
            "staff": factories.staff,
        }
        caller = callers[who]()
        for pk in (order.pk, nobodys.pk, 0, None):
            wish = TicketRequest("s", "b", email="a@example.com", about_order=True, order_id=pk)
            with refused("NOT_FOUND", "input", "orderId"):
                services.open_ticket(caller, wish)

    @pytest.mark.parametrize(
        ("codes", "named", "about"),
        [
            (["TEA"], None, "TEA"),
            (["TEA", "TEA"], None, "TEA"),
            (["TEA", "CUP"], None, None),
            (["TEA", "CUP"], "CUP", "CUP"),
            ([], None, None),
            ([], "JAM", "JAM"),
        ],
    )
    def test_it_is_about_the_product_that_is_named_or_the_only_one_of_the_order(
        self, codes, named, about
    ):
        ann = factories.customer()
        products = {code: factories.product(code) for code in ("TEA", "CUP", "JAM")}
        order = factories.order(codes, customer=ann)
        wish = TicketRequest(
            "s", "b", about_order=bool(codes), order_id=order.pk, about_product=named is not None,
            product_id=named and products[named].pk,
        )  # fmt: skip
        product = services.open_ticket(ann.user, wish).product
        assert (product and product.code) == about

    def test_a_product_that_is_not_sold_any_more_is_known_by_the_order_only(self):
        ann, tea = factories.customer(), factories.product("TEA", state="ARCHIVED")
        order = factories.order(["TEA", "CUP"], customer=ann)
        wish = {"about_product": True, "product_id": tea.pk}
        with refused("NOT_FOUND", "input", "productId"):
            services.open_ticket(ann.user, TicketRequest("s", "b", **wish))
        wish |= {"about_order": True, "order_id": order.pk}
        assert services.open_ticket(ann.user, TicketRequest("s", "b", **wish)).product == tea

    def test_a_product_that_the_order_does_not_have_is_refused(self):
        ann = factories.customer()
        order, jam = factories.order(["TEA"], customer=ann), factories.product("JAM")
        for pk in (jam.pk, 0, None):
            wish = TicketRequest(
                "s", "b", about_order=True, order_id=order.pk, about_product=True, product_id=pk
            )
            with refused("NOT_FOUND", "input", "productId"):
                services.open_ticket(ann.user, wish)
        assert not Ticket.objects.exists()

    def test_it_outlives_its_product(self):
        tea = factories.product("TEA")
        wish = TicketRequest("s", "b", about_product=True, product_id=tea.pk)
        ticket = services.open_ticket(factories.user(), wish)
        tea.delete()
        ticket.refresh_from_db()
        assert ticket.product is None

    def test_it_is_announced(self, announced):
        def call():
            services.open_ticket(factories.user(), TicketRequest("s", "b"))

        assert announced(call) == ["opened"]


class TestCustomers:
    @pytest.fixture
    def ann(self):
        return factories.customer()

    @pytest.mark.parametrize("before", ["OPEN", "PENDING", "RESOLVED"])
    def test_a_reply_waits_for_the_shop_again(self, ann, before):
        ticket = factories.ticket(ann, status=before, body="First")
        services.reply(ticket.pk, ann.user, "Second")
        ticket.refresh_from_db()
        assert (ticket.status, ticket.resolved_at) == ("OPEN", None)
        assert bodies(ticket) == ["First", "Second"]

    def test_a_closed_ticket_takes_no_more(self, ann):
        ticket = factories.ticket(ann, status="CLOSED")
        with refused("TICKET_CLOSED", "ticketId"):
            services.reply(ticket.pk, ann.user, "Again")
        with refused("TICKET_CLOSED", "ticketId"):
            services.close(ticket.pk, ann.user)
        assert ticket.messages.count() == 1

    def test_closing_resolves_and_is_announced(self, ann, announced):
        ticket = factories.ticket(ann)
        assert announced(lambda: services.close(ticket.pk, ann.user)) == ["closed"]
        ticket.refresh_from_db()
        assert ticket.status == "CLOSED"
        assert timezone.now() - ticket.resolved_at < timedelta(minutes=1)

    def test_a_guests_ticket_is_for_whoever_knows_its_id_until_it_is_closed(self):
        ticket = factories.ticket()
        services.reply(ticket.pk, GUEST, "Me again")
        services.close(ticket.pk, GUEST)
        assert bodies(ticket) == ["Where is it?", "Me again"]
        with refused("NOT_FOUND", "ticketId"):
            services.reply(ticket.pk, GUEST, "And again")
        assert list(services.visible_tickets(GUEST)) == []

    @pytest.mark.parametrize("key", [uuid.UUID(int=7), None])
    def test_ids_that_name_no_ticket(self, ann, key):
        factories.ticket(ann)
        with refused("NOT_FOUND", "ticketId"):
            services.reply(key, ann.user, "Hello")

    def test_staff_who_may_view_see_all_and_speak_for_nobody(self, ann):
        ticket = factories.ticket(ann)
        member = factories.staff("support.view_ticket")
        assert list(services.visible_tickets(member)) == [ticket]
        assert list(services.visible_tickets(factories.staff())) == []
        with refused("NOT_FOUND", "ticketId"):
            services.reply(ticket.pk, member, "As if I were Ann")


class TestStaff:
    @pytest.fixture
    def agent(self):
        return factories.staff()

    def test_the_first_answer_is_timed_and_waits_for_the_customer(self, agent):
        ticket = factories.ticket(opened_at=timezone.now() - timedelta(hours=3))

        services.answer(ticket, "On its way.", by=agent)
        ticket.refresh_from_db()
        first = ticket.first_response_at
        services.answer(ticket, "It is there.", by=agent)

        ticket.refresh_from_db()
        assert ticket.status == "PENDING"
        assert ticket.first_response_at == first
        assert timedelta(hours=3) <= ticket.first_response_time < timedelta(hours=3, minutes=1)
        written = ticket.messages.order_by("pk")[1:]
        assert [(m.author_kind, m.written_by, m.internal) for m in written] == [
            ("STAFF", agent, False),
            ("STAFF", agent, False),
        ]

    def test_a_note_is_no_answer(self, agent):
        ticket = factories.ticket()
        services.add_note(ticket, "Ask the warehouse.", by=agent)
        ticket.refresh_from_db()
        assert (ticket.status, ticket.first_response_time) == ("OPEN", None)
        assert Message.objects.filter(FOR_CUSTOMERS).count() == 1

    def test_an_answer_can_resolve(self, agent):
        ticket = factories.ticket()
        services.answer(ticket, "Done.", by=agent, then=TicketStatus.RESOLVED)
        ticket.refresh_from_db()
        assert ticket.status == "RESOLVED"

    def test_an_answer_to_a_resolved_ticket_leaves_it_resolved(self, agent):
        ticket = factories.ticket(status="RESOLVED")
        services.answer(ticket, "One more thing.", by=agent)
        ticket.refresh_from_db()
        assert ticket.status == "RESOLVED"

    def test_a_closed_ticket_takes_notes_only(self, agent):
        ticket = factories.ticket(status="CLOSED")
        with refused("TICKET_CLOSED", "ticketId"):
            services.answer(ticket, "Hello?", by=agent)
        services.add_note(ticket, "Called them.", by=agent)
        assert bodies(ticket) == ["Where is it?", "Called them."]

    @pytest.mark.parametrize("before", TicketStatus)
    @pytest.mark.parametrize("to", TicketStatus)
    def test_every_move_is_legal_or_refused(self, before, to):
        ticket = factories.ticket(status=before)
        if to in TRANSITIONS[before]:
            assert services.change_status(ticket, to).status == to
        else:
            with refused("ILLEGAL_TRANSITION", "status"):
                services.change_status(ticket, to)
            ticket.refresh_from_db()
            assert ticket.status == before

    def test_it_is_announced_each_time_that_work_on_it_ends(self, announced):
        ticket = factories.ticket()
        heard = [
            announced(lambda to=to: services.change_status(ticket, to))
            for to in ("PENDING", "RESOLVED", "OPEN", "RESOLVED", "CLOSED")
        ]
        assert heard == [[], ["closed"], [], ["closed"], []]

    def test_closing_keeps_the_time_it_was_resolved_and_opening_again_forgets_it(self):
        ticket = factories.ticket()
        resolved = services.change_status(ticket, TicketStatus.RESOLVED).resolved_at
        assert services.change_status(ticket, TicketStatus.OPEN).resolved_at is None
        again = services.change_status(ticket, TicketStatus.RESOLVED).resolved_at
        assert again > resolved
        assert services.change_status(ticket, TicketStatus.CLOSED).resolved_at == again
