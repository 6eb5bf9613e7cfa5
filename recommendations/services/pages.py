"""Suggestions for pages that a server renders, and for the scripts on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from recommendations.conf import get_settings, get_store
from recommendations.exceptions import ConfigurationError
from recommendations.services.suggestions import Suggestion, Suggestions
from recommendations.stores.base import HostObjects, Scope


@dataclass(frozen=True)
class Shown:
    """A suggestion as a page shows it. `product` is the host's own, where the store gives it."""

    suggestion: Suggestion
    product: Any = None

    @property
    def url(self) -> str | None:
        find_url = getattr(self.product, "get_absolute_url", None)
        return str(find_url()) if find_url else None


def shown(answer: Suggestions, scope: Scope) -> tuple[Shown, ...]:
    """The suggestions of an answer with the host's own products."""
    store, keys = get_store(), [one.key for one in answer.items]
    products = store.objects(keys, scope) if isinstance(store, HostObjects) else {}
    return tuple(Shown(one, products.get(one.key)) for one in answer.items)


def keys_of(things: Iterable[Any]) -> list[str]:
    """Texts and numbers are keys already; the store says what its own objects stand for."""
    keys: list[str] = []
    for thing in things:
        if isinstance(thing, str | int):
            keys += [str(thing)] if thing != "" else []
        elif thing is not None:
            keys += _keys_of_object(thing)
    return keys


def _keys_of_object(thing: Any) -> Collection[str]:
    store = get_store()
    if isinstance(store, HostObjects):
        return store.keys_of(thing)
    raise ConfigurationError(
        f"{get_settings().STORE} has no 'keys_of': give the key of a product, not {thing!r}."
    )
