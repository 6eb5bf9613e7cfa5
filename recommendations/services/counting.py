"""What a version has counted: its orders, kept so that a refresh need not read them all again."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any, Self

import numpy as np
from django.utils.crypto import salted_hmac

from recommendations.conf import get_settings, get_store
from recommendations.engine.base import Document
from recommendations.engine.interactions import Interactions, codes_of
from recommendations.engine.ledger import Changes, Coder, Ledger
from recommendations.exceptions import BadArtifact
from recommendations.models import ModelVersion
from recommendations.services import artifacts
from recommendations.stores.base import Actor, ChangedOrder, ProductDoc, Scope

logger = logging.getLogger(__name__)

#: Names of the artifacts: what training read, what changed since, and of the products the
#: categories and the factors of those that count less.
READ, NEWS, CATEGORIES, QUALITY = "read", "news", "categories", "quality"
LEDGER = {field.name for field in fields(Ledger)}
#: Shows whether buyers were coded with the secret of today.
SECRET = "secret"  # noqa: S105


def save(version: ModelVersion, interactions: Interactions, documents: Sequence[Document]) -> None:
    """What refreshes of this version start from. A store that can't tell what changed has none."""
    if version.orders_changed_at is None:
        return
    try:
        _save_ledger(version, READ, Ledger.of(interactions, _coder()))
        keys = {document.key: document.category_keys for document in documents}
        _save_json(version, CATEGORIES, keys)
    except BadArtifact as error:
        logger.warning("%s can't be refreshed, only trained again: %s", version, error)


def save_quality(version: ModelVersion, factors: Mapping[str, float]) -> None:
    """Product → what its scores were multiplied by, of those that count less, if any do."""
    if not factors:
        return
    try:
        _save_json(version, QUALITY, factors)
    except BadArtifact as error:
        logger.warning("%s can't say which products count less: %s", version, error)


def quality_of(version: ModelVersion) -> dict[str, float]:
    """What `save_quality` saved. Raises `BadArtifact` where it is damaged."""
    return _load_json(version, QUALITY) or {}


@dataclass(frozen=True)
class Counted:
    """The orders of a version: those that training read, and those that changed since."""

    version: ModelVersion
    read: Ledger
    news: Ledger

    @classmethod
    def load(cls, version: ModelVersion) -> Self:
        """Raises `BadArtifact` where they are missing, damaged, or coded with another secret."""
        read, news = _load_ledger(version, READ), _load_ledger(version, NEWS)
        if read is None:
            raise BadArtifact(f"{version} keeps no orders.")
        return cls(version, read, news or read.select(np.zeros(len(read.orders), dtype=bool)))

    def changes(self, orders: Iterable[ChangedOrder]) -> Changes:
        """Those of the orders that are not what was counted."""
        asked = Ledger.read(orders, _coder(), get_settings().MAX_BASKET_SIZE)
        read, news = (
            ledger.select(ledger.holds(asked.orders)).contents()
            for ledger in (self.read, self.news)
        )
        return Changes.find(read | news, asked)

    def updated(self, changes: Changes) -> Self:
        return replace(self, news=self.news.updated(changes.ledger))

    def interactions(self) -> Interactions:
        """All of them as training would read them; ages count from the newest order it had read,
        so that scores stay comparable with those of lists that are not made again."""
        return self.read.updated(self.news).interactions(self.read.landmark)

    def documents(self, products: Iterable[str]) -> list[ProductDoc]:
        """The categories of these products as training saw them; of newer ones as they are."""
        categories = _load_json(self.version, CATEGORIES)
        if categories is None:
            raise BadArtifact(f"{self.version} keeps no categories.")
        new = set(products) - categories.keys()
        if new:
            offers = get_store().offers(new, Actor(), Scope(self.version.scope))
            categories |= {key: offer.category_keys for key, offer in offers.items()}
        return [
            ProductDoc(key, title="", category_keys=tuple(keys)) for key, keys in categories.items()
        ]

    def save_news(self) -> None:
        _save_ledger(self.version, NEWS, self.news)


def _save_json(version: ModelVersion, name: str, values: Mapping[str, Any]) -> None:
    text = np.frombuffer(json.dumps(values).encode(), dtype=np.uint8)
    artifacts.save(version, name, {"text": text})


def _load_json(version: ModelVersion, name: str) -> dict[str, Any] | None:
    stored = artifacts.load(version, name, ["text"])
    return None if stored is None else json.loads(stored["text"].tobytes())


def _coder() -> Coder:
    """Who can read the database can't find out whether an address is among the buyers."""
    secret = salted_hmac("recommendations.ledger", "buyers", algorithm="sha256").digest()
    return partial(codes_of, secret=secret)


def _save_ledger(version: ModelVersion, name: str, ledger: Ledger) -> None:
    artifacts.save(version, name, {**ledger.arrays(), SECRET: _coder()([SECRET])})


def _load_ledger(version: ModelVersion, name: str) -> Ledger | None:
    arrays = artifacts.load(version, name, LEDGER | {SECRET})
    if arrays is None:
        return None
    if not np.array_equal(arrays.pop(SECRET), _coder()([SECRET])):
        raise BadArtifact(f"The SECRET_KEY has changed since {version} was trained.")
    return Ledger.from_arrays(arrays)
