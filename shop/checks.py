"""System checks: a mistake in the shop's own settings is found at start, with a hint."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from shop.encryption import SETTING, keyring

NEW_KEY = (
    "Set it to Fernet keys, the newest first; each comes from python -c "
    "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'."
)


@register("shop")
def check_encryption_keys(**kwargs: Any) -> list[CheckMessage]:
    try:
        keyring()
    except (TypeError, ValueError) as error:
        return [Error(f"{SETTING} can't be used: {error}", hint=NEW_KEY, id="shop.E001")]
    return []


@register("shop")
def check_limits(**kwargs: Any) -> list[CheckMessage]:
    limits = {"SHOP_WRITES_AN_HOUR": 1, "SHOP_PROXIES": 0}
    return [
        Error(f"{name} is {value!r}.", hint=f"A number: {least} or more.", id="shop.E003")
        for name, least in limits.items()
        if not isinstance(value := getattr(settings, name), int) or value < least
    ]


@register("shop")
def check_cart_days(**kwargs: Any) -> list[CheckMessage]:
    days = settings.SHOP_CART_DAYS
    if isinstance(days, int) and days >= 1:
        return []
    hint = "The days after which a guest's cart is deleted: 1 or more."
    return [Error(f"SHOP_CART_DAYS is {days!r}.", hint=hint, id="shop.E002")]
