"""Puts a world of the store contract into the tables of the toy store."""

from collections.abc import Sequence
from datetime import timedelta

from recommendations.testing import NOON, World, WorldOrder, WorldProduct
from tests.projects.plugin_only.toystore.models import (
    Department,
    Purchase,
    PurchaseLine,
    Shopper,
    Toy,
    ToyColour,
)

#: Sixty orders of twenty shoppers, in which a train goes with its rails and a doll with its dress.
TOGETHER = World(
    products=tuple(
        WorldProduct(name, name.title()) for name in ("train", "rails", "doll", "dress", "ball")
    ),
    orders=tuple(
        WorldOrder(
            str(number),
            ("train", "rails", "ball") if number % 2 else ("doll", "dress"),
            buyer=f"shopper {number % 20}",
            ordered_at=NOON + timedelta(hours=number),
        )
        for number in range(60)
    ),
)


def times_sent_back(toy: Toy) -> int:
    """A function for a map."""
    return 5


def department(names: Sequence[str]) -> Department | None:
    """The innermost of these, each inside the one before."""
    inner = None
    for name in names:
        inner, _ = Department.objects.get_or_create(name=name, inside=inner)
    return inner


def fill(world: World) -> dict[str, Toy]:
    """The toys by their keys in the world; each has one colour, which is what is bought."""
    toys = {
        p.key: Toy.objects.create(
            name=p.title,
            is_sold=p.available,
            department=department(p.categories),
            price=p.price,
            age=p.attributes.get("age"),
        )
        for p in world.products
    }
    colours = {
        key: ToyColour.objects.create(toy=toy, sku=f"{number}-red")
        for number, (key, toy) in enumerate(toys.items())
    }
    shoppers = {
        name: Shopper.objects.create(username=name)
        for name in sorted({order.buyer for order in world.orders if order.buyer})
    }
    for order in world.orders:
        purchase = Purchase.objects.create(
            shopper=shoppers.get(order.buyer),
            placed_at=order.ordered_at,
            state=Purchase.State.PAID if order.counts else Purchase.State.REFUNDED,
        )
        PurchaseLine.objects.bulk_create(
            PurchaseLine(purchase=purchase, colour=colours[key]) for key in order.products
        )
    return toys
