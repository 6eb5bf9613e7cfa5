"""The field paths of a host's models, as `RECOMMENDATIONS["MAPPED"]` gives them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from recommendations.stores.paths import Path
from recommendations.stores.trees import Category, CategoryTree

#: Where a value comes from: a path to follow from an object, or a function to call with it.
Source = Path | Callable[..., Any]


def _optional(kind: str, default: Any = None) -> Any:
    """An entry that may be left out. `kind` names the method that reads it."""
    return field(default=None, metadata={"kind": kind, "default": default})


def _required(kind: str) -> Any:
    return field(metadata={"kind": kind, "default": None})


@dataclass(frozen=True, kw_only=True)
class ProductMap:
    """Functions get the product; that of `available` gets the product and the actor.

    `available` by path is a yes or no, or a number that is more than nothing. `categories` by path
    are those of the section `category`, or words; a function returns either.
    """

    model: type[Model]
    title: Source = _required("source")
    key: Path = _optional("path", "pk")
    description: Source | None = _optional("source")
    categories: Sequence[Path] | Callable[..., Any] = _optional("sources", ())
    attributes: Mapping[str, Path] | Callable[..., Any] = _optional("named_sources", {})
    price: Source | None = _optional("source")
    #: The part of the price that the shop keeps, from 0 to 1.
    margin: Source | None = _optional("number")
    available: Source | None = _optional("amount")
    #: As in a `ProductDoc`: the mean of the ratings, how many there are, and orders taken back.
    rating: Source | None = _optional("number")
    ratings: Source | None = _optional("number")
    returns: Source | None = _optional("number")
    #: Returns the products, with whatever the functions above need already fetched.
    queryset: Callable[[], Any] | None = _optional("function")
    scope: Path | None = _optional("any_path")

    @property
    def loads(self) -> set[str]:
        """What to prefetch, so that following all these paths costs no query a product."""
        sources: list[Any] = [self.title, self.description, self.price, self.margin]
        sources += [self.available, self.rating, self.ratings, self.returns]
        sources += [] if callable(self.categories) else self.categories
        sources += [] if callable(self.attributes) else self.attributes.values()
        return {one.load for one in sources if isinstance(one, Path) and one.load}


@dataclass(frozen=True, kw_only=True)
class CategoryMap:
    """What paths of `categories` lead to. `parent` leads from a category to the one above."""

    model: type[Model]
    name: Path = _required("plain_path")
    key: Path = _optional("path", "pk")
    parent: Path | None = _optional("relation")

    def read(self) -> dict[Any, Category]:
        """All of them, from one query: there are few, and a page asks for many of them."""
        columns = ["pk", self.key.lookup, self.name.lookup]
        columns += [f"{self.parent.lookup}__pk"] if self.parent else []
        rows = self.model._default_manager.order_by().values_list(*columns)
        return {
            pk: Category(str(key), str(name), above[0] if above else None)
            for pk, key, name, *above in rows
        }


@dataclass(frozen=True, kw_only=True)
class VariantMap:
    """What is bought where that is one size or colour of a product."""

    model: type[Model]
    product: Path = _required("path")
    key: Path = _optional("path", "pk")


@dataclass(frozen=True, kw_only=True)
class OrderLineMap:
    """`counts` lists the values of `status` with which an order counts."""

    model: type[Model]
    order: Path = _required("path")
    product: Path = _required("path")
    buyer: Sequence[Path] = _optional("paths", ())
    ordered_at: Path | None = _optional("path")
    changed_at: Path | None = _optional("path")
    status: Path | None = _optional("path")
    counts: Collection[Any] | None = _optional("values")
    scope: Path | None = _optional("path")


@dataclass(frozen=True, kw_only=True)
class BasketLineMap:
    model: type[Model]
    basket: Path = _required("relation")
    product: Path = _required("path")


SECTIONS: Mapping[str, Any] = {
    "product": ProductMap,
    "category": CategoryMap,
    "variant": VariantMap,
    "order_line": OrderLineMap,
    "basket_line": BasketLineMap,
}
REQUIRED = ("product", "order_line")


@dataclass(frozen=True)
class StoreMap:
    product: ProductMap
    order_line: OrderLineMap
    category: CategoryMap | None = None
    variant: VariantMap | None = None
    basket_line: BasketLineMap | None = None
    #: Scope → the value that the `scope` paths have in it.
    scopes: Mapping[str, Any] = field(default_factory=dict)

    def category_tree(self) -> CategoryTree:
        return CategoryTree(self.category.read if self.category else dict)

    def categories_of(
        self, product: Any, tree: CategoryTree
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The keys of a product's categories, and their names with words that are no category."""
        given, model = self.product.categories, self.category.model if self.category else ()
        if callable(given):
            found = list(given(product))
        else:
            found = [value for path in given for value in path.values(product)]
        around = tree.around([value.pk for value in found if isinstance(value, model)])
        words = [str(value) for value in found if not isinstance(value, model)]
        return tuple(one.key for one in around), (*(one.name for one in around), *words)
