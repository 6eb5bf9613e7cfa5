"""The mails of customer service."""

from collections.abc import Mapping
from typing import Any

from django.core.mail import send_mail

from shop.orders import outbox
from shop.support.models import Ticket


@outbox.handles("ticket.answered")
def tell_of_answer(payload: Mapping[str, Any]) -> None:
    """Tells the customer that there is an answer, and neither subject nor text: mail is not secret.

    Nor the whole id: it opens a guest's ticket, and nobody has proved the address.
    """
    ticket = Ticket.objects.select_related("customer").filter(pk=payload["ticket"]).first()
    if ticket is None or not ticket.email:
        return  # erased since, or nobody to write to
    send_mail(
        subject=f"{ticket}: there is an answer",
        message=f"Customer service has answered your question.\n\n{ticket}, "
        f"opened on {ticket.opened_at:%Y-%m-%d}. You can read it in the shop.\n",
        from_email=None,
        recipient_list=[ticket.email],
    )
