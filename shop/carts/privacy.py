"""The carts of a person."""

from typing import Any

from shop.carts.models import Cart
from shop.customers.models import Customer
from shop.customers.privacy import Holder, register


def export(customer: Customer) -> list[dict[str, Any]]:
    carts = Cart.objects.filter(customer=customer).prefetch_related("lines__variant")
    return [
        {
            "id": str(cart.pk),
            "status": cart.status,
            "created_at": cart.created_at.isoformat(),
            "updated_at": cart.updated_at.isoformat(),
            "lines": [
                {"sku": line.variant.sku, "quantity": line.quantity} for line in cart.lines.all()
            ],
        }
        for cart in carts
    ]


def erase(customer: Customer) -> dict[str, int]:
    locked = list(Cart.objects.select_for_update().filter(customer=customer).order_by("pk"))
    _, deleted = Cart.objects.filter(pk__in=[cart.pk for cart in locked]).delete()
    return {"carts": deleted.get(Cart._meta.label, 0)}


register(Holder("carts", export, erase))
