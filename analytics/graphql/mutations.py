"""A mutation that a host merges into its own."""

from __future__ import annotations

from typing import Any

import strawberry
import strawberry_django

from analytics.graphql.types import EventInput, EventUserError, TrackEventsPayload
from analytics.services import visitors
from analytics.services.client_events import Answer, ClientEvent, track


@strawberry.type
class TrackingMutation:
    @strawberry_django.mutation(
        description="Records what a visitor did, up to 100 events at once. Each event is accepted "
        "or refused by itself."
    )
    def track_events(self, info: strawberry.Info, events: list[EventInput]) -> TrackEventsPayload:
        request = _of_context(info, "request")
        answer = track([ClientEvent(**vars(event)) for event in events], request)
        if answer.caller and answer.accepted and request.COOKIES:
            visitors.hand_out(answer.caller, request, _of_context(info, "response"))
        return _payload(answer)


def _payload(answer: Answer) -> TrackEventsPayload:
    return TrackEventsPayload(
        accepted=answer.accepted,
        tracking_allowed=answer.caller is not None,
        visitor_id=answer.caller.visitor_id if answer.caller and answer.accepted else None,
        user_errors=[
            EventUserError(field=list(one.field), message=one.message) for one in answer.refusals
        ],
    )


def _of_context(info: strawberry.Info, name: str) -> Any:
    context = info.context
    return context[name] if isinstance(context, dict) else getattr(context, name)
