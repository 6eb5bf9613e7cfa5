"""Behaviour for the demo's reports: real orders as they are, and visits made up around them.

Only the purchases are real. Every event that is made up is marked as simulated.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone

from analytics.models import Device, Event, EventKind, Source
from analytics.services.rollup import roll_up
from analytics.services.visitors import pseudonym
from recommendations.models import ModelVersion
from shop.customers.models import Customer
from shop.orders.models import OrderLine

#: One household in so many, with its whole year: enough for every report.
ONE_IN = 40
ROWS_A_WRITE = 2_000
SEED = 2017

CHANNELS = {
    Source.DIRECT: 35, Source.SEARCH: 30, Source.EMAIL: 15, Source.SOCIAL: 12, Source.CAMPAIGN: 8,
}  # fmt: skip
DEVICES = {Device.MOBILE: 55, Device.DESKTOP: 37, Device.TABLET: 8}
STARS = {1: 6, 2: 6, 3: 13, 4: 32, 5: 43}
#: Visits without an order, for each one with an order, and how far they come.
OTHER_VISITS = 2
WAYS = {"leaves": 35, "looks": 35, "fills": 20, "checks out": 10}
SEARCHES, MISSPELT, SHOWN, CLICKED = 0.3, 0.15, 0.6, 0.1
RETURNED, REVIEWED, ASKED = 0.006, 0.01, 0.02
#: Products looked at before an order: a cart of groceries is mostly filled from lists.
LOOKED_AT = 4
STEP = timedelta(seconds=30)


#: Kind and columns of an event to come.
Step = tuple[str, dict[str, Any]]


class Line(NamedTuple):
    order: str
    customer: int
    at: datetime
    product: str
    name: str
    quantity: int
    price: Any


@dataclass
class Visitor:
    pseudonym: str
    person: str
    device: str


def fill(version: ModelVersion) -> tuple[int, int]:
    """Writes a year of events and counts it. Returns the real and the simulated ones."""
    real = made_up = 0
    part: list[Event] = []
    for event in Simulation(version).events():
        part.append(event)
        real, made_up = real + (not event.simulated), made_up + event.simulated
        if len(part) == ROWS_A_WRITE:
            Event.objects.bulk_create(part)
            part = []
    Event.objects.bulk_create(part)
    roll_up()
    return real, made_up


def _orders() -> Iterator[list[Line]]:
    """The orders of the households that were chosen, by time."""
    households = list(Customer.objects.order_by("pk").values_list("pk", flat=True))[::ONE_IN]
    rows = (
        OrderLine.objects.filter(order__customer__in=households)
        .order_by("order__placed_at", "order__number", "pk")
        .values_list(
            "order__number", "order__customer", "order__placed_at", "product_code", "name",
            "quantity", "unit_price",
        )
    )  # fmt: skip
    for _, lines in groupby(map(Line._make, rows.iterator(chunk_size=ROWS_A_WRITE)), _number):
        yield list(lines)


def _number(line: Line) -> str:
    return line.order


class Simulation:
    """The same seed makes up the same visits."""

    def __init__(self, version: ModelVersion) -> None:
        self.random = Random(SEED)  # noqa: S311  (nothing secret)
        self.version = version
        self.now = timezone.now()
        self.households: dict[int, Visitor] = {}

    def events(self) -> Iterator[Event]:
        for lines in _orders():
            household = self._household(lines[0].customer)
            yield from self._buying(household, lines)
            yield from self._afterwards(household, lines)
            for _ in range(OTHER_VISITS):
                yield from self._looking(household, lines)

    def _household(self, customer: int) -> Visitor:
        if customer not in self.households:
            name = f"customer {customer}"
            self.households[customer] = Visitor(pseudonym("visitor", name), name, self._device())
        return self.households[customer]

    def _device(self) -> str:
        return self._one_of(DEVICES)

    def _one_of(self, weights: dict[Any, int]) -> Any:
        return self.random.choices(list(weights), list(weights.values()))[0]

    def _happens(self, chance: float) -> bool:
        return self.random.random() < chance

    def _event(self, kind: str, who: Visitor, at: datetime, **given: Any) -> Event:
        fields = {"simulated": True, "device": who.device, "person": who.person} | given
        key = uuid.UUID(int=self.random.getrandbits(128), version=4)
        return Event(
            key=key, kind=kind, visitor=who.pseudonym, at=at, received_at=self.now, **fields
        )

    def _visit(self, who: Visitor, start: datetime, steps: list[Step]) -> Iterator[Event]:
        """Steps half a minute apart; the first one tells where the visitor came from."""
        source = self._one_of(CHANNELS)
        for number, (kind, given) in enumerate(steps):
            at = start + STEP * (number + 0.8 * self.random.random())
            yield self._event(kind, who, at, source=source if number == 0 else "", **given)

    def _buying(self, who: Visitor, lines: list[Line]) -> Iterator[Event]:
        """The visit that ends with a real order."""
        cart = f"{self.random.getrandbits(128):032x}"
        steps = self._beginning(lines)
        looked = lines[:LOOKED_AT]
        for line in looked:
            steps += [self._look(line), self._add(line, cart)]
        if self._happens(SHOWN):
            steps += self._suggested(lines)
        steps += [self._add(line, cart) for line in lines[LOOKED_AT:]]
        steps.append((EventKind.CHECKOUT_START, {"cart_key": cart, "path": "/checkout/"}))
        at = lines[0].at
        yield from self._visit(who, at - STEP * len(steps), steps)
        for line in lines:
            yield self._event(
                EventKind.PURCHASE, who, at, simulated=False, device="", cart_key=cart,
                order_key=line.order, product_key=line.product, **self._worth(line),
            )  # fmt: skip

    def _looking(self, who: Visitor, lines: list[Line]) -> Iterator[Event]:
        """A visit without an order, by the household or by somebody unknown, within two days."""
        if self._happens(0.7):
            who = Visitor(f"{self.random.getrandbits(128):032x}", "", self._device())
        line, way = self.random.choice(lines), self._one_of(WAYS)
        cart = f"{self.random.getrandbits(128):032x}"
        steps: list[Step] = [(EventKind.PAGE_VIEW, {"path": "/"})]
        if way != "leaves":
            steps = [*self._beginning([line]), self._look(line)]
        if way in ("fills", "checks out"):
            steps.append(self._add(line, cart))
        if way == "checks out":
            steps.append((EventKind.CHECKOUT_START, {"cart_key": cart, "path": "/checkout/"}))
        start = lines[0].at + timedelta(hours=2 + 46 * self.random.random())
        yield from self._visit(who, start, steps)

    def _beginning(self, lines: list[Line]) -> list[Step]:
        if not self._happens(SEARCHES):
            return [(EventKind.PAGE_VIEW, {"path": "/"})]
        query, results = lines[0].name.lower()[:60], self.random.randint(1, 40)
        steps: list[Step] = []
        if self._happens(MISSPELT):
            steps.append((EventKind.SEARCH, {"query": query[1:], "results": 0, "path": "/search/"}))
        return [
            *steps,
            (EventKind.SEARCH, {"query": query, "results": results, "path": "/search/"}),
        ]

    def _look(self, line: Line) -> Step:
        path = f"/products/{line.product}/"
        return EventKind.PRODUCT_VIEW, {"product_key": line.product, "path": path}

    def _add(self, line: Line, cart: str) -> Step:
        worth = self._worth(line)
        return EventKind.CART_ADD, {"product_key": line.product, "cart_key": cart, **worth}

    def _worth(self, line: Line) -> dict[str, Any]:
        amount = line.price * line.quantity
        return {"quantity": line.quantity, "amount": amount, "currency": settings.SHOP_CURRENCY}

    def _suggested(self, lines: list[Line]) -> list[Step]:
        """A list of suggestions below the cart; some are clicked."""
        token = f"{self.random.getrandbits(128):032x}"
        about = {"token": token, "surface": self.version.surface, "version": str(self.version.pk)}
        steps: list[Step] = [(EventKind.IMPRESSION, about)]
        if self._happens(CLICKED):
            chosen = self.random.choice(lines)
            steps.append((EventKind.CLICK, about | {"product_key": chosen.product, "position": 1}))
        return steps

    def _afterwards(self, who: Visitor, lines: list[Line]) -> Iterator[Event]:
        """What comes back, what is rated, and what customer service is asked: not in a visit."""
        somebody = Visitor("", who.person, "")
        for line in lines:
            about = {"product_key": line.product, "order_key": line.order}
            if self._happens(RETURNED):
                at = self._days_later(line, 3, 14)
                yield self._event(EventKind.REFUND, somebody, at, **about, **self._worth(line))
            if self._happens(REVIEWED):
                at = self._days_later(line, 2, 20)
                stars = self._one_of(STARS)
                yield self._event(EventKind.REVIEW, somebody, at, rating=stars, **about)
        if self._happens(ASKED):
            line = self.random.choice(lines)
            about = {"product_key": line.product, "order_key": line.order}
            opened = self._days_later(line, 1, 5)
            yield self._event(EventKind.SUPPORT_OPENED, somebody, opened, **about)
            closed = opened + timedelta(hours=60 * self.random.random())
            yield self._event(EventKind.SUPPORT_CLOSED, somebody, closed, **about)

    def _days_later(self, line: Line, least: float, most: float) -> datetime:
        return line.at + timedelta(days=self.random.uniform(least, most))
