"""Which orders of django-oscar count, and which were taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from oscar.core.loading import get_model

from recommendations.conf import get_settings
from recommendations.stores.base import OrderLineFact, Scope
from recommendations.stores.querying import facts_by_order

Order = get_model("order", "Order")
OrderLine = get_model("order", "Line")

#: Lines hold the child that was bought; what is recommended is the product it is a child of.
CANONICAL = Coalesce("product__parent_id", "product_id")


def lines_that_count(scope: Scope) -> QuerySet[Any]:
    """A line outlives its product, and then says nothing any more."""
    taken_back = get_settings().OSCAR_TAKEN_BACK
    return _lines(scope).exclude(order__status__in=taken_back).exclude(status__in=taken_back)


def returns(scope: Scope) -> dict[int, int]:
    """Product id → orders with it that were taken back, or of which it was."""
    taken_back = get_settings().OSCAR_TAKEN_BACK
    lines = _lines(scope).filter(Q(order__status__in=taken_back) | Q(status__in=taken_back))
    counted = lines.order_by().values(canonical=CANONICAL)
    return dict(counted.annotate(n=Count("order", distinct=True)).values_list("canonical", "n"))


def _lines(scope: Scope) -> QuerySet[Any]:
    return OrderLine._default_manager.filter(of_site("order__site", scope), product__isnull=False)


def orders_that_count(scope: Scope) -> QuerySet[Any]:
    orders = Order._default_manager.filter(of_site("site", scope))
    return orders.exclude(status__in=get_settings().OSCAR_TAKEN_BACK)


def facts(orders: QuerySet[Any], lines: QuerySet[Any]) -> Iterator[OrderLineFact]:
    return facts_by_order(
        orders,
        ("number", "user", "guest_email", "date_placed"),
        lambda number, user, email, placed_at: (
            number,
            f"user {user}" if user else email.lower() or None,
            placed_at,
        ),
        lines,
        CANONICAL,
    )


def of_site(path: str, scope: Scope) -> Q:
    sites = get_settings().OSCAR_SITES
    return Q(**{path: sites[scope.name]}) if sites else Q()
