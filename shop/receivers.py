"""Django's signals that concern more than one domain."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from shop.carts import services as carts
from shop.customers.models import User
from shop.exceptions import ShopError

#: Where the storefront keeps the id of the cart a guest is filling.
CART_COOKIE = "cart_id"


@receiver(user_logged_in, dispatch_uid="shop.merge_guest_cart")
def merge_guest_cart(request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """Takes what the guest put in the cart into the customer's own cart."""
    cart_id = request.COOKIES.get(CART_COOKIE) if request else None
    if not cart_id:
        return
    try:
        carts.claim_cart(cart_id, user)
    except ShopError:
        return  # an old or foreign cookie must not keep anybody from logging in
