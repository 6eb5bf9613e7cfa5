"""Products of django-oscar: what a strategy says of them, their categories and their ratings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count
from oscar.core.loading import get_class, get_model, is_model_registered

from recommendations.stores.base import Actor, Offer
from recommendations.stores.oscar_orders import CANONICAL
from recommendations.stores.trees import Category as CategoryNode
from recommendations.stores.trees import CategoryTree

Selector = get_class("partner.strategy", "Selector")
Category = get_model("catalogue", "Category")
Product = get_model("catalogue", "Product")
ProductCategory = get_model("catalogue", "ProductCategory")


def with_stock(products: Any) -> Any:
    """All that a strategy reads, in a constant number of queries."""
    children = Product.objects.public().prefetch_related("stockrecords")
    return (
        products.select_related("product_class", "parent__product_class")
        .prefetch_related("stockrecords")
        .prefetch_public_children(children)
    )


def strategy_for(actor: Actor) -> Any:
    """The one Oscar's middleware gave the request, or the one it would have given it."""
    request = actor.request
    if hasattr(request, "strategy"):
        return request.strategy
    if hasattr(request, "user"):
        return Selector().strategy(request=request, user=request.user)
    return Selector().strategy()


def fetch(strategy: Any, product: Any) -> Any:
    if product.is_parent:
        return strategy.fetch_for_parent(product)
    return strategy.fetch_for_product(product)


def offer(
    product: Any, info: Any, categories: Sequence[CategoryNode], attributes: Collection[str]
) -> Offer:
    own = attributes_of(product) if attributes else {}
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


def attributes_of(product: Any) -> dict[str, str]:
    return {one.attribute.name: one.value_as_text for one in product.get_attribute_values()}


def price(info: Any) -> float | None:
    return float(info.price.excl_tax) if info.price.exists else None


def ratings_by_product() -> dict[int, tuple[float, int]]:
    """Product id → the mean of its approved ratings, and how many there are; none where the app
    for reviews is left out."""
    if not is_model_registered("reviews", "ProductReview"):
        return {}
    reviews = get_model("reviews", "ProductReview").objects.approved().order_by()
    rated = reviews.values(rated=CANONICAL)
    rows = rated.annotate(mean=Avg("score"), n=Count("pk")).values_list("rated", "mean", "n")
    return {product: (mean, n) for product, mean, n in rows}


def all_categories() -> dict[int, CategoryNode]:
    """All of them, from one query: a path of treebeard begins with that of the category above."""
    rows = list(Category._default_manager.values_list("pk", "path", "name"))
    pks = {path: pk for pk, path, _ in rows}
    return {
        pk: CategoryNode(str(pk), name, pks.get(path[: -Category.steplen]))
        for pk, path, name in rows
    }


def categories_of(products: Sequence[Any]) -> dict[int, list[CategoryNode]]:
    """Product id → its categories, from two queries; a child is in those of its parent."""
    canonical = {product.pk: product.parent_id or product.pk for product in products}
    found: dict[int, list[int]] = {key: [] for key in canonical.values()}
    links = ProductCategory._default_manager.filter(product__in=found)
    for product, category in links.order_by().values_list("product", "category"):
        found[product].append(category)
    tree = CategoryTree(all_categories)
    around = {key: tree.around(pks) for key, pks in found.items()}
    return {product: around[key] for product, key in canonical.items()}
