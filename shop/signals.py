"""What others may want to know, told once it is safe: receivers run after the commit."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.dispatch import Signal

cart_changed = Signal()  # subject: Cart, changes: tuple of LineChange
order_placed = Signal()  # subject: Order
order_refunded = Signal()  # subject: Order
review_published = Signal()  # subject: Review, each time it is published
review_withdrawn = Signal()  # subject: Review, each time it is edited, rejected or deleted
ticket_opened = Signal()  # subject: Ticket
ticket_closed = Signal()  # subject: Ticket, each time it is resolved, or closed without


@dataclass(frozen=True)
class LineChange:
    """So many more of a variant in a cart, or fewer; nothing for a line that stayed as it was."""

    product_code: str
    sku: str
    unit_price: Decimal
    difference: int
    suggestion_token: str


def announce(signal: Signal, subject: Model, **details: Any) -> None:
    """Sends the signal after the commit; a receiver that fails is logged and stops nothing."""

    def send() -> None:
        signal.send_robust(sender=type(subject), subject=subject, **details)

    transaction.on_commit(send)
