"""A store of plain records: the reference for adapters, used by tests and documentation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from recommendations.stores.base import Actor, Offer, OrderLineFact, ProductDoc, Scope


@dataclass
class MemoryStore:
    """Holds what a test puts in. `variants` maps a variant's key to its product's."""

    docs: dict[str, ProductDoc] = field(default_factory=dict)
    lines: list[OrderLineFact] = field(default_factory=list)
    variants: dict[str, str] = field(default_factory=dict)
    unavailable: set[str] = field(default_factory=set)
    changed_at: datetime | None = None

    def order_lines(self, scope: Scope) -> Iterator[OrderLineFact]:
        return iter(self.lines)

    def count_order_lines(self, scope: Scope) -> int:
        return len(self.lines)

    def orders_changed_at(self, scope: Scope) -> datetime | None:
        return self.changed_at

    def products(self, scope: Scope) -> Iterator[ProductDoc]:
        return iter(self.docs.values())

    def canonical_keys(self, keys: Collection[str], scope: Scope) -> Mapping[str, str]:
        known = {key: key for key in keys if key in self.docs}
        return known | {key: self.variants[key] for key in keys if key in self.variants}

    def offers(self, keys: Iterable[str], actor: Actor, scope: Scope) -> Mapping[str, Offer]:
        return {
            key: Offer(key, self.docs[key].title, available=key not in self.unavailable)
            for key in set(keys)
            if key in self.docs
        }
