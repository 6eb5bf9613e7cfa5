"""One maker for each model that the shop shows in admin: `MAKERS[model](n)` makes n rows."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Model

from shop.carts.models import Cart
from shop.catalog.models import Attribute, Category, Product
from shop.customers.models import Customer, ErasureReceipt, User
from shop.orders.models import Order, OrderImport, OutboxMessage
from shop.reviews.models import Review
from shop.support.models import Ticket
from tests import factories


def category(name: str, parent: Category | None = None) -> Category:
    made = Category(name=name, slug=name.lower())
    if parent is None:
        return Category.objects.add_root(instance=made)
    return Category.objects.add_child(parent, instance=made)


def _product(number: int) -> Product:
    made = factories.product(category=category(f"Category {number}"))
    factories.variant(made)
    return made


def _cart(number: int) -> Cart:
    lines = [(factories.variant(), 1), (factories.variant(), 2)]
    return factories.cart(lines, owner=factories.customer(name=f"Owner {number}"))


def _customer(number: int) -> Customer:
    made = factories.customer(name=f"Buyer {number}")
    factories.order([f"ART-{number}"], customer=made)
    return made


def _ticket(number: int) -> Ticket:
    buyer = factories.customer(name=f"Sender {number}")
    order = factories.order([f"ART-{number}"], customer=buyer)
    return factories.ticket(buyer, order=order, assignee=factories.staff())


MAKERS: dict[type[Model], Callable[[int], Any]] = {
    Category: lambda number: category(f"Category {number}"),
    Product: _product,
    Attribute: lambda number: Attribute.objects.create(name=f"A{number}", slug=f"a{number}"),
    Cart: _cart,
    Customer: _customer,
    User: lambda number: factories.user(),
    Order: lambda number: factories.order([f"ART-{number}"], customer=factories.customer()),
    OrderImport: lambda number: OrderImport.objects.create(file_name=f"{number}.csv"),
    Review: lambda number: factories.review(),
    Ticket: _ticket,
    ErasureReceipt: lambda number: ErasureReceipt.objects.create(counts={"orders": number}),
    OutboxMessage: lambda number: OutboxMessage.objects.create(topic="order.placed"),
}

SHOP_MODELS = sorted(
    (model for model in admin.site._registry if model.__module__.startswith("shop.")),
    key=lambda model: model.__name__,
)


def url_name(model: type[Model], page: str) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
