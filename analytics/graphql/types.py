"""What clients send of events, and what they get back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON
from strawberry.types.base import get_object_definition
from strawberry.utils.str_converters import to_camel_case


@strawberry.input(
    description="One thing a visitor did. Prices, orders and people are the server's to tell."
)
class EventInput:
    id: str = strawberry.field(
        description="Made up by the client, once per event: sent again, it is not stored again."
    )
    kind: str = strawberry.field(
        description="PAGE_VIEW, PRODUCT_VIEW, SEARCH, CHECKOUT_START, IMPRESSION, CLICK, or what "
        "else the store takes; a refusal names them all."
    )
    at: datetime | None = strawberry.field(
        default=None, description="By the client's clock; when it came in if left out."
    )
    path: str = strawberry.field(
        default="", description="Of the page, from its first slash, with the query string."
    )
    referrer: str | None = strawberry.field(
        default=None,
        description="As `document.referrer` has it, empty for a direct visit; left out where the "
        "client does not know.",
    )
    product_key: str = strawberry.field(default="", description="The product's code.")
    cart_key: str = strawberry.field(
        default="", description="The cart's id. A keyed hash of it is stored."
    )
    query: str = strawberry.field(default="", description="What was searched for.")
    results: int | None = strawberry.field(default=None, description="How many were found.")
    quantity: int | None = None
    position: int | None = strawberry.field(
        default=None, description="Place in the list that was shown, from 1."
    )
    token: str = strawberry.field(
        default="", description="Token of the suggestions that were shown or clicked."
    )
    payload: JSON | None = strawberry.field(default=None, description="A small JSON object.")


def _build(event: type[EventInput], values: Mapping[str, Any], context: Any) -> EventInput:
    return event(**{PYTHON_NAMES[name]: value for name, value in values.items()})


PYTHON_NAMES = {to_camel_case(one.name): one.name for one in fields(EventInput)}
# Strawberry's own conversion takes a third of the time of a whole batch.
get_object_definition(EventInput, strict=True).from_input = _build


@strawberry.type(description="Why an event was not stored. `field` is the path of the argument.")
class EventUserError:
    field: list[str]
    message: str


@strawberry.type
class TrackEventsPayload:
    accepted: int = strawberry.field(description="Events that are stored, or were before.")
    tracking_allowed: bool = strawberry.field(
        description="False where nothing may be stored: Do Not Track, Global Privacy Control, a "
        "bot, or a consent that is missing."
    )
    visitor_id: str | None = strawberry.field(
        description="For clients without cookies: send it back as `X-Visitor-Id`. Null where no "
        "event was accepted."
    )
    user_errors: list[EventUserError]
