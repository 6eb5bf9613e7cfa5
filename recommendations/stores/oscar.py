"""django-oscar: its own or forked apps, child products, guests and partner strategies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error
from django.db.models import Avg, Count, Max, Min, Q
from django.db.models.functions import Coalesce
from oscar.core.loading import get_class, get_model, is_model_registered

from recommendations.conf import SETTING, Settings, get_settings
from recommendations.exceptions import InvalidArgument
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
from recommendations.stores.oscar_orders import (
    CANONICAL,
    facts,
    lines_that_count,
    of_site,
    orders_that_count,
    returns,
)
from recommendations.stores.paths import follow, nearest
from recommendations.stores.querying import column_values, known_keys, with_lines
from recommendations.stores.trees import Category as CategoryNode
from recommendations.stores.trees import CategoryTree

Selector = get_class("partner.strategy", "Selector")
Basket = get_model("basket", "Basket")
BasketLine = get_model("basket", "Line")
Category = get_model("catalogue", "Category")
Product = get_model("catalogue", "Product")
ProductAttribute = get_model("catalogue", "ProductAttribute")
ProductCategory = get_model("catalogue", "ProductCategory")
Order = get_model("order", "Order")
OrderStatusChange = get_model("order", "OrderStatusChange")
StockRecord = get_model("partner", "StockRecord")

PRODUCTS_A_QUERY = 2_000
PRODUCT_KEY = follow(Product, "pk")


class OscarStore:
    """Keys are product ids, buyers users or, for guests, e-mail addresses."""

    def check(self) -> list[CheckMessage]:
        settings = get_settings()
        return [*_check_statuses(settings), *_check_sites(settings)]

    def order_lines(self, scope: Scope) -> Iterator[OrderLineFact]:
        return facts(orders_that_count(scope), lines_that_count(scope))

    def count_order_lines(self, scope: Scope) -> int:
        return lines_that_count(scope).count()

    def orders_changed_at(self, scope: Scope) -> datetime | None:
        placed = Order._default_manager.filter(of_site("site", scope))
        changed = OrderStatusChange._default_manager.filter(of_site("order__site", scope))
        moments = (
            placed.aggregate(at=Max("date_placed"))["at"],
            changed.aggregate(at=Max("date_created"))["at"],
        )
        return max((moment for moment in moments if moment is not None), default=None)

    def changed_orders(self, scope: Scope, since: datetime) -> Iterator[ChangedOrder]:
        """Imported orders keep their old dates: they are those with a higher id than the first
        that was placed since. A status that is set without `Order.set_status` leaves no trace."""
        orders = Order._default_manager.filter(of_site("site", scope))
        first = orders.filter(date_placed__gte=since).aggregate(pk=Min("pk"))["pk"]
        changes = OrderStatusChange._default_manager.filter(date_created__gte=since)
        changed = Q(pk__in=changes.values("order"))
        if first is not None:
            changed |= Q(pk__gte=first)
        numbers = orders.filter(changed).order_by("pk").values_list("pk", "number")
        return with_lines(
            numbers,
            lambda keys: facts(
                orders_that_count(scope).filter(pk__in=keys),
                lines_that_count(scope).filter(order__in=keys),
            ),
        )

    def products(self, scope: Scope) -> Iterator[ProductDoc]:
        tree, strategy = CategoryTree(_categories), Selector().strategy()
        ratings, returned = _ratings(), returns(scope)
        products = _with_stock(Product.objects.browsable_dashboard())
        products = products.prefetch_related("categories").prefetch_attribute_values()
        for product in products.order_by("pk").iterator(chunk_size=PRODUCTS_A_QUERY):
            categories = tree.around([one.pk for one in product.categories.all()])
            rating, count = ratings.get(product.pk, (None, 0))
            yield ProductDoc(
                key=str(product.pk),
                title=product.get_title(),
                description=product.description,
                categories=tuple(one.name for one in categories),
                category_keys=tuple(one.key for one in categories),
                attributes=_attributes(product),
                price=_price(_fetch(strategy, product)),
                rating=rating,
                ratings=count,
                returns=returned.get(product.pk, 0),
            )

    def canonical_keys(self, keys: Collection[str], scope: Scope) -> Mapping[str, str]:
        products = Product._default_manager.all()
        return known_keys(products, PRODUCT_KEY, keys, Coalesce("parent_id", "pk"))

    def categories(self, scope: Scope) -> Mapping[str, str]:
        return CategoryTree(_categories).names()

    def identify(self, request: Any) -> Actor:
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return Actor(request=request)
        return Actor(person=f"user {user.pk}", request=request)

    def purchases(self, actor: Actor, limit: int, scope: Scope) -> Sequence[Purchase]:
        """Of an account's orders. A guest is not taken at the e-mail address they say is theirs."""
        kind, _, user = (actor.person or "").partition(" ")
        if kind != "user":
            return []
        rows = (
            lines_that_count(scope)
            .filter(order__user=user)
            .order_by("-order__date_placed", "-pk")
            .values_list(CANONICAL, "order__number", "order__date_placed")
        )
        return [Purchase(str(product), *rest) for product, *rest in rows[:limit]]

    def offers(
        self, keys: Iterable[str], actor: Actor, scope: Scope, attributes: Collection[str] = ()
    ) -> Mapping[str, Offer]:
        strategy = _strategy_for(actor)
        wanted = column_values(PRODUCT_KEY.field, keys)
        found = _with_stock(Product.objects.filter(pk__in=wanted.values()))
        products = list(found.prefetch_attribute_values() if attributes else found)
        categories = _categories_of(products)
        return {
            str(product.pk): _offer(
                product, _fetch(strategy, product), categories[product.pk], attributes
            )
            for product in products
        }

    def offer_facts(self, scope: Scope) -> OfferFacts:
        currencies = StockRecord._default_manager.order_by("price_currency").distinct()
        names = ProductAttribute._default_manager.order_by("name").distinct()
        return OfferFacts(
            price=True,
            currencies=tuple(currencies.values_list("price_currency", flat=True)),
            stock=True,
            attributes=tuple(names.values_list("name", flat=True)),
        )

    def objects(self, keys: Iterable[str], scope: Scope) -> Mapping[str, Any]:
        """Key → Oscar's own product, with what its templates read already fetched."""
        wanted = column_values(PRODUCT_KEY.field, keys)
        products = Product.objects.base_queryset().filter(pk__in=wanted.values())
        return {str(product.pk): product for product in _with_stock(products)}

    def keys_of(self, thing: Any) -> Collection[str]:
        """The product keys that an object of Oscar stands for: a product or a basket."""
        if isinstance(thing, Product):
            return [str(thing.parent_id or thing.pk)]
        if isinstance(thing, Basket):
            return self.baskets([thing])[0]
        raise InvalidArgument(f"{thing!r} is neither a product nor a basket of Oscar.")

    def new_products(self, limit: int, scope: Scope) -> Collection[str]:
        newest = Product.objects.browsable().order_by("-pk").values_list("pk", flat=True)
        return list(map(str, newest[:limit]))

    def products_in_cart(self, cart: str, scope: Scope) -> Collection[str]:
        found = column_values(Basket._meta.pk, [cart])
        carts = list(Basket._default_manager.filter(pk__in=found.values()))
        return [key for keys in self.baskets(carts) for key in keys]

    def baskets(self, baskets: Sequence[Any]) -> list[list[str]]:
        """The product keys in each of these baskets, from one query for all."""
        keys: dict[Any, list[str]] = {basket.pk: [] for basket in baskets}
        lines = BasketLine._default_manager.filter(basket__in=[pk for pk in keys if pk])
        for basket, product in lines.order_by("pk").values_list("basket", CANONICAL):
            keys[basket].append(str(product))
        return [keys[basket.pk] for basket in baskets]


def _with_stock(products: Any) -> Any:
    """All that a strategy reads, in a constant number of queries."""
    children = Product.objects.public().prefetch_related("stockrecords")
    return (
        products.select_related("product_class", "parent__product_class")
        .prefetch_related("stockrecords")
        .prefetch_public_children(children)
    )


def _strategy_for(actor: Actor) -> Any:
    """The one Oscar's middleware gave the request, or the one it would have given it."""
    request = actor.request
    if hasattr(request, "strategy"):
        return request.strategy
    if hasattr(request, "user"):
        return Selector().strategy(request=request, user=request.user)
    return Selector().strategy()


def _fetch(strategy: Any, product: Any) -> Any:
    if product.is_parent:
        return strategy.fetch_for_parent(product)
    return strategy.fetch_for_product(product)


def _offer(
    product: Any, info: Any, categories: Sequence[CategoryNode], attributes: Collection[str]
) -> Offer:
    own = _attributes(product) if attributes else {}
    return Offer(
        key=str(product.pk),
        title=product.get_title(),
        available=product.is_public and info.availability.is_available_to_buy,
        category_keys=tuple(one.key for one in categories),
        price=Decimal(info.price.excl_tax) if info.price.exists else None,
        currency=info.price.currency or "",
        stock=_stock(product),
        attributes={name: value for name, value in own.items() if name in attributes},
        category=categories[-1].name if categories else "",
    )


def _stock(product: Any) -> int | None:
    """Of all its stock records or those of its children; None where they are not counted."""
    if not product.get_product_class().track_stock:
        return None
    sold = product.get_public_children() if product.is_parent else [product]
    return sum(record.net_stock_level for one in sold for record in one.stockrecords.all())


def _attributes(product: Any) -> dict[str, str]:
    return {one.attribute.name: one.value_as_text for one in product.get_attribute_values()}


def _price(info: Any) -> float | None:
    return float(info.price.excl_tax) if info.price.exists else None


def _ratings() -> dict[int, tuple[float, int]]:
    """Product id → the mean of its approved ratings, and how many there are; none where the app
    for reviews is left out."""
    if not is_model_registered("reviews", "ProductReview"):
        return {}
    reviews = get_model("reviews", "ProductReview").objects.approved().order_by()
    rated = reviews.values(rated=CANONICAL)
    rows = rated.annotate(mean=Avg("score"), n=Count("pk")).values_list("rated", "mean", "n")
    return {product: (mean, n) for product, mean, n in rows}


def _categories() -> dict[int, CategoryNode]:
    """All of them, from one query: a path of treebeard begins with that of the category above."""
    rows = list(Category._default_manager.values_list("pk", "path", "name"))
    pks = {path: pk for pk, path, _ in rows}
    return {
        pk: CategoryNode(str(pk), name, pks.get(path[: -Category.steplen]))
        for pk, path, name in rows
    }


def _categories_of(products: Sequence[Any]) -> dict[int, list[CategoryNode]]:
    """Product id → its categories, from two queries; a child is in those of its parent."""
    canonical = {product.pk: product.parent_id or product.pk for product in products}
    found: dict[int, list[int]] = {key: [] for key in canonical.values()}
    links = ProductCategory._default_manager.filter(product__in=found)
    for product, category in links.order_by().values_list("product", "category"):
        found[product].append(category)
    tree = CategoryTree(_categories)
    around = {key: tree.around(pks) for key, pks in found.items()}
    return {product: around[key] for product, key in canonical.items()}


def _check_statuses(settings: Settings) -> list[CheckMessage]:
    """Oscar's default pipeline is empty: then any status is possible."""
    legal = {
        status
        for name in ("OSCAR_ORDER_STATUS_PIPELINE", "OSCAR_LINE_STATUS_PIPELINE")
        for status in getattr(django_settings, name, {})
    }
    unknown = [status for status in settings.OSCAR_TAKEN_BACK if legal and status not in legal]
    return [
        Error(
            f"{SETTING}['OSCAR_TAKEN_BACK'] holds {status!r}, which no pipeline of Oscar has.",
            hint=nearest(status, legal, f"Legal: {', '.join(map(repr, sorted(legal)))}."),
            id="recommendations.E201",
        )
        for status in unknown
    ]


def _check_sites(settings: Settings) -> list[CheckMessage]:
    if not settings.OSCAR_SITES or set(settings.OSCAR_SITES) == set(settings.SCOPES):
        return []
    message = f"{SETTING}['OSCAR_SITES'] has the scopes {', '.join(settings.OSCAR_SITES)}."
    hint = f"The id of a site for each of SCOPES: {', '.join(settings.SCOPES)}."
    return [Error(message, hint=hint, id="recommendations.E202")]
