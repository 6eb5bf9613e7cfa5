"""What others may want to know, told once it is safe: receivers run after the commit."""

from django.db import transaction
from django.db.models import Model
from django.dispatch import Signal

review_published = Signal()  # subject: Review, each time it is published
ticket_opened = Signal()  # subject: Ticket
ticket_closed = Signal()  # subject: Ticket


def announce(signal: Signal, subject: Model) -> None:
    """Sends the signal after the commit; a receiver that fails is logged and stops nothing."""

    def send() -> None:
        signal.send_robust(sender=type(subject), subject=subject)

    transaction.on_commit(send)
