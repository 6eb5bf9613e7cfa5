"""Page views of pages that the server renders."""

from __future__ import annotations

import uuid

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from analytics.models import Event, EventKind
from analytics.services import ingest
from analytics.services.client_events import STORED_PATH, UNSTORABLE
from analytics.services.sources import source_of
from analytics.services.visitors import Caller, hand_out, identify


def note(request: HttpRequest, response: HttpResponseBase) -> None:
    """Notes that a page was seen, if the response is one."""
    if not _is_page(request, response):
        return
    caller = identify(request, issue=True)
    if caller is None:
        return
    hand_out(caller, request, response)
    ingest.record([_page_view(request, caller)], caller, request)


def _is_page(request: HttpRequest, response: HttpResponseBase) -> bool:
    return (
        request.method == "GET"
        and response.status_code == 200
        and response.headers.get("Content-Type", "").startswith("text/html")
        and request.headers.get("Sec-Purpose", "") == ""  # a page that is only fetched ahead
    )


def _page_view(request: HttpRequest, caller: Caller) -> Event:
    now = timezone.now()
    return Event(
        key=uuid.uuid4(),
        kind=EventKind.PAGE_VIEW,
        visitor=caller.visitor,
        person=caller.person,
        scope=caller.scope,
        at=now,
        received_at=now,
        path=UNSTORABLE.sub("", request.path)[:STORED_PATH],
        source=source_of(
            request.headers.get("Referer", ""), request.get_full_path(), request.get_host()
        ),
        device=caller.device,
    )
