"""Everything that changes a cart. Each function is one transaction and locks the cart first."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import BigIntegerField, F, Q, QuerySet
from django.utils import timezone

from recommendations.exceptions import BadToken
from recommendations.services.tokens import read_token
from shop.carts.changes import announce_changes
from shop.carts.models import Cart, CartLine, CartStatus
from shop.catalog.models import PublicationState, Variant
from shop.customers.models import Customer, User
from shop.customers.services import customer_of, get_or_create_customer
from shop.exceptions import (
    CartClosed,
    InvalidQuantity,
    NotFound,
    NotLoggedIn,
    OutOfStock,
    TooManyLines,
)

MAX_LINES = 250
MAX_QUANTITY = 1_000_000
CARTS_A_STEP = 1_000

Caller = User | AnonymousUser


@dataclass(frozen=True)
class LineInput:
    """`quantity` more of a variant."""

    variant_id: int | None
    quantity: int
    suggestion_token: str = ""


@dataclass(frozen=True)
class LineUpdate:
    """A line that shall have this quantity."""

    line_id: int | None
    quantity: int


@dataclass(frozen=True)
class ChangeWarning:
    """Something was done, though not quite as asked."""

    code: str
    message: str
    field: tuple[str, ...]


@dataclass
class CartChange:
    cart: Cart
    warnings: list[ChangeWarning] = field(default_factory=list)


def visible_carts(caller: Caller) -> QuerySet[Cart]:
    """The one rule of ownership: guests' carts for whoever knows an id, a customer's for the owner
    and for staff, merged ones for nobody."""
    carts = Cart.objects.exclude(status=CartStatus.MERGED)
    if caller.is_staff:
        return carts
    return carts.filter(Q(customer=None) | Q(customer=customer_of(caller)))


def create_cart(caller: Caller, lines: Sequence[LineInput] = ()) -> CartChange:
    with transaction.atomic():
        owner = get_or_create_customer(caller) if isinstance(caller, User) else None
        change = CartChange(Cart.objects.create(customer=owner))
        _add(change, lines)
    return change


def add_lines(cart_id: object, caller: Caller, lines: Sequence[LineInput]) -> CartChange:
    """Adds to the cart, all lines or none; a variant that is in it already gets more.

    Where stock falls short of the wish the line takes what there is, with a warning.
    """
    with transaction.atomic():
        change = CartChange(lock_open_cart(cart_id, caller))
        _add(change, lines)
        change.cart.save(update_fields=["updated_at"])
    return change


def update_lines(cart_id: object, caller: Caller, lines: Sequence[LineUpdate]) -> CartChange:
    """Sets quantities, all lines or none."""
    with transaction.atomic():
        change = CartChange(lock_open_cart(cart_id, caller))
        existing: dict[int | None, CartLine] = {
            line.pk: line for line in change.cart.lines.select_related("variant__product")
        }
        before = {line.pk: line.quantity for line in existing.values()}
        for position, wish in enumerate(lines):
            path = ("lines", str(position))
            _check_quantity(wish.quantity, path)
            line = existing.get(wish.line_id)
            if line is None:
                raise NotFound("The cart has no such line.", [*path, "id"])
            line.quantity = _what_stock_allows(line.variant, wish.quantity, path, change)
        changed = {wish.line_id: existing[wish.line_id] for wish in lines}
        CartLine.objects.bulk_update(changed.values(), ["quantity"])
        change.cart.save(update_fields=["updated_at"])
        announce_changes(
            change.cart, [(line, line.quantity - before[line.pk]) for line in changed.values()]
        )
    return change


def remove_lines(cart_id: object, caller: Caller, line_ids: Sequence[int | None]) -> CartChange:
    """Takes lines out, all or none."""
    with transaction.atomic():
        cart = lock_open_cart(cart_id, caller)
        known = {line.pk: line for line in cart.lines.select_related("variant__product")}
        for position, line_id in enumerate(line_ids):
            if line_id not in known:
                raise NotFound("The cart has no such line.", ["lineIds", str(position)])
        gone = {line_id: known[line_id] for line_id in line_ids if line_id}
        cart.lines.filter(pk__in=gone).delete()
        cart.save(update_fields=["updated_at"])
        announce_changes(cart, [(line, -line.quantity) for line in gone.values()])
    return CartChange(cart)


def claim_cart(cart_id: object, caller: Caller) -> CartChange:
    """Makes a guest's cart the customer's, or merges it into the open cart the customer has.

    After that the id the guest knew opens nothing. Claiming an own cart changes nothing, so a
    repeated login merges once.
    """
    if not isinstance(caller, User):
        raise NotLoggedIn("Log in first: a cart can only be claimed by a customer.", ["cartId"])
    with transaction.atomic():
        customer = get_or_create_customer(caller)
        # One login after the other: two at once would each find no open cart and keep two.
        # Not the customer's row: a checkout needs its key while it holds the cart.
        User.objects.select_for_update().get(pk=caller.pk)
        guest = lock_open_cart(cart_id, caller)
        if guest.customer_id is not None:
            return CartChange(guest)
        own = open_cart_of(customer).select_for_update().first()
        if own is None:
            own = Cart.objects.create(customer=customer)
        _move_lines(guest, own)
        guest.status = CartStatus.MERGED
        guest.save(update_fields=["status", "updated_at"])
        own.save(update_fields=["updated_at"])
    return CartChange(own)


def delete_abandoned() -> int:
    """Deletes guests' carts that were left for `SHOP_CART_DAYS`, and what merging left of them.

    Each step is a short transaction and skips carts that somebody is changing.
    """
    since = timezone.now() - timedelta(days=settings.SHOP_CART_DAYS)
    left = Cart.objects.filter(customer=None, updated_at__lt=since).exclude(
        status=CartStatus.ORDERED
    )
    total = 0
    while step := _delete_carts(left):
        total += step
    return total


def lock_cart(cart_id: object, caller: Caller) -> Cart:
    """The cart if the caller may see it, locked until the transaction ends.

    Raises `NotFound` for everything else, so that foreign ids and unknown ids look the same.
    """
    key = _as_uuid(cart_id)
    cart = visible_carts(caller).select_for_update().filter(pk=key).first() if key else None
    if cart is None:
        raise NotFound("There is no such cart.", ["cartId"])
    return cart


def lock_open_cart(cart_id: object, caller: Caller) -> Cart:
    """The caller's cart, locked until the transaction ends; `CartClosed` once it is ordered."""
    cart = lock_cart(cart_id, caller)
    if cart.status != CartStatus.OPEN:
        raise CartClosed("This cart has been ordered and can't be changed.", ["cartId"])
    return cart


def open_cart_of(customer: Customer) -> QuerySet[Cart]:
    """The cart a customer is filling; of several the one that was changed last comes first."""
    return Cart.objects.filter(customer=customer, status=CartStatus.OPEN).order_by(
        "-updated_at", "pk"
    )


def _delete_carts(carts: QuerySet[Cart]) -> int:
    with transaction.atomic():
        locked = carts.select_for_update(skip_locked=True).order_by("pk")
        keys = list(locked.values_list("pk", flat=True)[:CARTS_A_STEP])
        Cart.objects.filter(pk__in=keys).delete()
    return len(keys)


def _as_uuid(cart_id: object) -> uuid.UUID | None:
    try:
        return cart_id if isinstance(cart_id, uuid.UUID) else uuid.UUID(str(cart_id))
    except ValueError:
        return None


def _add(change: CartChange, lines: Sequence[LineInput]) -> None:
    cart = change.cart
    variants = _purchasable_variants(line.variant_id for line in lines)
    existing = {line.variant_id: line for line in cart.lines.all()}
    before = {pk: line.quantity for pk, line in existing.items()}
    for position, wish in enumerate(lines):
        path = ("lines", str(position))
        _check_quantity(wish.quantity, path)
        variant = variants.get(wish.variant_id)
        if variant is None:
            raise NotFound("There is no such product for sale.", [*path, "merchandiseId"])
        line = existing.setdefault(variant.pk, CartLine(cart=cart, variant=variant, quantity=0))
        line.variant = variant
        line.quantity = _what_stock_allows(variant, line.quantity + wish.quantity, path, change)
        line.suggestion_token = _checked_token(wish, path, change) or line.suggestion_token
    if len(existing) > MAX_LINES:
        raise TooManyLines(f"A cart holds at most {MAX_LINES} lines.", ["lines"])
    kept = [line for line in existing.values() if line.pk]
    new = [line for line in existing.values() if line.pk is None]
    # In key order, like a checkout: each new line locks its variant for the foreign key.
    CartLine.objects.bulk_create(sorted(new, key=lambda line: line.variant_id))
    CartLine.objects.bulk_update(kept, ["quantity", "suggestion_token"])
    touched = [line for line in existing.values() if line.variant_id in variants]
    announce_changes(
        cart, [(line, line.quantity - before.get(line.variant_id, 0)) for line in touched]
    )


def _purchasable_variants(ids: Iterable[int | None]) -> dict[int | None, Variant]:
    found = Variant.objects.select_related("product").filter(
        pk__in={pk for pk in ids if pk and pk <= BigIntegerField.MAX_BIGINT},
        product__state=PublicationState.PUBLISHED,
    )
    return {variant.pk: variant for variant in found}


def _check_quantity(quantity: int, path: tuple[str, ...]) -> None:
    if not 1 <= quantity <= MAX_QUANTITY:
        raise InvalidQuantity(
            f"Quantity must be from 1 to {MAX_QUANTITY:,}; to take a line out use cartLinesRemove.",
            [*path, "quantity"],
        )


def _checked_token(wish: LineInput, path: tuple[str, ...], change: CartChange) -> str:
    """A token that was not made here says nothing, and keeps nobody from buying."""
    if not wish.suggestion_token:
        return ""
    try:
        read_token(wish.suggestion_token)
    except BadToken as error:
        change.warnings.append(ChangeWarning(BadToken.code, str(error), (*path, "suggestionToken")))
        return ""
    return wish.suggestion_token


def _what_stock_allows(
    variant: Variant, wish: int, path: tuple[str, ...], change: CartChange
) -> int:
    if variant.stock == 0:
        raise OutOfStock(f"{variant.product.title} is out of stock.", [*path, "merchandiseId"])
    if wish > variant.stock:
        change.warnings.append(
            ChangeWarning(
                "NOT_ENOUGH_STOCK",
                f"Only {variant.stock} of {variant.product.title} are left.",
                (*path, "quantity"),
            )
        )
    return min(wish, variant.stock)


def _move_lines(source: Cart, target: Cart) -> None:
    """Moves lines over; where both carts have a variant the quantities are added."""
    own = {line.variant_id: line for line in target.lines.all()}
    for line in source.lines.all():
        if line.variant_id in own:
            CartLine.objects.filter(pk=own[line.variant_id].pk).update(
                quantity=F("quantity") + line.quantity
            )
            line.delete()
        else:
            line.cart = target
            line.save(update_fields=["cart"])
