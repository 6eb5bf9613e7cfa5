"""What happens in a django-oscar store, as its own signals tell it.

Products have the keys they have in `recommendations.stores.oscar`: their ids, and a child that of
its parent. Amounts are without tax, as those prices are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from oscar.apps.basket.signals import basket_addition
from oscar.apps.catalogue.reviews.signals import review_added
from oscar.apps.catalogue.signals import product_viewed
from oscar.apps.checkout.signals import start_checkout
from oscar.apps.order.signals import (
    order_line_status_changed,
    order_placed,
    order_status_changed,
)
from oscar.apps.search.signals import user_search

from analytics.conf import get_settings
from analytics.models import EventKind
from analytics.services.facts import (
    Fact,
    record_follow_ups,
    record_person_facts,
    record_visitor_facts,
)
from analytics.services.visitors import current_request


def after_commit(receive: Callable[..., None]) -> Callable[..., None]:
    """Has a receiver wait for the commit; one that fails is logged and costs nobody their page."""

    @wraps(receive)
    def wait(**given: Any) -> None:
        def tell() -> None:
            receive(**given)

        transaction.on_commit(tell, robust=True)

    return wait


@receiver(product_viewed, dispatch_uid="boughtwith_analytics.oscar.product_view")
@after_commit
def track_product_view(product: Any, response: HttpResponseBase, **kwargs: Any) -> None:
    """Often the first page of a visit: a new device gets its id with the response."""
    fact = Fact(product_key=product_key(product))
    record_visitor_facts(EventKind.PRODUCT_VIEW, [fact], response)


@receiver(user_search, dispatch_uid="boughtwith_analytics.oscar.search")
@after_commit
def track_search(query: str, **kwargs: Any) -> None:
    """Oscar tells it before it searches: how much was found is not known."""
    if query.strip():
        record_visitor_facts(EventKind.SEARCH, [Fact(query=query)])


@receiver(basket_addition, dispatch_uid="boughtwith_analytics.oscar.cart_add")
@after_commit
def track_basket_addition(product: Any, request: HttpRequest, **kwargs: Any) -> None:
    quantity = _quantity(request)
    price = request.strategy.fetch_for_product(product).price  # type: ignore[attr-defined]
    fact = Fact(
        product_key=product_key(product),
        cart_key=_cart_key(request),
        quantity=quantity,
        amount=price.excl_tax * quantity,
        currency=price.currency,
    )
    record_visitor_facts(EventKind.CART_ADD, [fact])


@receiver(start_checkout, dispatch_uid="boughtwith_analytics.oscar.checkout_start")
@after_commit
def track_checkout_start(request: HttpRequest, **kwargs: Any) -> None:
    record_visitor_facts(EventKind.CHECKOUT_START, [Fact(cart_key=_cart_key(request))])


@receiver(order_placed, dispatch_uid="boughtwith_analytics.oscar.purchase")
@after_commit
def track_purchase(order: Any, **kwargs: Any) -> None:
    """By the visitor whose request is running. If it is somebody else's, such as that of a
    payment service or of staff, or there is none, it is the person's who has the account."""
    request = current_request.get()
    if request is not None and request.user.pk == order.user_id:
        record_visitor_facts(EventKind.PURCHASE, _lines(order, order.lines))
    else:
        person = str(order.user_id or "")  # a guest has none
        record_person_facts(EventKind.PURCHASE, person, _lines(order, order.lines))


@receiver(order_status_changed, dispatch_uid="boughtwith_analytics.oscar.refund")
@after_commit
def track_refund(order: Any, new_status: str, **kwargs: Any) -> None:
    if new_status in get_settings().OSCAR_TAKEN_BACK:
        record_follow_ups(EventKind.REFUND, EventKind.PURCHASE, _lines(order, order.lines))


@receiver(order_line_status_changed, dispatch_uid="boughtwith_analytics.oscar.line_refund")
@after_commit
def track_line_refund(line: Any, new_status: str, **kwargs: Any) -> None:
    if new_status in get_settings().OSCAR_TAKEN_BACK:
        facts = _lines(line.order, line.order.lines.filter(pk=line.pk))
        record_follow_ups(EventKind.REFUND, EventKind.PURCHASE, facts)


@receiver(review_added, dispatch_uid="boughtwith_analytics.oscar.review")
@after_commit
def track_review(review: Any, **kwargs: Any) -> None:
    fact = Fact(
        once=(str(review.pk),), product_key=product_key(review.product), rating=review.score
    )
    record_visitor_facts(EventKind.REVIEW, [fact])


def product_key(product: Any) -> str:
    return str(product.parent_id or product.pk)


def _lines(order: Any, lines: Any) -> Iterable[Fact]:
    """One for each line of an order, once however often it is told."""
    return [_line(order, line) for line in lines.select_related("product")]


def _line(order: Any, line: Any) -> Fact:
    number = str(order.number)  # Oscar's generator makes integers of them, the table texts
    return Fact(
        once=(number, str(line.pk)),
        product_key=product_key(line.product) if line.product else "",  # it was deleted since
        cart_key=str(order.basket_id or ""),
        order_key=number,
        quantity=line.quantity,
        amount=line.line_price_excl_tax,
        currency=order.currency,
    )


def _cart_key(request: HttpRequest) -> str:
    return str(request.basket.pk or "")  # type: ignore[attr-defined]


def _quantity(request: HttpRequest) -> int:
    """As the form says that Oscar has just accepted; 1 where another kind of request says none."""
    given = request.POST.get("quantity", "").strip()
    return int(given) if given.isdecimal() else 1
