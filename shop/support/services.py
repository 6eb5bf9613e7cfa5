"""Everything that changes a ticket. Each function is one transaction and locks the ticket first."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from shop import rate_limits
from shop.carts.services import Caller
from shop.catalog.models import Product
from shop.customers.models import Customer, User
from shop.customers.services import check_email, customer_of, get_or_create_customer
from shop.exceptions import IllegalTransition, NotFound, ShopError, TicketClosed
from shop.orders import outbox
from shop.orders.models import Order
from shop.signals import announce, ticket_closed, ticket_opened
from shop.support.models import (
    TRANSITIONS,
    AuthorKind,
    Message,
    Ticket,
    TicketCategory,
    TicketStatus,
)

MAX_SUBJECT_LENGTH = 200
MAX_BODY_LENGTH = 10_000
VIEW_PERMISSION = "support.view_ticket"


@dataclass(frozen=True)
class TicketRequest:
    """What a customer sends to open a ticket. Guests have an e-mail address and no order; a product
    is one of the order, or one for sale.

    `network` tells guests apart who open many: where they write from.
    """

    subject: str
    body: str
    category: TicketCategory = TicketCategory.OTHER
    email: str = ""
    about_order: bool = False
    order_id: int | None = None
    about_product: bool = False
    product_id: int | None = None
    network: str = ""


def own_tickets(caller: Caller) -> QuerySet[Ticket]:
    """The one rule of ownership: a customer's tickets for the customer, a guest's for whoever
    knows its id, until it is closed."""
    known = Q(customer=None) & ~Q(status=TicketStatus.CLOSED)
    if customer := customer_of(caller):
        known |= Q(customer=customer)
    return Ticket.objects.filter(known)


def visible_tickets(caller: Caller) -> QuerySet[Ticket]:
    """The own ones; all of them for staff who may view tickets."""
    if caller.is_staff and caller.has_perm(VIEW_PERMISSION):
        return Ticket.objects.all()
    return own_tickets(caller)


def open_ticket(caller: Caller, request: TicketRequest) -> Ticket:
    """Opens a ticket with its first message. A guest has to leave an e-mail address."""
    subject = _text(request.subject, MAX_SUBJECT_LENGTH, "input", "subject")
    body = _text(request.body, MAX_BODY_LENGTH, "input", "body")
    email = ""
    if not isinstance(caller, User):
        email = request.email.strip()
        check_email(email, ["input", "email"])
    who = f"user {caller.pk}" if isinstance(caller, User) else f"guest {request.network}"
    rate_limits.count("open a ticket", who)
    with transaction.atomic():
        customer = get_or_create_customer(caller) if isinstance(caller, User) else None
        order = _own_order(customer, request)
        ticket = Ticket.objects.create(
            customer=customer,
            guest_email=email,
            subject=subject,
            category=request.category,
            order=order,
            product=_product(order, request),
        )
        ticket.messages.create(author_kind=AuthorKind.CUSTOMER, body=body)
        announce(ticket_opened, ticket)
    return ticket


def reply(ticket_id: uuid.UUID | None, caller: Caller, body: str) -> Ticket:
    """Adds the customer's message; the ticket waits for the shop again, a resolved one too."""
    body = _text(body, MAX_BODY_LENGTH, "body")
    with transaction.atomic():
        ticket = _lock_own(ticket_id, caller)
        rate_limits.count("reply", str(ticket.pk))
        ticket.messages.create(author_kind=AuthorKind.CUSTOMER, body=body)
        if ticket.status != TicketStatus.OPEN:
            _move(ticket, TicketStatus.OPEN)
    return ticket


def close(ticket_id: uuid.UUID | None, caller: Caller) -> Ticket:
    """Closes the caller's ticket, for good."""
    with transaction.atomic():
        ticket = _lock_own(ticket_id, caller)
        _move(ticket, TicketStatus.CLOSED)
    return ticket


def answer(ticket: Ticket, body: str, *, by: User, then: TicketStatus | None = None) -> Message:
    """Adds an answer of staff and moves the ticket on: to `then`, or from open to pending."""
    body = _text(body, MAX_BODY_LENGTH, "body")
    with transaction.atomic():
        locked = _lock(ticket)
        _refuse_closed(locked)
        message = _write(locked, body, by)
        if locked.first_response_at is None:
            locked.first_response_at = message.created_at
            locked.save(update_fields=["first_response_at"])
        if then or locked.status == TicketStatus.OPEN:
            _move(locked, then or TicketStatus.PENDING)
        outbox.write("ticket.answered", ticket=str(locked.pk))
    return message


def add_note(ticket: Ticket, body: str, *, by: User) -> Message:
    """Adds a note that only staff see, to a closed ticket too."""
    return _write(ticket, _text(body, MAX_BODY_LENGTH, "body"), by, internal=True)


def change_status(ticket: Ticket, to: TicketStatus) -> Ticket:
    """Moves a ticket one legal step. Raises `IllegalTransition`, which names the legal ones."""
    with transaction.atomic():
        locked = _lock(ticket)
        _move(locked, to)
    return locked


def _own_order(customer: Customer | None, request: TicketRequest) -> Order | None:
    if not request.about_order:
        return None
    order = Order.objects.filter(Q(pk=request.order_id), customer=customer).first()
    if customer is None or order is None:
        raise NotFound("There is no such order.", ["input", "orderId"])
    return order


def _product(order: Order | None, request: TicketRequest) -> Product | None:
    """The one that is named; where none is, that of an order of one product."""
    if not request.about_product:
        return _only_product(order) if order else None
    known, where = Product.objects.published(), ""
    if order:
        known = Product.objects.filter(code__in=order.lines.values("product_code"))
        where = " in this order"
    product = known.filter(Q(pk=request.product_id)).first()
    if product is None:
        raise NotFound(f"There is no such product{where}.", ["input", "productId"])
    return product


def _only_product(order: Order) -> Product | None:
    codes = set(order.lines.values_list("product_code", flat=True))
    return Product.objects.filter(code__in=codes).first() if len(codes) == 1 else None


def _lock(ticket: Ticket) -> Ticket:
    return Ticket.objects.select_for_update().get(pk=ticket.pk)


def _lock_own(ticket_id: uuid.UUID | None, caller: Caller) -> Ticket:
    ticket = own_tickets(caller).select_for_update().filter(Q(pk=ticket_id)).first()
    if ticket is None:
        raise NotFound("There is no such ticket.", ["ticketId"])
    _refuse_closed(ticket)
    return ticket


def _refuse_closed(ticket: Ticket) -> None:
    if ticket.status == TicketStatus.CLOSED:
        raise TicketClosed("This ticket is closed. Open a new one.", ["ticketId"])


def _write(ticket: Ticket, body: str, by: User, *, internal: bool = False) -> Message:
    return ticket.messages.create(
        author_kind=AuthorKind.STAFF, written_by=by, body=body, internal=internal
    )


def _move(ticket: Ticket, to: TicketStatus) -> None:
    before = TicketStatus(ticket.status)
    if to not in TRANSITIONS[before]:
        legal = ", ".join(TRANSITIONS[before]) or "no other status"
        raise IllegalTransition(
            f"A ticket that is {before} can move to {legal}, not to {to}.", ["status"]
        )
    ticket.status = to
    if to not in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
        ticket.resolved_at = None
    elif ticket.resolved_at is None:
        ticket.resolved_at = timezone.now()
        announce(ticket_closed, ticket)
    ticket.save(update_fields=["status", "resolved_at"])


def _text(text: str, most: int, *field: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= most:
        raise ShopError(f"{field[-1].capitalize()} must have 1 to {most:,} characters.", field)
    return text
