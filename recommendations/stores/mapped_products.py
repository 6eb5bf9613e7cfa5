"""What a map says of one product, given the host's object of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField

from recommendations.stores.base import Actor, Offer, ProductDoc
from recommendations.stores.mapping import ProductMap, Source, StoreMap
from recommendations.stores.paths import Path
from recommendations.stores.trees import CategoryTree


def _read(source: Source | None, one: Any) -> Any:
    if source is None:
        return None
    return source.value(one) if isinstance(source, Path) else source(one)


def document(store: StoreMap, one: Any, tree: CategoryTree) -> ProductDoc:
    product = store.product
    price, rating = _read(product.price, one), _read(product.rating, one)
    keys, names = store.categories_of(one, tree)
    return ProductDoc(
        key=str(product.key.value(one)),
        title=str(_read(product.title, one)),
        description=str(_read(product.description, one) or ""),
        categories=names,
        category_keys=keys,
        attributes=_attributes(product, one),
        price=None if price is None else float(price),
        rating=None if rating is None else float(rating),
        ratings=int(_read(product.ratings, one) or 0),
        returns=int(_read(product.returns, one) or 0),
    )


def offer(
    store: StoreMap, one: Any, tree: CategoryTree, actor: Actor, attributes: Collection[str]
) -> Offer:
    product, price = store.product, _read(store.product.price, one)
    margin = _read(product.margin, one)
    keys, names = store.categories_of(one, tree)
    return Offer(
        key=str(product.key.value(one)),
        title=str(_read(product.title, one)),
        available=_is_available(product, one, actor),
        category_keys=keys,
        price=None if price is None else Decimal(str(price)),
        stock=_stock(product, one),
        attributes=_named(_attributes(product, one), attributes) if attributes else {},
        margin=None if margin is None else float(margin),
        category=names[len(keys) - 1] if keys else "",
    )


def _attributes(product: ProductMap, one: Any) -> dict[str, str]:
    if callable(product.attributes):
        return dict(product.attributes(one))
    found = {name: path.values(one) for name, path in product.attributes.items()}
    return {name: ", ".join(map(str, values)) for name, values in found.items() if values}


def _named(attributes: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    return {name: value for name, value in attributes.items() if name in names}


def counts_stock(product: ProductMap) -> bool:
    """Whether `available` is a number: then it is the stock."""
    source = product.available
    return isinstance(source, Path) and not isinstance(source.field, BooleanField)


def _stock(product: ProductMap, one: Any) -> int | None:
    value = _read(product.available, one) if counts_stock(product) else None
    return None if value is None else int(value)


def _is_available(product: ProductMap, one: Any, actor: Actor) -> bool:
    """A number is a stock."""
    if product.available is None:
        return True
    if isinstance(product.available, Path):
        value = product.available.value(one)
        return value is not None and value > 0
    return bool(product.available(one, actor))
