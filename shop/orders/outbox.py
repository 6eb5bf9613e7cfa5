"""The outbox: what must follow from a change survives a dead broker and a broken handler."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from shop.orders.models import OutboxMessage, OutboxState

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3

Handler = Callable[[Mapping[str, Any]], None]
_handlers: dict[str, Handler] = {}


def handles(topic: str) -> Callable[[Handler], Handler]:
    """Registers what is done with the messages of a topic. A handler must bear being run twice."""

    def register(handler: Handler) -> Handler:
        _handlers[topic] = handler
        return handler

    return register


def write(topic: str, **payload: str) -> None:
    """Writes a message in the caller's transaction and asks for delivery once that commits.

    The payload names what it is about, such as `order="ABC"`, and tells nothing of the person.
    """
    OutboxMessage.objects.create(topic=topic, payload=payload)
    transaction.on_commit(_ask_for_delivery)


def deliver(limit: int = 100) -> int:
    """Hands waiting messages to their handlers and returns how many were delivered."""
    delivered = 0
    waiting = OutboxMessage.objects.filter(state=OutboxState.WAITING)
    for pk in list(waiting.values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            message = (
                OutboxMessage.objects.select_for_update(skip_locked=True)
                .filter(pk=pk, state=OutboxState.WAITING)
                .first()
            )
            if message is not None:
                delivered += _deliver_one(message)
    return delivered


def retry(message: OutboxMessage) -> None:
    """Gives a message that was given up another three tries."""
    OutboxMessage.objects.filter(pk=message.pk).update(
        state=OutboxState.WAITING, attempts=0, last_error=""
    )
    transaction.on_commit(_ask_for_delivery)


def _deliver_one(message: OutboxMessage) -> bool:
    handler = _handlers.get(message.topic)
    try:
        if handler is not None:
            with transaction.atomic():
                handler(message.payload)
    except Exception as error:
        logger.exception("outbox message %s (%s) failed", message.pk, message.topic)
        message.attempts += 1
        message.last_error = f"{type(error).__name__}: {error}"
        if message.attempts >= MAX_ATTEMPTS:
            message.state = OutboxState.DEAD
        message.save(update_fields=["attempts", "last_error", "state"])
        return False
    message.delete()
    return True


def _ask_for_delivery() -> None:
    from shop.orders.tasks import deliver_outbox  # noqa: PLC0415  (it imports this module)

    try:
        deliver_outbox.delay()
    except Exception:
        # The change stands. The beat schedule delivers what waits once the broker is back.
        logger.warning("the broker did not take the delivery task", exc_info=True)
