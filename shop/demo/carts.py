"""Real carts of the demo with their suggestions, as tables."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from recommendations.services.serving import frequently_bought_with
from recommendations.services.suggestions import Source
from shop.catalog.models import Category, Product
from shop.orders.models import Order

CARTS = 3
SIZES = (3, 4)
SUGGESTIONS = 4
#: So many orders are looked through: all of a year take a database long.
NEWEST = 1_000
#: Carts of food read best.
LEFT_OUT = "Drug gm"


def tables() -> Iterator[Table]:
    """One for each of the newest food orders of a size that is easily read."""
    other_goods = Category.objects.get(name=LEFT_OUT, depth=1)
    others = Product.objects.filter(category__path__startswith=other_goods.path)
    left_out = set(others.values_list("code", flat=True))
    newest = Order.objects.order_by("-placed_at", "pk").prefetch_related("lines")[:NEWEST]
    orders = []
    for order in newest:
        codes = {line.product_code for line in order.lines.all()}
        if len(codes) in SIZES and not codes & left_out:
            orders.append(order)
    orders = orders[:CARTS]
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
