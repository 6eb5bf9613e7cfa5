"""The tickets of a person."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, Q

from shop.customers.models import Customer
from shop.customers.privacy import Holder, register
from shop.customers.services import addresses_of
from shop.encryption import blind_indexes
from shop.orders.models import OutboxMessage
from shop.support.models import FOR_CUSTOMERS, Message, Ticket


def export(customer: Customer) -> list[dict[str, Any]]:
    """Tickets in plain text, without the notes that staff write for one another."""
    messages = Prefetch("messages", Message.objects.filter(FOR_CUSTOMERS))
    tickets = Ticket.objects.filter(customer=customer).select_related("order", "product")
    return [
        {
            "id": str(ticket.pk),
            "subject": ticket.subject,
            "category": ticket.category,
            "status": ticket.status,
            "order": ticket.order and ticket.order.number,
            "product": ticket.product and ticket.product.code,
            "opened_at": ticket.opened_at.isoformat(),
            "messages": [
                {
                    "author": message.author_kind,
                    "body": message.body,
                    "created_at": message.created_at.isoformat(),
                }
                for message in ticket.messages.all()
            ],
        }
        for ticket in tickets.prefetch_related(messages)
    ]


def erase(customer: Customer) -> dict[str, int]:
    """Deletes the customer's tickets, and those opened as a guest with the same address."""
    as_guest = Q(customer=None, guest_email_index__in=blind_indexes(addresses_of(customer)))
    theirs = Q(customer=customer) | as_guest
    locked = Ticket.objects.select_for_update().filter(theirs).order_by("pk")
    keys = list(locked.values_list("pk", flat=True))
    OutboxMessage.objects.filter(payload__ticket__in=[str(key) for key in keys]).delete()
    _, deleted = Ticket.objects.filter(pk__in=keys).delete()
    return {
        "tickets": deleted.get(Ticket._meta.label, 0),
        "messages": deleted.get(Message._meta.label, 0),
    }


register(Holder("tickets", export, erase))
