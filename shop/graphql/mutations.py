"""What customers and guests may change. Expected failures come back as `userErrors`."""

import uuid
from collections.abc import Callable
from typing import Any

import strawberry
import strawberry_django
from strawberry import relay

from shop.carts import services as carts
from shop.carts.models import Cart as CartModel
from shop.exceptions import ShopError
from shop.graphql.callers import caller_of
from shop.graphql.carts import Cart
from shop.graphql.errors import CartUserError, CartWarning, cart_warning, user_error
from shop.graphql.fetching import fetch_one
from shop.graphql.ids import key_of, number_of
from shop.graphql.orders import Order
from shop.orders import services as orders
from shop.orders.models import Order as OrderModel


@strawberry.input
class CartLineInput:
    merchandise_id: relay.GlobalID = strawberry.field(description="Id of a ProductVariant.")
    quantity: int = 1
    suggestion_token: str | None = strawberry.field(
        default=None, description="`token` of the suggestions that the product was chosen from."
    )


@strawberry.input
class CartLineUpdateInput:
    id: relay.GlobalID
    quantity: int


@strawberry.input
class CartInput:
    lines: list[CartLineInput] = strawberry.field(default_factory=list)


@strawberry.input
class CartCheckoutInput:
    email: str
    idempotency_key: str = strawberry.field(
        description="Made up by the client, once per order: sent again, it gives the same order."
    )


@strawberry.interface(description="The cart after the change, or why there was none.")
class CartPayload:
    cart_key: strawberry.Private[uuid.UUID | None] = None
    user_errors: list[CartUserError] = strawberry.field(default_factory=list)
    warnings: list[CartWarning] = strawberry.field(default_factory=list)

    @strawberry_django.field
    def cart(self, info: strawberry.Info) -> Cart | None:
        if self.cart_key is None:
            return None
        return fetch_one(CartModel.objects.filter(pk=self.cart_key), info)


@strawberry.type
class CartCreatePayload(CartPayload): ...


@strawberry.type
class CartLinesAddPayload(CartPayload): ...


@strawberry.type
class CartLinesUpdatePayload(CartPayload): ...


@strawberry.type
class CartLinesRemovePayload(CartPayload): ...


@strawberry.type
class CartBuyerIdentityUpdatePayload(CartPayload): ...


@strawberry.type
class CartCheckoutPayload(CartPayload):
    order_key: strawberry.Private[int | None] = None

    @strawberry_django.field
    def order(self, info: strawberry.Info) -> Order | None:
        if self.order_key is None:
            return None
        return fetch_one(OrderModel.objects.filter(pk=self.order_key), info)


@strawberry.type
class Mutation:
    @strawberry_django.mutation
    def cart_create(self, info: strawberry.Info, input: CartInput) -> CartCreatePayload:
        lines = [_line(line) for line in input.lines]
        return _changed(CartCreatePayload, lambda: carts.create_cart(caller_of(info), lines))

    @strawberry_django.mutation(
        description="Adds all lines or none; a variant that is in the cart already gets more."
    )
    def cart_lines_add(
        self, info: strawberry.Info, cart_id: relay.GlobalID, lines: list[CartLineInput]
    ) -> CartLinesAddPayload:
        wanted = [_line(line) for line in lines]
        return _changed(
            CartLinesAddPayload,
            lambda: carts.add_lines(key_of(cart_id, "Cart"), caller_of(info), wanted),
        )

    @strawberry_django.mutation(description="Sets the quantities of all these lines, or of none.")
    def cart_lines_update(
        self, info: strawberry.Info, cart_id: relay.GlobalID, lines: list[CartLineUpdateInput]
    ) -> CartLinesUpdatePayload:
        wanted = [carts.LineUpdate(number_of(line.id, "CartLine"), line.quantity) for line in lines]
        return _changed(
            CartLinesUpdatePayload,
            lambda: carts.update_lines(key_of(cart_id, "Cart"), caller_of(info), wanted),
        )

    @strawberry_django.mutation(description="Takes out all these lines, or none.")
    def cart_lines_remove(
        self, info: strawberry.Info, cart_id: relay.GlobalID, line_ids: list[relay.GlobalID]
    ) -> CartLinesRemovePayload:
        lines = [number_of(line, "CartLine") for line in line_ids]
        return _changed(
            CartLinesRemovePayload,
            lambda: carts.remove_lines(key_of(cart_id, "Cart"), caller_of(info), lines),
        )

    @strawberry_django.mutation(
        description="Makes a guest's cart the logged-in customer's, merged with the one they have. "
        "Use the id of the returned cart from then on: the old one opens nothing."
    )
    def cart_buyer_identity_update(
        self, info: strawberry.Info, cart_id: relay.GlobalID
    ) -> CartBuyerIdentityUpdatePayload:
        return _changed(
            CartBuyerIdentityUpdatePayload,
            lambda: carts.claim_cart(key_of(cart_id, "Cart"), caller_of(info)),
        )

    @strawberry_django.mutation(
        description="Orders the cart at the shop's prices, or changes nothing."
    )
    def cart_checkout(
        self, info: strawberry.Info, cart_id: relay.GlobalID, input: CartCheckoutInput
    ) -> CartCheckoutPayload:
        request = orders.CheckoutRequest(input.email, input.idempotency_key)
        try:
            order = orders.checkout(key_of(cart_id, "Cart"), caller_of(info), request)
        except ShopError as error:
            return CartCheckoutPayload(user_errors=[user_error(error)])
        return CartCheckoutPayload(cart_key=order.cart_id, order_key=order.pk)


def _line(line: CartLineInput) -> carts.LineInput:
    return carts.LineInput(
        number_of(line.merchandise_id, "ProductVariant"),
        line.quantity,
        line.suggestion_token or "",
    )


def _changed(payload: type[Any], change: Callable[[], carts.CartChange]) -> Any:
    try:
        changed = change()
    except ShopError as error:
        return payload(user_errors=[user_error(error)])
    return payload(
        cart_key=changed.cart.pk, warnings=[cart_warning(one) for one in changed.warnings]
    )
