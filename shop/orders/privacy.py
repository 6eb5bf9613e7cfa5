"""The orders of a person: kept for bookkeeping, they tell no longer whose they are."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from shop.customers.models import Customer
from shop.customers.privacy import Holder, register
from shop.customers.services import addresses_of
from shop.orders.models import Order, OrderStatusChange, OutboxMessage


def export(customer: Customer) -> list[dict[str, Any]]:
    orders = Order.objects.filter(customer=customer).prefetch_related("lines", "history")
    return [
        {
            "number": order.number,
            "status": order.status,
            "email": order.email,
            "placed_at": order.placed_at.isoformat(),
            "total": str(order.total),
            "currency": order.currency,
            "lines": [
                {
                    "product": line.product_code,
                    "sku": line.sku,
                    "name": line.name,
                    "quantity": line.quantity,
                    "unit_price": str(line.unit_price),
                }
                for line in order.lines.all()
            ],
            "history": [
                {"status": change.to_status, "at": change.at.isoformat()}
                for change in order.history.all()
            ],
        }
        for order in orders
    ]


def erase(customer: Customer) -> dict[str, int]:
    """Takes the person off the orders, and off those made as a guest with the same address.

    The digest goes as well, because an address can be guessed from it, and so do the notes of
    staff and the errors of mails that did not go out.
    """
    orders = list(_orders_of(customer).values_list("pk", "number"))
    keys = [pk for pk, _ in orders]
    notes = OrderStatusChange.objects.filter(order__in=keys).exclude(note="")
    failed = OutboxMessage.objects.filter(payload__order__in=[number for _, number in orders])
    return {
        "order notes": notes.update(note=""),
        "outbox errors": failed.exclude(last_error="").update(last_error=""),
        "orders": Order.objects.filter(pk__in=keys).update(
            customer=None, email="", request_digest="", updated_at=timezone.now()
        ),
    }


def _orders_of(customer: Customer) -> QuerySet[Order]:
    theirs = Q(customer=customer)
    for address in addresses_of(customer):
        theirs |= Q(customer=None, email__iexact=address)
    return Order.objects.filter(theirs)


register(Holder("orders", export, erase))
