"""What a change of a cart means to others."""

from __future__ import annotations

from collections.abc import Iterable

from shop.carts.models import Cart, CartLine
from shop.signals import LineChange, announce, cart_changed


def announce_changes(cart: Cart, changes: Iterable[tuple[CartLine, int]]) -> None:
    """Tells which lines have how many more or fewer. Their variants and products are loaded."""
    told = tuple(
        LineChange(
            product_code=line.variant.product.code,
            sku=line.variant.sku,
            unit_price=line.variant.price,
            difference=difference,
            suggestion_token=line.suggestion_token,
        )
        for line, difference in changes
        if difference
    )
    if told:
        announce(cart_changed, cart, changes=told)
