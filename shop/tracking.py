"""What happens in the shop, told to `analytics`: the one place that knows both."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from strawberry.relay import to_base64

from analytics.models import EventKind
from analytics.services import privacy as behaviour
from analytics.services.facts import (
    Fact,
    record_follow_ups,
    record_person_facts,
    record_visitor_facts,
    take_back,
)
from shop.carts.models import Cart
from shop.customers.models import Customer
from shop.customers.privacy import Holder, register
from shop.orders.models import Order, OrderLine
from shop.reviews.models import Review
from shop.signals import (
    LineChange,
    cart_changed,
    order_placed,
    order_refunded,
    review_published,
    review_withdrawn,
    ticket_closed,
    ticket_opened,
)
from shop.support.models import Ticket


@receiver(cart_changed, dispatch_uid="shop.tracking.cart")
def track_cart(subject: Cart, changes: tuple[LineChange, ...], **kwargs: Any) -> None:
    for kind, sign in ((EventKind.CART_ADD, 1), (EventKind.CART_REMOVE, -1)):
        facts = [
            Fact(
                product_key=one.product_code,
                cart_key=cart_key(subject.pk),
                quantity=one.difference * sign,
                amount=one.unit_price * one.difference * sign,
                token=one.suggestion_token,
                payload={"sku": one.sku},
            )
            for one in changes
            if one.difference * sign > 0
        ]
        record_visitor_facts(kind, facts)


@receiver(order_placed, dispatch_uid="shop.tracking.purchase")
def track_purchase(subject: Order, **kwargs: Any) -> None:
    record_visitor_facts(EventKind.PURCHASE, _lines(subject))


@receiver(order_refunded, dispatch_uid="shop.tracking.refund")
def track_refund(subject: Order, **kwargs: Any) -> None:
    record_follow_ups(EventKind.REFUND, EventKind.PURCHASE, _lines(subject))


@receiver(review_published, dispatch_uid="shop.tracking.review")
def track_review(subject: Review, **kwargs: Any) -> None:
    fact = Fact(once=(str(subject.pk),), product_key=subject.product.code, rating=subject.rating)
    record_person_facts(EventKind.REVIEW, person_key(subject.customer), [fact])


@receiver(review_withdrawn, dispatch_uid="shop.tracking.review_withdrawn")
def untrack_review(subject: Review, **kwargs: Any) -> None:
    """A review counts while it is published, with the rating it has."""
    take_back(EventKind.REVIEW, str(subject.pk))


@receiver(ticket_opened, dispatch_uid="shop.tracking.ticket_opened")
def track_ticket_opened(subject: Ticket, **kwargs: Any) -> None:
    record_visitor_facts(EventKind.SUPPORT_OPENED, [_ticket(subject)])


@receiver(ticket_closed, dispatch_uid="shop.tracking.ticket_closed")
def track_ticket_closed(subject: Ticket, **kwargs: Any) -> None:
    """The first time: one that was opened again and resolved again is the same ticket."""
    record_follow_ups(EventKind.SUPPORT_CLOSED, EventKind.SUPPORT_OPENED, [_ticket(subject)])


def cart_key(pk: object) -> str:
    """The id that clients know a cart by."""
    return to_base64("Cart", str(pk))


def person_key(customer: Customer | None) -> str:
    """The person of an event: the key of the account, of the customer without one; empty for a
    guest."""
    if customer is None:
        return ""
    return str(customer.user_id) if customer.user_id else f"customer-{customer.pk}"


def _lines(order: Order) -> list[Fact]:
    """One for each line of an order, once however often it is told."""
    cart = cart_key(order.cart_id) if order.cart_id else ""
    return [_line(order, line, cart) for line in order.lines.all()]


def _line(order: Order, line: OrderLine, cart: str) -> Fact:
    return Fact(
        once=(order.number, str(line.pk)),
        product_key=line.product_code,
        cart_key=cart,
        order_key=order.number,
        quantity=line.quantity,
        amount=line.unit_price * line.quantity,
        currency=order.currency,
        token=line.suggestion_token,
        payload={"sku": line.sku},
    )


def _ticket(ticket: Ticket) -> Fact:
    return Fact(
        once=(str(ticket.pk),),
        product_key=ticket.product.code if ticket.product else "",
        order_key=ticket.order.number if ticket.order else "",
        payload={"ticket": str(ticket.pk), "category": ticket.category},
    )


def _export(customer: Customer) -> dict[str, Any]:
    return behaviour.export(_keys(customer))


def _erase(customer: Customer) -> dict[str, int]:
    return behaviour.erase(_keys(customer))


def _keys(customer: Customer) -> set[str]:
    """Whoever has an account may have been a customer before."""
    return {person_key(customer), f"customer-{customer.pk}"}


register(Holder("behaviour", _export, _erase))
