"""What a list of suggestions is known by when it comes back: signed, so that nobody can make up
where a click or an order came from, and kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing

from recommendations.conf import get_settings
from recommendations.exceptions import BadToken

SALT = "recommendations.suggestions"
MAX_SEEDS = 20


@dataclass(frozen=True)
class Token:
    """Which suggestions: the surface, the version that answered, the first twenty of the products
    they follow from, and the arm of an experiment, if the visitor is in one."""

    surface: str
    version: str
    seeds: tuple[str, ...]
    arm: str = ""


def make_token(token: Token) -> str:
    """Letters, digits and `-_.:`, so that it may stand in a page or an address as it is."""
    fields = [token.surface, token.version, token.seeds[:MAX_SEEDS], token.arm]
    return signing.dumps(fields, salt=SALT, compress=True)


def read_token(text: str) -> Token:
    """Raises `BadToken` for one that was not made here, or longer ago than TOKEN_DAYS."""
    seconds = get_settings().TOKEN_DAYS * 86_400
    try:
        surface, version, seeds, arm = signing.loads(text, salt=SALT, max_age=seconds)
    except signing.SignatureExpired as error:
        raise BadToken("The suggestion token has expired.") from error
    except signing.BadSignature as error:
        raise BadToken("The suggestion token was not made by this shop.") from error
    return Token(surface, version, tuple(seeds), arm)
