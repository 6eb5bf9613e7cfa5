"""Relay ids from clients. strawberry does not check the type they name, so this does."""

from __future__ import annotations

from strawberry import relay


def key_of(global_id: relay.GlobalID, type_name: str) -> str | None:
    """The key inside an id of that type; None for an id of another type."""
    return global_id.node_id if global_id.type_name == type_name else None


def number_of(global_id: relay.GlobalID, type_name: str) -> int | None:
    """The same for types with whole numbers as keys; None where it is no such number."""
    key = key_of(global_id, type_name)
    return int(key) if key is not None and key.isascii() and key.isdigit() else None
