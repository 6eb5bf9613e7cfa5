"""A shop of a size worth measuring, with published lists, without the hours of training."""

from __future__ import annotations

import numpy as np
from django.utils import timezone

from recommendations.engine.base import Entry, ListKind, Ranked
from recommendations.models import ModelVersion, RunStatus, Surface
from recommendations.services import publishing
from shop.carts.models import Cart, CartLine
from shop.catalog.models import Category, Product, PublicationState, Variant

PRODUCTS, LIST, CATEGORIES = 5_000, 50, 40
LINES = 20


def publish() -> list[Product]:
    """Products in categories, each with a list of fifty partners, and what is popular."""
    roots = [
        Category.objects.add_root({"name": f"Category {n}", "slug": f"c{n}"})
        for n in range(CATEGORIES)
    ]
    products = Product.objects.bulk_create(
        Product(
            code=f"P{n:05}",
            title=f"Product {n}",
            slug=f"p{n}",
            description="What there is to say of it. " * 20,
            category=roots[n % CATEGORIES],
            state=PublicationState.PUBLISHED,
        )
        for n in range(PRODUCTS)
    )
    Variant.objects.bulk_create(
        Variant(product=one, sku=f"S{one.code}", price="9.90", stock=5) for one in products
    )
    version = ModelVersion.objects.create(
        surface=Surface.FREQUENTLY_BOUGHT_WITH,
        scope="default",
        run="benchmark",
        model="item_knn",
        status=RunStatus.READY,
        orders=100_000,
        orders_changed_at=timezone.now(),
    )
    written = list(publishing.write_lists(version, _lists([one.code for one in products])))
    version.lists = written[-1]
    version.save()
    publishing.promote(version)
    return products


def full_cart(products: list[Product], start: int) -> Cart:
    cart = Cart.objects.create()
    chosen = products[start : start + LINES]
    variants = Variant.objects.filter(product__in=chosen)
    CartLine.objects.bulk_create(CartLine(cart=cart, variant=one, quantity=2) for one in variants)
    return cart


def _lists(keys: list[str]) -> list[Ranked]:
    rng = np.random.default_rng(0)
    lists = [Ranked.of(ListKind.GLOBAL, "", len(keys), _entries(keys[:LIST]))]
    for key in keys:
        partners = rng.choice(len(keys), LIST + 1, replace=False)
        named = [keys[j] for j in partners if keys[j] != key][:LIST]
        lists.append(Ranked.of(ListKind.ITEM, key, 500, _entries(named)))
    return lists


def _entries(keys: list[str]) -> list[Entry]:
    return [Entry(key, 1 / (place + 2), 40) for place, key in enumerate(keys)]
