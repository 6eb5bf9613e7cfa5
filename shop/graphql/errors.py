"""Expected failures as data: every mutation answers with these instead of raising."""

from enum import StrEnum
from typing import Any

import strawberry

from recommendations.exceptions import BadToken
from shop import exceptions
from shop.carts.services import ChangeWarning

RETRY_AFTER = "Seconds after which TOO_MANY_REQUESTS is over; null for everything else."


@strawberry.interface(description="Why nothing was done. `field` is the path of the argument.")
class UserError:
    field: list[str] | None
    message: str


@strawberry.enum(description="What was wrong with the request.")
class CartErrorCode(StrEnum):
    INVALID = exceptions.ShopError.code
    NOT_FOUND = exceptions.NotFound.code
    INVALID_QUANTITY = exceptions.InvalidQuantity.code
    OUT_OF_STOCK = exceptions.OutOfStock.code
    TOO_MANY_LINES = exceptions.TooManyLines.code
    EMPTY_CART = exceptions.EmptyCart.code
    CART_CLOSED = exceptions.CartClosed.code
    NOT_LOGGED_IN = exceptions.NotLoggedIn.code
    IDEMPOTENCY_CONFLICT = exceptions.IdempotencyConflict.code


@strawberry.type
class CartUserError(UserError):
    code: CartErrorCode


@strawberry.enum(description="What was done otherwise than asked.")
class CartWarningCode(StrEnum):
    NOT_ENOUGH_STOCK = "NOT_ENOUGH_STOCK"
    BAD_TOKEN = BadToken.code


@strawberry.type(description="The change was made, though not quite as asked.")
class CartWarning:
    code: CartWarningCode
    field: list[str]
    message: str


@strawberry.enum(description="What was wrong with the request.")
class ReviewErrorCode(StrEnum):
    INVALID = exceptions.ShopError.code
    NOT_FOUND = exceptions.NotFound.code
    NOT_LOGGED_IN = exceptions.NotLoggedIn.code
    OWN_REVIEW = exceptions.OwnReview.code
    TOO_MANY_REQUESTS = exceptions.TooManyRequests.code


@strawberry.type
class ReviewUserError(UserError):
    code: ReviewErrorCode
    retry_after: int | None = strawberry.field(description=RETRY_AFTER)


@strawberry.enum(description="What was wrong with the request.")
class TicketErrorCode(StrEnum):
    INVALID = exceptions.ShopError.code
    NOT_FOUND = exceptions.NotFound.code
    TICKET_CLOSED = exceptions.TicketClosed.code
    TOO_MANY_REQUESTS = exceptions.TooManyRequests.code


@strawberry.type
class TicketUserError(UserError):
    code: TicketErrorCode
    retry_after: int | None = strawberry.field(description=RETRY_AFTER)


def user_error(error: exceptions.ShopError) -> CartUserError:
    return CartUserError(code=CartErrorCode(error.code), **_why(error))


def review_error(error: exceptions.ShopError) -> ReviewUserError:
    code, wait = ReviewErrorCode(error.code), _retry_after(error)
    return ReviewUserError(code=code, retry_after=wait, **_why(error))


def ticket_error(error: exceptions.ShopError) -> TicketUserError:
    code, wait = TicketErrorCode(error.code), _retry_after(error)
    return TicketUserError(code=code, retry_after=wait, **_why(error))


def _retry_after(error: exceptions.ShopError) -> int | None:
    return error.retry_after if isinstance(error, exceptions.TooManyRequests) else None


def _why(error: exceptions.ShopError) -> dict[str, Any]:
    return {"field": list(error.field) or None, "message": error.message}


def cart_warning(warning: ChangeWarning) -> CartWarning:
    return CartWarning(
        code=CartWarningCode(warning.code), field=list(warning.field), message=warning.message
    )
