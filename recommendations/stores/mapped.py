"""The store of any Django project, by the field paths in `RECOMMENDATIONS["MAPPED"]`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error
from django.db.models import AutoField, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from recommendations.conf import SETTING, get_settings
from recommendations.exceptions import ConfigurationError, InvalidArgument
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
from recommendations.stores.map_reader import MapReader
from recommendations.stores.mapped_products import counts_stock, document, offer
from recommendations.stores.mapping import OrderLineMap, StoreMap
from recommendations.stores.paths import Path
from recommendations.stores.querying import (
    column_values,
    key_ranges,
    known_keys,
    moment,
    with_lines,
)

PRODUCTS_A_QUERY = 2_000


class MappedStore:
    """Keys are the text of the mapped `key`, buyers the first mapped `buyer` that is not empty."""

    @cached_property
    def map(self) -> StoreMap:
        reader = MapReader(get_settings().MAPPED, get_settings().SCOPES)
        found = reader.read()
        if found is None:
            raise ConfigurationError(f"{SETTING}{reader.problems[0]} {reader.problems[0].hint}")
        return found

    def check(self) -> list[CheckMessage]:
        """Every mistake in the map, each with a hint."""
        reader = MapReader(get_settings().MAPPED, get_settings().SCOPES)
        reader.read()
        return [
            Error(f"{SETTING}{one}", hint=one.hint, id=f"recommendations.E{one.number}")
            for one in reader.problems
        ]

    def order_lines(self, scope: Scope) -> Iterator[OrderLineFact]:
        return self._facts(self._lines(scope), scope)

    def count_order_lines(self, scope: Scope) -> int:
        return self._lines(scope).filter(_counts(self.map.order_line)).count()

    def orders_changed_at(self, scope: Scope) -> datetime | None:
        lines = self.map.order_line
        path = lines.changed_at or lines.ordered_at
        if path is None:
            return None
        return moment(self._newest(path.lookup, scope))

    def changed_orders(self, scope: Scope, since: datetime) -> Iterator[ChangedOrder]:
        """By `changed_at`. Where the map has none, only orders that were placed since are found."""
        lines = self.map.order_line
        path, order = lines.changed_at or lines.ordered_at, lines.order.lookup
        if path is None:
            return iter(())
        changed = self._lines(scope).filter(**{f"{path.lookup}__gte": since})
        keys = changed.order_by(order).values_list(order, flat=True).distinct()
        return with_lines(
            ((key, str(key)) for key in keys),
            lambda keys: self._facts(self._lines(scope).filter(**{f"{order}__in": keys}), scope),
        )

    def products(self, scope: Scope) -> Iterator[ProductDoc]:
        products, tree = self._products(scope).order_by("pk"), self.map.category_tree()
        for one in products.iterator(chunk_size=PRODUCTS_A_QUERY):
            yield document(self.map, one, tree)

    def canonical_keys(self, keys: Collection[str], scope: Scope) -> Mapping[str, str]:
        product, variant = self.map.product, self.map.variant
        known = known_keys(self._products(scope), product.key, keys, product.key.lookup)
        if variant is None:
            return known
        of_scope = self._of(product.scope, scope, below=variant.product)
        variants = variant.model._default_manager.filter(
            of_scope, **{f"{variant.product.lookup}__isnull": False}
        )
        product_key = f"{variant.product.lookup}__{product.key.lookup}"
        return known_keys(variants, variant.key, keys, product_key) | known

    def categories(self, scope: Scope) -> Mapping[str, str]:
        return self.map.category_tree().names()

    def identify(self, request: Any) -> Actor:
        """The account of the request, where a path of `buyer` leads to accounts."""
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            for path in self.map.order_line.buyer:
                if path.target is get_user_model():
                    return Actor(person=f"{path.lookup} {user.pk}", request=request)
        return Actor(request=request)

    def purchases(self, actor: Actor, limit: int, scope: Scope) -> Sequence[Purchase]:
        lines = self.map.order_line
        lookup, _, value = (actor.person or "").partition(" ")
        path = next((path for path in lines.buyer if path.lookup == lookup), None)
        if path is None:
            return []
        own = Q(**{lookup if path.target else f"{lookup}__iexact": value})
        columns: list[Any] = [self._product_key(lines.product), lines.order.lookup]
        columns += [lines.ordered_at.lookup] if lines.ordered_at else []
        newest = [f"-{lines.ordered_at.lookup}"] if lines.ordered_at else []
        found = self._lines(scope).filter(_counts(lines), own).order_by(*newest, "-pk")
        rows = list(found.values_list(*columns)[:limit])
        keys = self._canonical([row[0] for row in rows], lines.product, scope)
        return [
            Purchase(key, str(row[1]), moment(row[2]) if lines.ordered_at else None)
            for key, row in zip(keys, rows, strict=True)
            if key is not None
        ]

    def offers(
        self, keys: Iterable[str], actor: Actor, scope: Scope, attributes: Collection[str] = ()
    ) -> Mapping[str, Offer]:
        tree = self.map.category_tree()
        return {
            key: offer(self.map, one, tree, actor, attributes)
            for key, one in self.objects(keys, scope).items()
        }

    def offer_facts(self, scope: Scope) -> OfferFacts:
        product = self.map.product
        names = None if callable(product.attributes) else tuple(sorted(product.attributes))
        return OfferFacts(
            price=product.price is not None,
            stock=counts_stock(product),
            attributes=names,
            margin=product.margin is not None,
        )

    def objects(self, keys: Iterable[str], scope: Scope) -> Mapping[str, Any]:
        """Key → the host's own product, for pages that the host renders."""
        key = self.map.product.key
        wanted = column_values(key.field, keys)
        found = self._products(scope).filter(**{f"{key.lookup}__in": list(wanted.values())})
        by_key = {str(key.value(one)): one for one in found}
        return {str(v): by_key[str(v)] for v in wanted.values() if str(v) in by_key}

    def keys_of(self, thing: Any) -> Collection[str]:
        """The product keys that an object of the host stands for: a product, variant or basket."""
        product, variant, basket_line = self.map.product, self.map.variant, self.map.basket_line
        if isinstance(thing, product.model):
            return [str(product.key.value(thing))]
        if variant and isinstance(thing, variant.model):
            return [str(product.key.value(variant.product.value(thing)))]
        if basket_line and isinstance(thing, basket_line.basket.target or ()):
            return self.baskets([thing])[0]
        raise InvalidArgument(f"{thing!r} is neither a product nor a basket of the mapped store.")

    def new_products(self, limit: int, scope: Scope) -> Collection[str]:
        """None where keys are not counted up: nothing else tells what is new."""
        if not isinstance(self.map.product.model._meta.pk, AutoField):
            return []
        newest = self._products(scope).prefetch_related(None).order_by("-pk")
        return list(map(str, newest.values_list(self.map.product.key.lookup, flat=True)[:limit]))

    def products_in_cart(self, cart: str, scope: Scope) -> Collection[str]:
        lines = self.map.basket_line
        if lines is None or lines.basket.target is None:
            return []
        baskets = lines.basket.target
        found = column_values(baskets._meta.pk, [cart])
        carts = list(baskets._default_manager.filter(pk__in=found.values()))
        return [key for keys in self.baskets(carts) for key in keys]

    def baskets(self, baskets: Sequence[Any]) -> list[list[str]]:
        """The product keys in each of these baskets, from one query for all."""
        lines = self.map.basket_line
        if lines is None:
            raise ConfigurationError(f"{SETTING}['MAPPED'] has no 'basket_line'.")
        found: dict[Any, list[str]] = {basket.pk: [] for basket in baskets}
        paths = f"{lines.basket.lookup}__pk", self._product_key(lines.product)
        rows = lines.model._default_manager.filter(**{f"{paths[0]}__in": list(found)})
        for basket, key in rows.order_by("pk").values_list(*paths):
            if key is not None:
                found[basket].append(str(key))
        return [found[basket.pk] for basket in baskets]

    def _lines(self, scope: Scope) -> QuerySet[Any]:
        lines = self.map.order_line
        return lines.model._default_manager.filter(self._of(lines.scope, scope))

    def _facts(self, found: QuerySet[Any], scope: Scope) -> Iterator[OrderLineFact]:
        lines = self.map.order_line
        paths: list[Any] = [lines.order.lookup, self._product_key(lines.product)]
        paths += [path.lookup for path in lines.buyer]
        paths += [lines.ordered_at.lookup] if lines.ordered_at else []
        for rows in key_ranges(found.filter(_counts(lines)), *paths):
            keys = self._canonical([row[1] for row in rows], lines.product, scope)
            for row, key in zip(rows, keys, strict=True):
                if key is not None:
                    yield _fact(lines, row, key)

    def _newest(self, lookup: str, scope: Scope) -> Any:
        """Asks the orders where that is enough: they are fewer than their lines."""
        lines = self.map.order_line
        relation, _, column = lookup.partition("__")
        scope_path = lines.scope.lookup if lines.scope else f"{relation}__"
        if not column or not scope_path.startswith(f"{relation}__"):
            return self._lines(scope).aggregate(at=Max(lookup))["at"]
        order: Any = lines.model._meta.get_field(relation).related_model
        orders = order._default_manager.all()
        if lines.scope:
            _, _, scope_column = scope_path.partition("__")
            orders = orders.filter(**{scope_column: self.map.scopes[scope.name]})
        return orders.aggregate(at=Max(column))["at"]

    def _products(self, scope: Scope) -> QuerySet[Any]:
        """Without those that are variants of another, where one table holds both."""
        product, variant = self.map.product, self.map.variant
        given = product.queryset() if product.queryset else product.model._default_manager.all()
        found: QuerySet[Any] = given.filter(self._of(product.scope, scope))
        if variant and variant.model is product.model:
            found = found.filter(**{f"{variant.product.lookup}__isnull": True})
        return found.prefetch_related(*product.loads)

    def _of(self, path: Path | None, scope: Scope, below: Path | None = None) -> Q:
        if path is None:
            return Q()
        prefix = f"{below.lookup}__" if below else ""
        return Q(**{prefix + path.lookup: self.map.scopes[scope.name]})

    def _product_key(self, path: Path) -> str | Coalesce:
        """From where `path` stands to the key of the product it leads to."""
        product, variant = self.map.product, self.map.variant
        of_product = f"{path.lookup}__{product.key.lookup}"
        if variant and path.target is variant.model:
            of_variant = f"{path.lookup}__{variant.product.lookup}__{product.key.lookup}"
            one_table = variant.model is product.model
            return Coalesce(of_variant, of_product) if one_table else of_variant
        return path.lookup if path.target is None else of_product

    def _canonical(self, keys: Sequence[Any], path: Path, scope: Scope) -> list[str | None]:
        """Keys as text. A plain field may hold those of variants: they become their product's."""
        texts = [None if key is None else str(key) for key in keys]
        if self.map.variant is None or path.target is not None:
            return texts
        known = self.canonical_keys({text for text in texts if text}, scope)
        return [known.get(text, text) if text else None for text in texts]


def _counts(lines: OrderLineMap) -> Q:
    if lines.status is None or lines.counts is None:
        return Q()
    values = [value for value in lines.counts if value is not None]
    counts = Q(**{f"{lines.status.lookup}__in": values})
    if None in lines.counts:
        counts |= Q(**{f"{lines.status.lookup}__isnull": True})
    return counts


def _fact(lines: OrderLineMap, row: Sequence[Any], key: str) -> OrderLineFact:
    order, _, *rest = row
    ordered_at = moment(rest.pop()) if lines.ordered_at else None
    return OrderLineFact(str(order), key, _buyer(lines, rest), ordered_at)


def _buyer(lines: OrderLineMap, values: Sequence[Any]) -> str | None:
    """The path is part of it: customer 5 is not the guest who calls himself 5."""
    for path, value in zip(lines.buyer, values, strict=True):
        if value not in (None, ""):
            return f"{path.lookup} {value.lower() if isinstance(value, str) else value}"
    return None
