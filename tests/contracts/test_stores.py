"""Both adapters of this package answer the same."""

import pytest

from recommendations.stores.base import OrderLineFact, ProductDoc
from recommendations.stores.memory import MemoryStore
from recommendations.testing import NOON, StoreContract, World
from shop.orders.models import OrderStatus
from shop.store import ShopStore
from tests import factories


class TestMemoryStore(StoreContract):
    def make_store(self, world: World) -> MemoryStore:
        return MemoryStore(
            docs={
                p.key: ProductDoc(
                    p.key,
                    p.title,
                    categories=p.categories,
                    category_keys=p.categories,
                    price=float(p.price),
                    attributes=p.attributes,
                )
                for p in world.products
            },
            lines=[
                OrderLineFact(order.key, product, order.buyer, order.ordered_at)
                for order in world.orders
                if order.counts
                for product in order.products
            ],
            unavailable={p.key for p in world.products if not p.available},
            stock={p.key: p.stock for p in world.products},
            changed={order.key: NOON for order in world.orders},
        )


@pytest.mark.django_db
class TestShopStore(StoreContract):
    def make_store(self, world: World) -> ShopStore:
        for product in world.products:
            made = factories.product(
                product.key,
                title=product.title,
                price=product.price,
                stock=product.stock,
                category=factories.category(*product.categories),
            )
            for name, value in product.attributes.items():
                made.attributes.create(attribute=factories.attribute(name), value=value)
        customers = {
            buyer: factories.customer(user=None)
            for buyer in sorted({o.buyer for o in world.orders if o.buyer})
        }
        for order in world.orders:
            factories.order(
                order.products,
                placed_at=order.ordered_at,
                customer=customers.get(order.buyer),
                status=OrderStatus.PAID if order.counts else OrderStatus.CANCELLED,
            )
        return ShopStore()
