"""Real carts of the demo with their suggestions, as tables."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef
from rich.table import Table

from recommendations.services.serving import frequently_bought_with
from recommendations.services.suggestions import Source
from shop.catalog.models import Category
from shop.orders.models import Order, OrderLine

CARTS = 3
SIZES = (3, 4)
SUGGESTIONS = 4
#: Carts of food read best.
LEFT_OUT = "Drug gm"


def tables() -> Iterator[Table]:
    """One for each of the newest food orders of a size that is easily read."""
    other_goods = Category.objects.get(name=LEFT_OUT, depth=1)
    lines = OrderLine.objects.filter(order=OuterRef("pk"))
    orders = (
        Order.objects.annotate(size=Count("lines"))
        .filter(size__in=SIZES)
        .exclude(
            Exists(lines.filter(variant__product__category__path__startswith=other_goods.path))
        )
        .order_by("-placed_at", "pk")
        .prefetch_related("lines")[:CARTS]
    )
    baskets = [[line.product_code for line in order.lines.all()] for order in orders]
    answers = frequently_bought_with(baskets, SUGGESTIONS)
    for order, answer in zip(orders, answers, strict=True):
        names = ", ".join(line.name for line in order.lines.all())
        table = Table(title=f"In the cart: {names}", title_justify="left", title_style="bold")
        for column in ("Frequently bought with", "Why", "Confidence", "Lift"):
            table.add_column(column)
        for one in answer.items:
            evidence = one.evidence
            figures = (
                (f"{evidence.confidence:.0%}", f"{evidence.lift:.1f} ×") if evidence else ("", "")
            )
            fallback = "" if one.source == Source.BOUGHT_TOGETHER else f" ({one.source.value})"
            table.add_row(one.title, one.reason + fallback, *figures)
        yield table
