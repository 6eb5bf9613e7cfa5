"""Suggestion tokens that come back with events: who made them says what they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from analytics.conf import get_hook
from analytics.exceptions import BadEvent


@dataclass(frozen=True)
class TokenFacts:
    """Columns of an event. `token` is a digest, the same for all that came from one list."""

    token: str = ""
    surface: str = ""
    version: str = ""
    arm: str = ""


def read(text: str) -> TokenFacts:
    """Raises `BadEvent` for a token that was not made here or has expired."""
    if not text:
        return TokenFacts()
    reader = get_hook("TOKEN_READER")
    if reader is None:
        raise BadEvent("token", "This store takes no suggestion tokens.")
    try:
        read = reader(text)
    except ValueError as error:
        raise BadEvent("token", str(error)) from error
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    return TokenFacts(digest, str(read.surface), str(read.version), str(read.arm))
