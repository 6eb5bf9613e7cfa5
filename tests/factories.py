"""Makes what a test needs and does not care about; what it does care about it passes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from shop.carts.models import Cart
from shop.catalog.models import Attribute, Category, Product, PublicationState, Variant
from shop.customers.models import Customer
from shop.orders.models import Order, OrderStatus
from shop.reviews.models import Review, ReviewStatus
from shop.support.models import AuthorKind, Ticket
from tests.accounts import PASSWORD, staff, user

__all__ = [
    "PASSWORD", "attribute", "cart", "category", "customer", "order", "product", "review", "staff",
    "ticket", "user", "variant",
]  # fmt: skip

_serial = count(1)


def product(
    code: str | None = None, *, price: str = "10.00", stock: int = 10, **fields: Any
) -> Product:
    """A published product with one variant, whose SKU is the product's code."""
    code = code or f"P{next(_serial)}"
    made = Product.objects.create(
        **{
            "code": code,
            "title": f"Product {code}",
            "slug": f"product-{next(_serial)}",
            "state": PublicationState.PUBLISHED,
        }
        | fields
    )
    variant(made, sku=code, price=price, stock=stock)
    return made


def category(*names: str) -> Category | None:
    """The category at the end of this path, made where there is none; None without a name."""
    found = None
    for name in names:
        below = Category.objects.get_children(found) if found else Category.objects.get_root_nodes()
        above, found = found, below.filter(name=name).first()
        if found is None:
            made = Category(name=name, slug=f"{slugify(name)}-{next(_serial)}")
            found = (
                Category.objects.add_child(above, instance=made)
                if above
                else Category.objects.add_root(instance=made)
            )
    return found


def attribute(name: str) -> Attribute:
    return Attribute.objects.get_or_create(name=name, slug=slugify(name))[0]


def variant(
    of: Product | None = None,
    *,
    sku: str | None = None,
    price: str = "10.00",
    stock: int = 10,
    **fields: Any,
) -> Variant:
    """One more variant of a product; of a new product where none is given."""
    if of is None:
        return product(sku, price=price, stock=stock).variants.get()
    sku = sku or f"S{next(_serial)}"
    return of.variants.create(sku=sku, price=Decimal(price), stock=stock, **fields)


def cart(lines: Iterable[tuple[Variant, int]] = (), *, owner: Customer | None = None) -> Cart:
    """An open cart, a guest's unless it gets an owner."""
    made = Cart.objects.create(customer=owner)
    for of, quantity in lines:
        made.lines.create(variant=of, quantity=quantity)
    return made


def order(
    codes: Sequence[str] = (),
    *,
    placed_at: datetime | None = None,
    customer: Customer | None = None,
    status: OrderStatus = OrderStatus.PENDING,
    quantity: int = 1,
) -> Order:
    """An order with a line for each product code. Products that don't exist are made."""
    bought = [
        Variant.objects.filter(product__code=code).select_related("product").first()
        or variant(sku=code)
        for code in codes
    ]
    made = Order.objects.create(
        number=f"N{next(_serial)}",
        customer=customer,
        email="buyer@example.com",
        status=status,
        currency="USD",
        total=sum((of.price * quantity for of in bought), start=Decimal(0)),
        placed_at=placed_at or timezone.now(),
    )
    for of in bought:
        made.lines.create(
            variant=of,
            product_code=of.product.code,
            sku=of.sku,
            name=of.product.title,
            unit_price=of.price,
            quantity=quantity,
        )
    return made


def review(
    of: Product | None = None, *, rating: int = 4, author: Customer | None = None, **fields: Any
) -> Review:
    """A published review; product and author are made where none are given."""
    return Review.objects.create(
        **{
            "product": of or product(),
            "customer": author or customer(),
            "rating": rating,
            "status": ReviewStatus.PUBLISHED,
        }
        | fields
    )


def ticket(owner: Customer | None = None, *, body: str = "Where is it?", **fields: Any) -> Ticket:
    """An open ticket with one message, a guest's unless it gets an owner."""
    email = "" if owner else "guest@example.com"
    made = Ticket.objects.create(
        **{"customer": owner, "guest_email": email, "subject": "My parcel"} | fields
    )
    made.messages.create(author_kind=AuthorKind.CUSTOMER, body=body)
    return made


def customer(**fields: Any) -> Customer:
    """A customer with an account, unless `user=None` says that there is none."""
    account = fields.pop("user") if "user" in fields else user()
    return Customer.objects.create(user=account, **fields)
