"""The mails an order sends."""

from collections.abc import Mapping
from typing import Any

from django.core.mail import send_mail

from shop.orders import outbox
from shop.orders.models import Order


@outbox.handles("order.placed")
def confirm(payload: Mapping[str, Any]) -> None:
    """Tells the customer that the order has come in."""
    order = Order.objects.prefetch_related("lines").get(number=payload["order"])
    lines = "\n".join(f"{line.quantity} × {line.name}" for line in order.lines.all())
    send_mail(
        subject=f"Your order {order.number}",
        message=f"Thank you for your order.\n\n{lines}\n\nTotal {order.total} {order.currency}\n",
        from_email=None,
        recipient_list=[order.email],
    )
