"""What the store itself knows to have happened: purchases, carts, reviews, tickets."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone

from analytics.exceptions import BadEvent
from analytics.models import Event, Visitor
from analytics.services import tokens
from analytics.services.client_events import MAX_LENGTHS, UNSTORABLE
from analytics.services.ingest import Pending, key_of, record
from analytics.services.rollup import take_out
from analytics.services.visitors import (
    Caller,
    current_request,
    hand_out,
    identify,
    pseudonym,
)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One event of the store. `amount` is for the whole quantity; `results` is how many a search
    found; `token` is the suggestion token it goes back to. What has the same `once` is stored once,
    until it is taken back."""

    once: tuple[str, ...] = ()
    product_key: str = ""
    cart_key: str = ""
    order_key: str = ""
    query: str = ""
    results: int | None = None
    quantity: int | None = None
    amount: Decimal | None = None
    currency: str = ""
    rating: int | None = None
    token: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


def record_visitor_facts(
    kind: str, facts: Iterable[Fact], response: HttpResponseBase | None = None
) -> None:
    """What whoever sends the running request has done; nothing if they are not to be tracked.

    Outside of a request nobody can be asked, and nothing is recorded. A new device gets an id if
    there is a response to leave it in.
    """
    request = current_request.get()
    caller = identify(request, issue=response is not None) if request is not None else None
    if request is None or caller is None:
        return
    if response is not None:
        hand_out(caller, request, response)
    record([_event(kind, one, caller) for one in facts], caller, request)


def record_person_facts(kind: str, person: str, facts: Iterable[Fact]) -> None:
    """What happened to a person outside of their own requests, such as a review that was published.

    Nothing of somebody whose device we do not know: whoever never agreed to be tracked has none.
    """
    if person and Visitor.objects.filter(person=person).exists():
        caller = _absent(person)
        record([_event(kind, one, caller) for one in facts], request=current_request.get())


def record_follow_ups(kind: str, of: str, facts: Iterable[Fact]) -> None:
    """What became of something later, by whoever's hand: the refund of a purchase.

    A fact is recorded if the event of kind `of` with the same `once` is stored, and for the same
    person. Where that names nobody, neither does this: the order, the cart and the payload are left
    out, as nothing would lead from the person to them.
    """
    origin = {key_of(of, *one.once): one for one in facts}
    request = current_request.get()
    stored = Event.objects.filter(key__in=list(origin)).only("key", "person", "scope")
    waiting = Pending.of(request).recorded(origin) if request is not None else []
    found = {one.key: _absent(one.person, one.scope) for one in (*stored, *waiting)}
    events = [
        _event(kind, one if found[key].person else _unnamed(one), found[key])
        for key, one in origin.items()
        if key in found
    ]
    record(events, request=request)


def take_back(kind: str, *once: str) -> None:
    """Forgets a fact that does not hold any more, such as a review that was rejected. Told again,
    it is stored again."""
    key, request = key_of(kind, *once), current_request.get()
    if request is not None:
        Pending.of(request).forget(key)
    take_out(Event.objects.filter(key=key), soon=False)


def _absent(person: str, scope: str = "default") -> Caller:
    """Somebody whose request is not running."""
    return Caller(visitor="", visitor_id="", is_new=False, person=person, device="", scope=scope)


def _unnamed(fact: Fact) -> Fact:
    return replace(fact, order_key="", cart_key="", query="", token="", payload={})


def _event(kind: str, fact: Fact, caller: Caller) -> Event:
    try:
        read = tokens.read(fact.token)
    except BadEvent:
        read = tokens.TokenFacts()  # it has expired since
    now = timezone.now()
    return Event(
        key=key_of(kind, *fact.once) if fact.once else uuid.uuid4(),
        kind=kind,
        visitor=caller.visitor,
        person=caller.person,
        scope=caller.scope,
        at=now,
        received_at=now,
        device=caller.device,
        product_key=fact.product_key,
        cart_key=pseudonym("cart", fact.cart_key) if fact.cart_key else "",
        order_key=fact.order_key,
        query=UNSTORABLE.sub("", fact.query).strip()[: MAX_LENGTHS["query"]],
        results=fact.results,
        quantity=fact.quantity,
        amount=fact.amount,
        currency=fact.currency,
        rating=fact.rating,
        token=read.token,
        surface=read.surface,
        version=read.version,
        arm=read.arm,
        payload=dict(fact.payload),
    )
