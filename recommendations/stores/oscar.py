"""django-oscar: its own or forked apps, child products, guests and partner strategies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error
from django.db.models import Max, Min, Q
from django.db.models.functions import Coalesce
from oscar.core.loading import get_class, get_model

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
from recommendations.stores.oscar_products import (
    all_categories,
    attributes_of,
    categories_of,
    fetch,
    offer,
    price,
    ratings_by_product,
    strategy_for,
    with_stock,
)
from recommendations.stores.paths import follow, nearest
from recommendations.stores.querying import column_values, known_keys, with_lines
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
        tree, strategy = CategoryTree(all_categories), Selector().strategy()
        ratings, returned = ratings_by_product(), returns(scope)
        products = with_stock(Product.objects.browsable_dashboard())
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
                attributes=attributes_of(product),
                price=price(fetch(strategy, product)),
                rating=rating,
                ratings=count,
                returns=returned.get(product.pk, 0),
            )

    def canonical_keys(self, keys: Collection[str], scope: Scope) -> Mapping[str, str]:
        products = Product._default_manager.all()
        return known_keys(products, PRODUCT_KEY, keys, Coalesce("parent_id", "pk"))

    def categories(self, scope: Scope) -> Mapping[str, str]:
        return CategoryTree(all_categories).names()

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
        strategy = strategy_for(actor)
        wanted = column_values(PRODUCT_KEY.field, keys)
        found = with_stock(Product.objects.filter(pk__in=wanted.values()))
        products = list(found.prefetch_attribute_values() if attributes else found)
        categories = categories_of(products)
        return {
            str(product.pk): offer(
                product, fetch(strategy, product), categories[product.pk], attributes
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
        return {str(product.pk): product for product in with_stock(products)}

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
