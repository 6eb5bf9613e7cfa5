"""How recommendations see this shop: the adapter behind `RECOMMENDATIONS["STORE"]`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from django.db.models import Max, Min, Q

from recommendations.stores.base import Actor, Offer, OrderLineFact, ProductDoc, Scope
from shop.catalog.models import Category, Product, PublicationState, Variant
from shop.orders.models import TAKEN_BACK, Order, OrderLine

ROWS_A_QUERY = 50_000
PRODUCTS_A_QUERY = 2_000


class ShopStore:
    """Products are known by their code, buyers by customer or, for guests, by e-mail address."""

    def order_lines(self, scope: Scope) -> Iterator[OrderLineFact]:
        """Reads by ranges of the primary key: constant memory and short queries on any database."""
        lines = (
            OrderLine.objects.exclude(order__status__in=TAKEN_BACK)
            .order_by("pk")
            .values_list(
                "pk",
                "order__number",
                "product_code",
                "order__customer_id",
                "order__email",
                "order__placed_at",
            )
        )
        last = 0
        while rows := list(lines.filter(pk__gt=last)[:ROWS_A_QUERY]):
            last = rows[-1][0]
            for _, order, product, customer, email, placed_at in rows:
                buyer = f"customer {customer}" if customer else email.lower() or None
                yield OrderLineFact(order, product, buyer, placed_at)

    def count_order_lines(self, scope: Scope) -> int:
        """The span of the primary key: exact enough for a progress bar, and instant."""
        span = OrderLine.objects.aggregate(low=Min("pk"), high=Max("pk"))
        return 0 if span["high"] is None else span["high"] - span["low"] + 1

    def orders_changed_at(self, scope: Scope) -> datetime | None:
        return Order.objects.aggregate(at=Max("updated_at"))["at"]

    def products(self, scope: Scope) -> Iterator[ProductDoc]:
        categories = _category_paths()
        products = Product.objects.annotate(lowest=Min("variants__price")).prefetch_related(
            "attributes__attribute"
        )
        for product in products.order_by("pk").iterator(chunk_size=PRODUCTS_A_QUERY):
            yield ProductDoc(
                key=product.code,
                title=product.title,
                description=product.description,
                categories=categories.get(product.category_id, ()),
                attributes={a.attribute.name: a.value for a in product.attributes.all()},
                price=None if product.lowest is None else float(product.lowest),
            )

    def canonical_keys(self, keys: Collection[str], scope: Scope) -> Mapping[str, str]:
        skus = Variant.objects.filter(sku__in=keys).values_list("sku", "product__code")
        codes = Product.objects.filter(code__in=keys).values_list("code", "code")
        return dict(skus) | dict(codes)

    def offers(self, keys: Iterable[str], actor: Actor, scope: Scope) -> Mapping[str, Offer]:
        rows = (
            Product.objects.filter(code__in=list(keys))
            .annotate(most=Max("variants__stock", filter=Q(variants__stock__gt=0)))
            .values_list("code", "title", "state", "most")
        )
        return {
            code: Offer(code, title, state == PublicationState.PUBLISHED and bool(most))
            for code, title, state, most in rows.order_by()
        }


def _category_paths() -> dict[int | None, tuple[str, ...]]:
    """Category id → names from the root down, from one query: a path of treebeard is a prefix."""
    names: dict[str, tuple[str, ...]] = {}
    paths: dict[int | None, tuple[str, ...]] = {}
    for category in Category.objects.order_by("path"):
        parent = names.get(category.path[: -Category.steplen], ())
        names[category.path] = paths[category.pk] = (*parent, category.name)
    return paths
