"""A store of plain records: the reference for adapters, used by tests and documentation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from recommendations.stores.base import (
    Actor,
    ChangedOrder,
    Offer,
    OfferFacts,
    OrderLineFact,
    ProductDoc,
    Purchase,
    Scope,
)

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class MemoryStore:
    """Holds what a test puts in. `variants` maps a variant's key to its product's, `stock` the keys
    of products that are counted to their pieces, `margins` those of some to the part of their price
    that the shop keeps, `changed` the key of an order to when it last changed, `carts` the id of a
    cart to the keys in it."""

    docs: dict[str, ProductDoc] = field(default_factory=dict)
    lines: list[OrderLineFact] = field(default_factory=list)
    variants: dict[str, str] = field(default_factory=dict)
    unavailable: set[str] = field(default_factory=set)
    stock: dict[str, int] = field(default_factory=dict)
    margins: dict[str, float] = field(default_factory=dict)
    currency: str = ""
    changed: dict[str, datetime] = field(default_factory=dict)
    carts: dict[str, list[str]] = field(default_factory=dict)

    def order_lines(self, scope: Scope) -> Iterator[OrderLineFact]:
        return iter(self.lines)

    def count_order_lines(self, scope: Scope) -> int:
        return len(self.lines)

    def orders_changed_at(self, scope: Scope) -> datetime | None:
        return max(self.changed.values(), default=None)

    def changed_orders(self, scope: Scope, since: datetime) -> Iterator[ChangedOrder]:
        for order, changed_at in self.changed.items():
            if changed_at >= since:
                yield ChangedOrder(order, [line for line in self.lines if line.order == order])

    def products(self, scope: Scope) -> Iterator[ProductDoc]:
        return iter(self.docs.values())

    def canonical_keys(self, keys: Collection[str], scope: Scope) -> Mapping[str, str]:
        known = {key: key for key in keys if key in self.docs}
        return known | {key: self.variants[key] for key in keys if key in self.variants}

    def new_products(self, limit: int, scope: Scope) -> Collection[str]:
        return [key for key in reversed(self.docs) if key not in self.unavailable][:limit]

    def products_in_cart(self, cart: str, scope: Scope) -> Collection[str]:
        return self.carts.get(cart, [])

    def categories(self, scope: Scope) -> Mapping[str, str]:
        paths = {
            key: " > ".join(doc.categories[: depth + 1])
            for doc in self.docs.values()
            for depth, key in enumerate(doc.category_keys)
        }
        return dict(sorted(paths.items(), key=lambda item: item[1]))

    def identify(self, request: Any) -> Actor:
        """The test's stand-in for a request is an actor."""
        return request if isinstance(request, Actor) else Actor(request=request)

    def purchases(self, actor: Actor, limit: int, scope: Scope) -> Sequence[Purchase]:
        if actor.person is None:
            return []
        own = [line for line in self.lines if line.buyer == actor.person]
        newest = sorted(own, key=lambda line: line.ordered_at or NEVER, reverse=True)
        return [Purchase(line.product, line.order, line.ordered_at) for line in newest[:limit]]

    def offers(
        self, keys: Iterable[str], actor: Actor, scope: Scope, attributes: Collection[str] = ()
    ) -> Mapping[str, Offer]:
        found = [self.docs[key] for key in set(keys) if key in self.docs]
        return {doc.key: self._offer(doc, attributes) for doc in found}

    def offer_facts(self, scope: Scope) -> OfferFacts:
        names = {name for doc in self.docs.values() for name in doc.attributes}
        return OfferFacts(
            price=any(doc.price is not None for doc in self.docs.values()),
            currencies=(self.currency,) if self.currency else (),
            stock=bool(self.stock),
            attributes=tuple(sorted(names)),
            margin=bool(self.margins),
        )

    def _offer(self, doc: ProductDoc, attributes: Collection[str]) -> Offer:
        return Offer(
            doc.key,
            doc.title,
            available=doc.key not in self.unavailable,
            category_keys=doc.category_keys,
            price=None if doc.price is None else Decimal(str(doc.price)),
            currency=self.currency,
            stock=self.stock.get(doc.key),
            attributes={k: v for k, v in doc.attributes.items() if k in attributes},
            margin=self.margins.get(doc.key),
            category=doc.categories[-1] if doc.categories else "",
        )
