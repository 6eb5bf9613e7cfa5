"""Everything that makes or moves an order. Money and stock change here and nowhere else."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shop.carts.models import Cart, CartLine, CartStatus
from shop.carts.services import Caller, lock_cart
from shop.catalog.models import PublicationState, Variant
from shop.customers.models import User
from shop.customers.services import check_email
from shop.exceptions import (
    CartClosed,
    EmptyCart,
    IdempotencyConflict,
    IllegalTransition,
    OutOfStock,
    ShopError,
)
from shop.orders import outbox
from shop.orders.models import TRANSITIONS, Order, OrderLine, OrderStatus, OrderStatusChange
from shop.signals import announce, order_placed, order_refunded

IDEMPOTENCY_KEY = re.compile(r"[ -~]{1,128}")
MAX_NOTE_LENGTH = 255
NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER_LENGTH = 10


@dataclass(frozen=True)
class CheckoutRequest:
    """What a customer sends to order a cart. Prices are never part of it."""

    email: str
    idempotency_key: str

    def digest(self) -> str:
        body = asdict(self)
        del body["idempotency_key"]
        return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def checkout(cart_id: object, caller: Caller, request: CheckoutRequest) -> Order:
    """Turns a cart into an order: prices from the catalogue, stock taken, all or nothing.

    Sent again with the same idempotency key it returns the order it made the first time; with
    the same key and another body it raises `IdempotencyConflict`.
    """
    _check_request(request)
    with transaction.atomic():
        # The second of two checkouts at once waits here, and then finds the order.
        cart = lock_cart(cart_id, caller)
        if cart.status == CartStatus.ORDERED:
            return _replayed_order(cart, request)
        lines = list(cart.lines.order_by("pk"))
        if not lines:
            raise EmptyCart("The cart is empty.", ["cartId"])
        variants = _take_stock(lines)
        order = _create_order(cart, request, lines, variants)
        cart.status = CartStatus.ORDERED
        cart.save(update_fields=["status", "updated_at"])
        outbox.write("order.placed", order=order.number)
        announce(order_placed, order)
    return order


def change_status(
    order: Order, to: OrderStatus, *, by: User | None = None, note: str = ""
) -> Order:
    """Moves an order one legal step and writes its history; cancel and refund included.

    Cancelling puts the stock back, and so does a refund before the parcel has left.
    Raises `IllegalTransition`, which names the legal moves, and changes nothing then.
    """
    if len(note) > MAX_NOTE_LENGTH:
        raise ShopError(f"A note has at most {MAX_NOTE_LENGTH} characters.", ["note"])
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        before = OrderStatus(locked.status)
        if to not in TRANSITIONS[before]:
            legal = ", ".join(TRANSITIONS[before]) or "no other status"
            raise IllegalTransition(
                f"An order that is {before} can move to {legal}, not to {to}.", ["status"]
            )
        locked.status = to
        locked.save(update_fields=["status", "updated_at"])
        OrderStatusChange.objects.create(
            order=locked, from_status=before, to_status=to, by=by, note=note
        )
        in_the_house = before not in (OrderStatus.SHIPPED, OrderStatus.DELIVERED)
        if to == OrderStatus.CANCELLED or (to == OrderStatus.REFUNDED and in_the_house):
            _put_stock_back(locked)
        outbox.write(f"order.{to.lower()}", order=locked.number)
        if to == OrderStatus.REFUNDED:
            announce(order_refunded, locked)
    return locked


def cancel(order: Order, *, by: User | None = None, note: str = "") -> Order:
    """Cancels an order that is not paid yet and restocks what it had taken."""
    return change_status(order, OrderStatus.CANCELLED, by=by, note=note)


def refund(order: Order, *, by: User | None = None, note: str = "") -> Order:
    """Refunds a paid order; goods that were not shipped go back to stock."""
    return change_status(order, OrderStatus.REFUNDED, by=by, note=note)


def _check_request(request: CheckoutRequest) -> None:
    check_email(request.email, ["input", "email"])
    if not IDEMPOTENCY_KEY.fullmatch(request.idempotency_key):
        raise ShopError(
            "The idempotency key must have 1 to 128 printable ASCII characters.",
            ["input", "idempotencyKey"],
        )


def _replayed_order(cart: Cart, request: CheckoutRequest) -> Order:
    order = Order.objects.filter(cart=cart).first()
    # Compared here: to MariaDB "key" and "KEY " are the same.
    if order is None or order.idempotency_key != request.idempotency_key:
        raise CartClosed("This cart has been ordered and can't be changed.", ["cartId"])
    if order.request_digest != request.digest():
        raise IdempotencyConflict(
            "This idempotency key was used with another request.", ["input", "idempotencyKey"]
        )
    return order


def _take_stock(lines: list[CartLine]) -> dict[int, Variant]:
    """Locks the variants in key order, so that two carts with the same goods never deadlock."""
    variants = {
        variant.pk: variant
        for variant in Variant.objects.select_for_update()
        .prefetch_related("product")  # joined, its rows would be locked as well
        .filter(pk__in=[line.variant_id for line in lines])
        .order_by("pk")
    }
    for position, line in enumerate(lines):
        variant = variants.get(line.variant_id)
        if variant is None:  # deleted since the lines were read
            raise OutOfStock("No longer sold.", ["cart", "lines", str(position)])
        available = variant.stock if variant.product.state == PublicationState.PUBLISHED else 0
        if line.quantity > available:
            raise OutOfStock(
                f"{variant.product.title}: {line.quantity} wanted, {available} left.",
                ["cart", "lines", str(position)],
            )
    for line in sorted(lines, key=lambda line: line.variant_id):
        Variant.objects.filter(pk=line.variant_id).update(stock=F("stock") - line.quantity)
    return variants


def _create_order(
    cart: Cart, request: CheckoutRequest, lines: list[CartLine], variants: dict[int, Variant]
) -> Order:
    total = sum(
        (variants[line.variant_id].price * line.quantity for line in lines), start=Decimal(0)
    )
    order = Order.objects.create(
        number="".join(secrets.choice(NUMBER_ALPHABET) for _ in range(NUMBER_LENGTH)),
        cart=cart,
        customer=cart.customer,
        email=request.email,
        currency=settings.SHOP_CURRENCY,
        total=total,
        placed_at=timezone.now(),
        idempotency_key=request.idempotency_key,
        request_digest=request.digest(),
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            variant=variant,
            product_code=variant.product.code,
            sku=variant.sku,
            name=variant.product.title,
            unit_price=variant.price,
            quantity=line.quantity,
            suggestion_token=line.suggestion_token,
        )
        for line in lines
        for variant in [variants[line.variant_id]]
    )
    OrderStatusChange.objects.create(order=order, to_status=OrderStatus.PENDING)
    return order


def _put_stock_back(order: Order) -> None:
    for line in order.lines.order_by("variant_id"):
        if line.variant_id is None:
            continue  # no longer in the catalogue
        Variant.objects.filter(pk=line.variant_id).update(stock=F("stock") + line.quantity)
