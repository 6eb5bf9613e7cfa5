"""Products, orders and baskets in the tables of django-oscar."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model
from oscar.core.loading import get_model

from recommendations.testing import NOON, World

Basket = get_model("basket", "Basket")
Category = get_model("catalogue", "Category")
Product = get_model("catalogue", "Product")
ProductClass = get_model("catalogue", "ProductClass")
Partner = get_model("partner", "Partner")
StockRecord = get_model("partner", "StockRecord")
Order = get_model("order", "Order")
Line = get_model("order", "Line")

_serial = count(1)


def product(title: str = "Mug", *, stock: int = 10, price: str = "10.00", **fields: Any) -> Any:
    """For sale, unless it is a parent: then its children are."""
    if "parent" not in fields:
        fields["product_class"] = ProductClass.objects.get_or_create(name="Goods")[0]
    made = Product.objects.create(
        title=title, slug=f"product-{next(_serial)}", **{"structure": "standalone"} | fields
    )
    if made.structure != "parent":
        partner, _ = Partner.objects.get_or_create(name="Warehouse")
        StockRecord.objects.create(
            product=made,
            partner=partner,
            partner_sku=f"S{made.pk}",
            price=price,
            num_in_stock=stock,
        )
    return made


def category(*names: str) -> Any:
    """The innermost of these, each below the one before."""
    above, *below = names
    inner = Category.add_root(name=above)
    for name in below:
        inner = inner.add_child(name=name)
    return inner


def describe(of: Any, name: str, value: str) -> None:
    of.product_class.attributes.get_or_create(name=name, code=name, type="text")
    setattr(of.attr, name, value)
    of.save()


def order(products: Sequence[Any], *, placed_at: datetime = NOON, **fields: Any) -> Any:
    """As an import writes it: in bulk, so that Oscar sends no signal."""
    (made,) = Order.objects.bulk_create(
        [
            Order(
                number=f"N{next(_serial)}",
                date_placed=placed_at,
                total_incl_tax=10,
                total_excl_tax=10,
                **{"status": "Pending"} | fields,
            )
        ]
    )
    made = Order.objects.get(number=made.number)
    Line.objects.bulk_create(
        Line(
            order=made,
            product=one,
            title="Bought",
            partner_sku="S",
            num_allocated=0,
            line_price_incl_tax=10,
            line_price_excl_tax=10,
            line_price_before_discounts_incl_tax=10,
            line_price_before_discounts_excl_tax=10,
        )
        for one in products
    )
    return made


def basket(products: Sequence[Any], **fields: Any) -> Any:
    made = Basket.objects.create(**fields)
    for one in products:
        made.lines.create(
            product=one, line_reference=f"L{one.pk}", stockrecord=one.stockrecords.get()
        )
    return made


def user() -> Any:
    return get_user_model().objects.create_user(f"user{next(_serial)}")


def fill(world: World) -> dict[str, Any]:
    """The products by their keys in the world."""
    products = {
        one.key: product(one.title, stock=one.stock, price=one.price) for one in world.products
    }
    for one in world.products:
        for name, value in one.attributes.items():
            describe(products[one.key], name, value)
        if one.categories:
            products[one.key].categories.add(category(*one.categories))
    users = {
        name: get_user_model().objects.create_user(name)
        for name in sorted({one.buyer for one in world.orders if one.buyer})
    }
    for one in world.orders:
        order(
            [products[key] for key in one.products],
            placed_at=one.ordered_at,
            user=users.get(one.buyer),
            status="Pending" if one.counts else "Cancelled",
        )
    return products
