"""Events as clients send them: each is checked by itself, and a bad one stops no other."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from analytics.conf import Settings, get_settings
from analytics.exceptions import BadEvent
from analytics.models import Event
from analytics.services import ingest, tokens
from analytics.services.sources import source_of
from analytics.services.visitors import Caller, identify, pseudonym

MAX_EVENTS = 100
MAX_INT = 2**31 - 1
MAX_LENGTHS = {
    "id": 64,
    "path": 2000,
    "referrer": 2000,
    "product_key": 255,
    "cart_key": 255,
    "query": 200,
    "token": 4000,
}
MINIMUM = {"results": 0, "quantity": 1, "position": 1}
STORED_PATH = 512
#: NUL and halves of surrogate pairs, which not every database stores.
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
ESCAPED_NUL = "\\u0000"


@dataclass(frozen=True, kw_only=True)
class ClientEvent:
    """What a client may say of one event. Its `id` is made up by the client, once per event."""

    id: str
    kind: str
    at: datetime | None = None
    path: str = ""
    referrer: str | None = None
    product_key: str = ""
    cart_key: str = ""
    query: str = ""
    results: int | None = None
    quantity: int | None = None
    position: int | None = None
    token: str = ""
    payload: Any = None


@dataclass(frozen=True)
class Refusal:
    """Why an event was not stored. `field` is its path, such as ("events", "3", "kind")."""

    field: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Answer:
    """What became of a batch; without a caller nothing may be stored."""

    caller: Caller | None = None
    accepted: int = 0
    refusals: list[Refusal] = field(default_factory=list)


def track(events: Sequence[ClientEvent], request: HttpRequest) -> Answer:
    """Stores what clients send, but for events that are refused and for whoever must not be
    tracked."""
    caller = identify(request, issue=True)
    if caller is None:
        return Answer()
    if len(events) > MAX_EVENTS:
        refusal = Refusal(("events",), f"{len(events)} events: send at most {MAX_EVENTS} at once.")
        return Answer(caller, refusals=[refusal])
    reader = _Reader(caller, request.get_host(), timezone.now())
    accepted, refusals = [], []
    for number, one in enumerate(events):
        try:
            accepted.append(reader.read(one))
        except BadEvent as error:
            refusals.append(Refusal(("events", str(number), error.field), str(error)))
    ingest.record(accepted, caller)
    return Answer(caller, len(accepted), refusals)


def clamp(at: datetime | None, received: datetime, most_late: timedelta) -> datetime:
    """A client's time, not after it came in and not long before."""
    if at is None or at > received:
        return received
    return max(at, received - most_late)


class _Reader:
    """Reads the events of one request."""

    def __init__(self, caller: Caller, host: str, received: datetime) -> None:
        self._caller = caller
        self._host = host
        self._received = received
        self._settings: Settings = get_settings()
        self._most_late = timedelta(hours=self._settings.MAX_DELAY_HOURS)
        self._tokens: dict[str, tokens.TokenFacts] = {}

    def read(self, one: ClientEvent) -> Event:
        """Raises `BadEvent`."""
        self._check(one)
        read = self._token(one.token)
        return Event(
            key=ingest.key_of(self._caller.visitor, one.id),
            kind=one.kind,
            visitor=self._caller.visitor,
            person=self._caller.person,
            scope=self._caller.scope,
            at=clamp(one.at, self._received, self._most_late),
            received_at=self._received,
            path=one.path.partition("?")[0].partition("#")[0][:STORED_PATH],
            source=self._source(one),
            device=self._caller.device,
            product_key=one.product_key,
            cart_key=pseudonym("cart", one.cart_key) if one.cart_key else "",
            query=one.query.strip(),
            results=one.results,
            quantity=one.quantity,
            position=one.position,
            token=read.token,
            surface=read.surface,
            version=read.version,
            arm=read.arm,
            payload=one.payload or {},
        )

    def _check(self, one: ClientEvent) -> None:
        if one.kind not in self._settings.CLIENT_KINDS:
            raise BadEvent("kind", f"Legal: {', '.join(self._settings.CLIENT_KINDS)}.")
        if not one.id:
            raise BadEvent("id", "Make up an id, once for each event.")
        if one.path and not one.path.startswith("/"):
            raise BadEvent("path", "A path starts with a slash.")
        if one.at is not None and one.at.tzinfo is None:
            raise BadEvent("at", "A time needs its offset, such as 2026-03-01T12:00:00Z.")
        for name, most in MAX_LENGTHS.items():
            if text := getattr(one, name):
                _check_text(name, text, most)
        for name, least in MINIMUM.items():
            value = getattr(one, name)
            if value is not None and not least <= value <= MAX_INT:
                raise BadEvent(name, f"Legal: {least} to {MAX_INT:,}.")
        if one.payload is not None:
            _check_payload(one.payload, self._settings.MAX_PAYLOAD_BYTES)

    def _token(self, text: str) -> tokens.TokenFacts:
        if text not in self._tokens:
            self._tokens[text] = tokens.read(text)
        return self._tokens[text]

    def _source(self, one: ClientEvent) -> str:
        """Empty where the client does not say where the visitor came from."""
        if one.referrer is None and "?" not in one.path:
            return ""
        if one.referrer is None:
            found = source_of("", one.path, self._host)
            return "" if found == "direct" else found
        return source_of(one.referrer, one.path, self._host)


def _check_text(name: str, text: str, most: int) -> None:
    if len(text) > most:
        raise BadEvent(name, f"At most {most:,} characters.")
    if UNSTORABLE.search(text):
        raise BadEvent(name, "Text must not contain NUL or half of a surrogate pair.")


def _check_payload(payload: Any, most: int) -> None:
    if not isinstance(payload, Mapping):
        raise BadEvent("payload", "Must be a JSON object.")
    try:
        text = json.dumps(payload, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadEvent("payload", "Must be a JSON object.") from error
    if ESCAPED_NUL in text or UNSTORABLE.search(text):
        raise BadEvent("payload", "Text must not contain NUL or half of a surrogate pair.")
    if len(text.encode()) > most:
        raise BadEvent("payload", f"At most {most:,} bytes as JSON.")
