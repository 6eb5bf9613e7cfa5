"""The port to a store: all that recommendations ever know of products, orders and people.

A store answers with string keys and the frozen records below. Keys are the store's own product
ids as text; variants are always given as the key of the product they belong to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, runtime_checkable


@dataclass(frozen=True)
class Scope:
    """What is trained and served apart, such as one site of several."""

    name: str = "default"


@dataclass(frozen=True)
class Actor:
    """For whom suggestions are made: a known person (the `buyer` of their order lines), and the
    request for stores whose prices depend on it."""

    person: str | None = None
    request: Any = None


@dataclass(frozen=True)
class ProductDoc:
    """What models read about a product besides who bought it.

    `categories` are names for reading, `category_keys` what `Store.categories` knows them by; both
    go from the top of the tree down. `rating` is the mean of its `ratings` many ratings, on a scale
    from above 0, the higher the better; `returns` counts the orders with it that were taken back.
    What a store does not know it leaves out.
    """

    key: str
    title: str
    description: str = ""
    categories: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    price: float | None = None
    category_keys: tuple[str, ...] = ()
    rating: float | None = None
    ratings: int = 0
    returns: int = 0


@dataclass(frozen=True)
class Offer:
    """A product as it stands now. `available`: published, in stock, sold to this actor.

    `category_keys` go from the top of the tree down, as those of a `ProductDoc`; `category` is the
    name of the innermost, for reading. The rest is for merchandising: `price` of one piece of the
    cheapest variant, in `currency` where the store names one; `margin` the part of it that the shop
    keeps, 1 − cost / price; `stock` in pieces of all variants; of `attributes` those that were
    asked for. None is what the store does not know.
    """

    key: str
    title: str
    available: bool
    category_keys: tuple[str, ...] = ()
    price: Decimal | None = None
    currency: str = ""
    stock: int | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    margin: float | None = None
    category: str = ""


@dataclass(frozen=True)
class OfferFacts:
    """Which of the optional fields its offers have, so that no rule is made that can't be kept.

    `currencies`: the codes that prices come in, empty where the store names none. `attributes`:
    their names; None where any name is possible.
    """

    price: bool = False
    currencies: tuple[str, ...] = ()
    stock: bool = False
    attributes: tuple[str, ...] | None = ()
    margin: bool = False


class OrderLineFact(NamedTuple):
    """One line of an order that counts: one that was not cancelled or taken back.

    `buyer` is None for a guest the store can't tell from another; `ordered_at` is None where the
    store does not know. Read by the million, hence a tuple.
    """

    order: str
    product: str
    buyer: str | None
    ordered_at: datetime | None


class ChangedOrder(NamedTuple):
    """An order as it stands now: its lines that count, none where it was taken back."""

    order: str
    lines: Sequence[OrderLineFact]


class Purchase(NamedTuple):
    """A product in an order of one person."""

    product: str
    order: str
    ordered_at: datetime | None


class Store(Protocol):
    """What a store has to answer. `recommendations.testing.StoreContract` tests an adapter."""

    def order_lines(self, scope: Scope) -> Iterator[OrderLineFact]:
        """All lines of all orders that count, in any order, streamed."""

    def count_order_lines(self, scope: Scope) -> int:
        """About how many `order_lines` will come, for a progress bar."""

    def orders_changed_at(self, scope: Scope) -> datetime | None:
        """When an order last came in, changed or was taken back; None if there never was one."""

    def changed_orders(self, scope: Scope, since: datetime) -> Iterator[ChangedOrder]:
        """The orders that came in, changed or were taken back at `since` or later, whatever date
        they bear. One too many does no harm; one too few waits for the next training."""

    def products(self, scope: Scope) -> Iterator[ProductDoc]:
        """Every product, published or not, streamed."""

    def canonical_keys(self, keys: Collection[str], scope: Scope) -> Mapping[str, str]:
        """For keys of products or variants (SKUs) the product key; unknown ones are left out."""

    def categories(self, scope: Scope) -> Mapping[str, str]:
        """Category key → its name with those above it, such as `"Food > Tea"`, in that order."""

    def identify(self, request: Any) -> Actor:
        """Who is asking. `person` is the `buyer` of their order lines, None for a guest."""

    def purchases(self, actor: Actor, limit: int, scope: Scope) -> Sequence[Purchase]:
        """What the actor bought in orders that count, the newest `limit` lines, newest first."""

    def offers(
        self, keys: Iterable[str], actor: Actor, scope: Scope, attributes: Collection[str] = ()
    ) -> Mapping[str, Offer]:
        """The products of these keys as they stand; keys of deleted products are left out.

        `attributes`: the names of those to fill in, none where nobody will read any.
        """

    def offer_facts(self, scope: Scope) -> OfferFacts:
        """What offers say besides whether a product is for sale."""


@runtime_checkable
class HostObjects(Protocol):
    """What a store may answer besides, for pages that the host itself renders."""

    def keys_of(self, thing: Any) -> Collection[str]:
        """The product keys that an object of the host stands for: a product, a basket."""

    def objects(self, keys: Iterable[str], scope: Scope) -> Mapping[str, Any]:
        """Key → the host's own product; keys of deleted products are left out."""


@runtime_checkable
class Carts(Protocol):
    """What a store may answer besides, so that staff can try things out on a cart of a customer."""

    def products_in_cart(self, cart: str, scope: Scope) -> Collection[str]:
        """Keys of the products in the cart of this id; none where there is no such cart."""


@runtime_checkable
class NewProducts(Protocol):
    """What a store may answer besides, so that a list is not empty where all that sells is sold
    out."""

    def new_products(self, limit: int, scope: Scope) -> Collection[str]:
        """Keys of so many products, the newest first; for sale as far as that is quickly known."""


@dataclass(frozen=True)
class ExperimentArm:
    """`key` names the experiment and the arm, in tokens and in events; `share` is its part of the
    visitors, in relation to the shares of the others."""

    key: str
    name: str
    share: int
    is_control: bool


@dataclass(frozen=True)
class StartedExperiment:
    """An experiment that runs, or has ended. One of its arms is the control."""

    name: str
    surface: str
    scope: str
    arms: Sequence[ExperimentArm]
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Findings:
    """What an experiment has shown so far, as a table of texts, a row an arm."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


class Behaviour(Protocol):
    """What is known of visitors: `recommendations.behaviour` answers from the events of the
    `analytics` app, and a project with signals of its own answers itself."""

    def visitor_of(self, request: Any) -> str:
        """A name for the device that sends a request, the same each time; empty where it has none
        or must not be followed."""

    def viewed(self, request: Any, limit: int, scope: Scope) -> Sequence[str]:
        """Keys of the products that whoever sends a request looked at on this device, each once,
        the newest first: nothing that somebody else did there who was logged in."""

    def findings(self, experiment: StartedExperiment) -> Findings:
        """What its arms have brought so far."""
