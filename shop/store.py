"""How recommendations see this shop: the adapter behind `RECOMMENDATIONS["STORE"]`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, Exists, Max, Min, OuterRef, QuerySet
from django.http import HttpRequest

from recommendations.prepared import PreparedQuery
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
from recommendations.stores.querying import column_values, facts_by_order, with_lines
from shop.carts.models import Cart, CartLine
from shop.catalog.models import Attribute, Category, Product, PublicationState, Variant
from shop.customers.services import customer_of
from shop.orders.models import TAKEN_BACK, Order, OrderLine
from shop.reviews.models import Review

PRODUCTS_A_QUERY = 2_000


class ShopStore:
    """Products are known by their code, buyers by customer or, for guests, by e-mail address."""

    def order_lines(self, scope: Scope) -> Iterator[OrderLineFact]:
        return _facts(Order.objects.all(), OrderLine.objects.all())

    def count_order_lines(self, scope: Scope) -> int:
        """The span of the primary key: exact enough for a progress bar, and instant."""
        span = OrderLine.objects.aggregate(low=Min("pk"), high=Max("pk"))
        return 0 if span["high"] is None else span["high"] - span["low"] + 1

    def orders_changed_at(self, scope: Scope) -> datetime | None:
        return Order.objects.aggregate(at=Max("updated_at"))["at"]

    def changed_orders(self, scope: Scope, since: datetime) -> Iterator[ChangedOrder]:
        changed = Order.objects.filter(updated_at__gte=since).order_by("pk")
        return with_lines(
            changed.values_list("pk", "number"),
            lambda keys: _facts(
                Order.objects.filter(pk__in=keys), OrderLine.objects.filter(order__in=keys)
            ),
        )

    def products(self, scope: Scope) -> Iterator[ProductDoc]:
        categories, ratings, returns = _category_paths(), _ratings(), _returns()
        products = (
            Product.objects.annotate(lowest=Min("variants__price"))
            .select_related("category")
            .prefetch_related("attributes__attribute")
        )
        for product in products.order_by("pk").iterator(chunk_size=PRODUCTS_A_QUERY):
            rating, count = ratings.get(product.pk, (None, 0))
            yield ProductDoc(
                key=product.code,
                title=product.title,
                description=product.description,
                categories=categories.get(product.category_id, ()),
                category_keys=category_keys(product.category),
                attributes={a.attribute.name: a.value for a in product.attributes.all()},
                price=None if product.lowest is None else float(product.lowest),
                rating=rating,
                ratings=count,
                returns=returns.get(product.code, 0),
            )

    def canonical_keys(self, keys: Collection[str], scope: Scope) -> Mapping[str, str]:
        skus = Variant.objects.filter(sku__in=keys).values_list("sku", "product__code")
        codes = Product.objects.filter(code__in=keys).values_list("code", "code")
        return dict(skus) | dict(codes)

    def new_products(self, limit: int, scope: Scope) -> Collection[str]:
        in_stock = Variant.objects.filter(product=OuterRef("pk"), stock__gt=0)
        newest = Product.objects.published().filter(Exists(in_stock)).order_by("-pk")
        return list(newest.values_list("code", flat=True)[:limit])

    def products_in_cart(self, cart: str, scope: Scope) -> Collection[str]:
        found = column_values(Cart._meta.pk, [cart])
        lines = CartLine.objects.filter(cart__in=list(found.values())).order_by("pk")
        return list(dict.fromkeys(lines.values_list("variant__product__code", flat=True)))

    def categories(self, scope: Scope) -> Mapping[str, str]:
        names: dict[str, str] = {}
        for path, name in Category.objects.order_by("path").values_list("path", "name"):
            above = names.get(path[: -Category.steplen])
            names[path] = f"{above} > {name}" if above else name
        return names

    def identify(self, request: HttpRequest | None) -> Actor:
        user = getattr(request, "user", None)
        customer = customer_of(user) if user is not None else None
        return Actor(person=_buyer(customer.pk, "") if customer else None, request=request)

    def purchases(self, actor: Actor, limit: int, scope: Scope) -> Sequence[Purchase]:
        """Of an account's orders. A guest is not taken at the e-mail address they say is theirs."""
        kind, _, customer = (actor.person or "").partition(" ")
        if kind != "customer":
            return []
        lines = OrderLine.objects.filter(order__customer=int(customer)).exclude(
            order__status__in=TAKEN_BACK
        )
        newest = lines.order_by("-order__placed_at", "-pk").values_list(
            "product_code", "order__number", "order__placed_at"
        )
        return [Purchase(*row) for row in newest[:limit]]

    def offers(
        self, keys: Iterable[str], actor: Actor, scope: Scope, attributes: Collection[str] = ()
    ) -> Mapping[str, Offer]:
        """A row a variant and attribute: quicker than a group for each of a few products."""
        products: dict[str, list[Any]] = {}
        for code, *row in OFFERS.rows(list(keys), bool(attributes)):
            products.setdefault(code, []).append(row)
        return {code: _offer(code, rows, attributes) for code, rows in products.items()}

    def offer_facts(self, scope: Scope) -> OfferFacts:
        return OfferFacts(
            price=True,
            currencies=(settings.SHOP_CURRENCY,),
            stock=True,
            attributes=tuple(Attribute.objects.values_list("name", flat=True)),
        )


def _offer_rows(codes: Collection[str], attributes: bool) -> QuerySet[Any, tuple[Any, ...]]:
    columns = ["code", "title", "state", "category__path", "category__name"]
    columns += ["variants__pk", "variants__price", "variants__stock"]
    columns += ["attributes__attribute__name", "attributes__value"] if attributes else []
    return Product.objects.filter(code__in=codes).order_by().values_list(*columns)


OFFERS = PreparedQuery(Product, _offer_rows)


def _offer(code: str, rows: Sequence[Any], attributes: Collection[str]) -> Offer:
    """Of the rows of one product: its own columns, those of a variant, those of an attribute."""
    title, state, path, category = rows[0][:4]
    variants = {pk: (price, stock) for _, _, _, _, pk, price, stock, *_ in rows if pk is not None}
    stock = sum(stock for _, stock in variants.values())
    return Offer(
        code,
        title,
        available=state == PublicationState.PUBLISHED and stock > 0,
        category_keys=_prefixes(path),
        price=min((price for price, _ in variants.values()), default=None),
        currency=settings.SHOP_CURRENCY,
        stock=stock,
        attributes={name: value for *_, name, value in rows if name in attributes},
        category=category or "",
    )


def _facts(orders: QuerySet[Order], lines: QuerySet[OrderLine]) -> Iterator[OrderLineFact]:
    """Of the orders that count."""
    return facts_by_order(
        orders.exclude(status__in=TAKEN_BACK),
        ("number", "customer_id", "email", "placed_at"),
        lambda number, customer, email, placed_at: (number, _buyer(customer, email), placed_at),
        lines,
        "product_code",
    )


def category_keys(category: Category | None) -> tuple[str, ...]:
    """The category and those above it, from the top down."""
    return _prefixes(category.path if category else None)


def _prefixes(path: str | None) -> tuple[str, ...]:
    """A path of treebeard begins with the paths of the categories above."""
    ends = range(Category.steplen, len(path or "") + 1, Category.steplen)
    return tuple((path or "")[:end] for end in ends)


def _buyer(customer: int | None, email: str) -> str | None:
    return f"customer {customer}" if customer else email.lower() or None


def _ratings() -> dict[int, tuple[float, int]]:
    """Product id → the mean of its published ratings, and how many there are."""
    rated = Review.objects.published().order_by().values("product")
    rows = rated.annotate(mean=Avg("rating"), count=Count("pk"))
    return {product: (mean, n) for product, mean, n in rows.values_list("product", "mean", "count")}


def _returns() -> dict[str, int]:
    """Product code → orders with it that were taken back."""
    lines = OrderLine.objects.filter(order__status__in=TAKEN_BACK).order_by()
    counted = lines.values("product_code").annotate(orders=Count("order", distinct=True))
    return dict(counted.values_list("product_code", "orders"))


def _category_paths() -> dict[int | None, tuple[str, ...]]:
    """Category id → names from the root down, from one query: a path of treebeard is a prefix."""
    names: dict[str, tuple[str, ...]] = {}
    paths: dict[int | None, tuple[str, ...]] = {}
    for category in Category.objects.order_by("path"):
        parent = names.get(category.path[: -Category.steplen], ())
        names[category.path] = paths[category.pk] = (*parent, category.name)
    return paths
