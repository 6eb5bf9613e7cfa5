"""Ids and keys from clients. strawberry does not check the type that an id names, so this does."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from strawberry import relay

from shop.exceptions import ShopError

#: More than any key of a 64-bit column has.
MAX_DIGITS = 18
#: Ids or codes in one list.
MAX_KEYS = 250


def key_of(global_id: relay.GlobalID, type_name: str) -> str | None:
    """The key inside an id of that type; None for an id of another type."""
    return global_id.node_id if global_id.type_name == type_name else None


def number_of(global_id: relay.GlobalID, type_name: str) -> int | None:
    """The same for types with whole numbers as keys; None where it is no such number."""
    key = key_of(global_id, type_name) or ""
    is_number = key.isascii() and key.isdigit() and len(key) <= MAX_DIGITS
    return int(key) if is_number else None


def uuid_of(global_id: relay.GlobalID, type_name: str) -> uuid.UUID | None:
    """The same for types with UUIDs as keys."""
    try:
        return uuid.UUID(key_of(global_id, type_name))
    except (TypeError, ValueError):
        return None


def check_length(keys: Sequence[object], argument: str) -> None:
    """Raises `ShopError` for a list of more than `MAX_KEYS`."""
    if len(keys) > MAX_KEYS:
        raise ShopError(f"Argument '{argument}' takes at most {MAX_KEYS} values.", [argument])
