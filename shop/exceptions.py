"""What a customer or an operator can do wrong, as types."""

from collections.abc import Sequence


class ShopError(Exception):
    """An expected failure. `field` is the path of the input that caused it."""

    code = "INVALID"

    def __init__(self, message: str, field: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.field = tuple(field)


class NotFound(ShopError):
    """The id names nothing the caller may see; somebody else's answers the same."""

    code = "NOT_FOUND"


class InvalidQuantity(ShopError):
    code = "INVALID_QUANTITY"


class OutOfStock(ShopError):
    code = "OUT_OF_STOCK"


class TooManyLines(ShopError):
    code = "TOO_MANY_LINES"


class EmptyCart(ShopError):
    code = "EMPTY_CART"


class CartClosed(ShopError):
    """The cart was merged or ordered and takes no more changes."""

    code = "CART_CLOSED"


class NotLoggedIn(ShopError):
    code = "NOT_LOGGED_IN"


class IdempotencyConflict(ShopError):
    """An idempotency key came back with another request body."""

    code = "IDEMPOTENCY_CONFLICT"


class IllegalTransition(ShopError):
    """An order or a ticket may not move from its status to the one asked for."""

    code = "ILLEGAL_TRANSITION"


class TicketClosed(ShopError):
    code = "TICKET_CLOSED"


class TooManyRequests(ShopError):
    """Somebody writes too often; `retry_after` seconds from now it is possible again."""

    code = "TOO_MANY_REQUESTS"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class OwnReview(ShopError):
    """Nobody votes on what they wrote."""

    code = "OWN_REVIEW"
