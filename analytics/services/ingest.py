"""From an event to its row: stored once, after the commit, by a worker where there is one.

What is recorded of one request is written together, after it has been answered: that is one INSERT,
and nobody waits for it.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any

from celery import signature
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest

from analytics.conf import get_settings
from analytics.models import Event, EventKind, Visitor
from analytics.services.visitors import Caller

logger = logging.getLogger(__name__)

TASK = "analytics.store_events"
#: So long events are written directly after the broker has failed: not every request waits for it.
BROKER_PAUSE_SECONDS = 30
#: Kinds that `record_follow_ups` and `take_back` look for.
FOLLOWED = {EventKind.PURCHASE, EventKind.REVIEW, EventKind.SUPPORT_OPENED}
#: What a task carries of an event: everything but the row's own number.
COLUMNS = tuple(field.name for field in Event._meta.concrete_fields if not field.primary_key)


class Pending:
    """The events of one request that have been recorded and are not written yet.

    They are written when Django closes the request, with the response and whatever became of it on
    its way out: the client has it by then. Nobody is there any more who could send them again, so
    a failure is logged.
    """

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._new_visitors: list[str] = []
        self._is_written = False

    @classmethod
    def of(cls, request: HttpRequest) -> Pending:
        found: Pending | None = vars(request).get("_analytics_pending")
        if found is None:
            found = vars(request)["_analytics_pending"] = cls()
            request.close = _in_turn(found.write, request.close)  # type: ignore[method-assign]
        return found

    def recorded(self, keys: Collection[uuid.UUID]) -> list[Event]:
        """Of these those that wait."""
        return [one for one in self._events if one.key in keys]

    def forget(self, key: uuid.UUID) -> None:
        self._events = [one for one in self._events if one.key != key]

    def add(self, events: Sequence[Event], new_visitors: Sequence[str]) -> None:
        """What comes too late for the others, as from a thread that went on, is written at once."""
        self._events += events
        self._new_visitors += new_visitors
        if self._is_written:
            self.write()

    def write(self) -> None:
        self._is_written = True
        events, self._events = self._events, []
        new_visitors, self._new_visitors = self._new_visitors, []
        if not events:
            return
        try:
            send(events, new_visitors)
        except Exception:
            logger.exception("%s events of a request were not stored", len(events))


def _in_turn(*steps: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        for step in steps:
            step()

    return run


def record(
    events: Sequence[Event], caller: Caller | None = None, request: HttpRequest | None = None
) -> None:
    """Stores events once the running transaction commits, and the device if it is new.

    With a request they wait for its other events. Without one this raises what the database
    raises, so that whoever sent the events can send them again. An event whose key is stored
    already is left out.
    """
    if not events:
        return
    new = [caller.visitor] if caller is not None and caller.is_new else []
    take = Pending.of(request).add if request is not None else send
    transaction.on_commit(partial(take, events, new))


def send(events: Sequence[Event], new_visitors: Sequence[str] = ()) -> None:
    """Hands events to a worker, or writes them where there is none or the broker is down, or where
    something may follow that has to find them: a purchase is refunded, a review taken back."""
    waits = any(one.kind in FOLLOWED for one in events)
    if waits or not (get_settings().USE_CELERY and _publish(events, new_visitors)):
        store(events, new_visitors)


def store(events: Sequence[Event], new_visitors: Sequence[str] = ()) -> None:
    """Writes events in one INSERT, in parts where the database has a limit."""
    if len(events) == 1 and not new_visitors and _is_inserted(events[0]):
        return
    with transaction.atomic():
        if new_visitors:
            Visitor.objects.bulk_create(
                [Visitor(pseudonym=one) for one in new_visitors], ignore_conflicts=True
            )
        Event.objects.bulk_create(events, ignore_conflicts=True)


def _is_inserted(event: Event) -> bool:
    """Most pages have one event: a statement by itself needs no transaction around it, which takes
    as long again. False where it is not alone, or the database has something against it."""
    if connection.in_atomic_block:
        return False
    try:
        event.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def store_rows(rows: Sequence[Mapping[str, Any]], new_visitors: Sequence[str]) -> None:
    """Writes what a task carries."""
    store([Event(**row) for row in rows], new_visitors)


def key_of(*parts: str) -> uuid.UUID:
    """The key of an event: the same for the same parts. It is marked as a hash of a name, as
    MariaDB takes no UUID that is of no kind at all."""
    digest = blake2b("\0".join(parts).encode(), digest_size=16).digest()
    return uuid.UUID(bytes=digest, version=5)


class _Broker:
    """When this process may ask the broker again, in seconds of the monotonic clock."""

    ask_from = 0.0


def _publish(events: Sequence[Event], new_visitors: Sequence[str]) -> bool:
    if time.monotonic() < _Broker.ask_from:
        return False
    rows = [{name: getattr(event, name) for name in COLUMNS} for event in events]
    try:
        signature(TASK, (rows, list(new_visitors))).delay()
    except Exception:
        _Broker.ask_from = time.monotonic() + BROKER_PAUSE_SECONDS
        logger.warning("the broker took no events: they are written directly", exc_info=True)
        return False
    return True
