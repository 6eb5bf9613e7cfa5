"""Money as amount and currency."""

from decimal import Decimal

import strawberry
from django.conf import settings


@strawberry.type(description="An amount in a currency (ISO 4217).")
class Money:
    amount: Decimal
    currency_code: str


def money(amount: Decimal, currency: str | None = None) -> Money:
    """In the given currency, or the shop's own."""
    return Money(amount=amount, currency_code=currency or settings.SHOP_CURRENCY)
