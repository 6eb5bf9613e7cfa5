"""The products of an import: found by their code, made where they are missing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from shop.catalog.models import Product, PublicationState, Variant
from shop.orders.importing.bulk import update_amounts
from shop.orders.importing.categories import CategoryTree
from shop.orders.importing.lookups import lookup
from shop.orders.importing.slugs import unique_slugs
from shop.orders.importing.values import Line


class Article(NamedTuple):
    """What an order line keeps of the catalogue."""

    code: str
    title: str
    variant_pk: int | None
    sku: str | None


class LatestPrice(NamedTuple):
    placed_at: datetime
    price: Decimal


PRICE = Variant._meta.get_field("price")
UNPRICED = LatestPrice(datetime.min.replace(tzinfo=UTC), Decimal("0.00"))


class Catalogue:
    """Finds and makes articles. Of each product it made it keeps the newest price, no more."""

    def __init__(self, stock: int) -> None:
        self._stock = stock
        self._categories = CategoryTree()
        self._prices: dict[str, LatestPrice] = {}
        self._untitled: set[str] = set()

    @property
    def created(self) -> int:
        return len(self._prices)

    def articles(self, lines: Sequence[Line]) -> dict[str, Article]:
        """The article of every product id in `lines`."""
        codes = dict.fromkeys(line.product_id for line in lines)
        names = {
            line.product_id: line.product_name for line in reversed(lines) if line.product_name
        }
        self._title(names)
        found = _find(codes)
        missing = [code for code in codes if code not in found]
        if missing:
            self._create(missing, names, lines)
            found |= _find(missing)
        self._note_prices(lines)
        return found

    def write_prices(self) -> None:
        """Gives each product made here the price of the newest order it is in."""
        priced = [code for code, latest in self._prices.items() if latest.price]
        variants = lookup(Variant.objects.order_by(), "sku", priced, "sku", "pk")
        update_amounts(PRICE, [(self._prices[sku].price, pk) for sku, pk in variants])

    def _create(self, codes: list[str], names: dict[str, str], lines: Sequence[Line]) -> None:
        paths = {line.product_id: line.category for line in reversed(lines) if line.category}
        titles = {code: names.get(code, code) for code in codes}
        slug_texts = {code: f"{names.get(code, '')} {code}" for code in codes}
        slugs = unique_slugs(Product.objects.all(), slug_texts)
        Product.objects.bulk_create(
            Product(
                code=code,
                title=titles[code],
                slug=slugs[code],
                category_id=self._categories.key(paths.get(code, ())),
                state=PublicationState.PUBLISHED,
            )
            for code in codes
        )
        Variant.objects.bulk_create(
            Variant(product_id=pk, sku=code, price=UNPRICED.price, stock=self._stock)
            for code, pk in lookup(Product.objects.order_by(), "code", codes, "code", "pk")
        )
        self._prices |= dict.fromkeys(codes, UNPRICED)
        self._untitled.update(code for code in codes if code not in names)

    def _title(self, names: dict[str, str]) -> None:
        """Titles the products made here that had no name until now."""
        late = self._untitled & names.keys()
        if not late:
            return
        products = list(Product.objects.filter(code__in=late))
        for product in products:
            product.title = names[product.code]
        Product.objects.bulk_update(products, ["title"])
        self._untitled -= late

    def _note_prices(self, lines: Sequence[Line]) -> None:
        for line in lines:
            latest = self._prices.get(line.product_id)
            if latest and line.unit_price and line.placed_at >= latest.placed_at:
                self._prices[line.product_id] = LatestPrice(line.placed_at, line.unit_price)


def _find(codes: Collection[str]) -> dict[str, Article]:
    """Articles by product code, or by SKU where no product has that code."""
    articles = {
        sku: Article(code, title, pk, sku)
        for sku, code, title, pk in lookup(
            Variant.objects.order_by(), "sku", codes, "sku", "product__code", "product__title", "pk"
        )
    }
    others = [code for code in codes if code not in articles or articles[code].code != code]
    products = Product.objects.order_by("variants__position", "variants__pk")
    by_code: dict[str, Article] = {}
    for row in lookup(products, "code", others, "code", "title", "variants__pk", "variants__sku"):
        by_code.setdefault(row[0], Article(*row))
    return articles | by_code
