"""Who sends a request: a signed id that we gave out, of which only a pseudonym is stored."""

from __future__ import annotations

import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

from analytics.conf import get_hook, get_settings
from analytics.models import Visitor
from analytics.services.clients import device_of
from analytics.services.consent import may_track

VISITOR_HEADER = "X-Visitor-Id"
SALT = "boughtwith_analytics.visitor"
DAY = 86_400

#: The request that is being answered; `visitor_middleware` sets it.
current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)


@dataclass(frozen=True)
class Caller:
    """Who sends a request that may be tracked. `visitor` is empty for a device without an id."""

    visitor: str
    visitor_id: str
    is_new: bool
    person: str
    device: str
    scope: str


def identify(request: HttpRequest, *, issue: bool = False) -> Caller | None:
    """Who sends a request; None where nothing may be stored, and for staff, who are no visitors.

    `issue` gives a new device an id.
    """
    user = getattr(request, "user", None)
    if not may_track(request) or getattr(user, "is_staff", False):
        return None
    visitor_id = _sent_id(request)
    is_new = issue and not visitor_id
    if is_new:
        visitor_id = _signer().sign(uuid.uuid4().hex)
    scope_of = get_hook("SCOPE_READER")
    return Caller(
        visitor=pseudonym("visitor", visitor_id) if visitor_id else "",
        visitor_id=visitor_id,
        is_new=is_new,
        person=_person(user),
        device=device_of(request),
        scope=scope_of(request) if scope_of else "default",
    )


def hand_out(caller: Caller, request: HttpRequest, response: HttpResponseBase) -> None:
    """Leaves a new id in the browser, and in the request for what else is recorded of it."""
    if not caller.is_new:
        return
    settings = get_settings()
    request.COOKIES[settings.VISITOR_COOKIE] = caller.visitor_id
    response.set_cookie(
        settings.VISITOR_COOKIE,
        caller.visitor_id,
        max_age=settings.VISITOR_DAYS * DAY,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def link(request: HttpRequest, user: Any) -> None:
    """Notes whose device a request comes from."""
    caller = identify(request)
    if caller is not None and caller.visitor:
        Visitor.objects.update_or_create(
            pseudonym=caller.visitor, defaults={"person": _person(user)}
        )


def pseudonym(space: str, text: str) -> str:
    """A keyed hash: the same for the same text, and nothing leads back from it."""
    return salted_hmac(f"{SALT}.{space}", text, algorithm="sha256").hexdigest()[:32]


def _sent_id(request: HttpRequest) -> str:
    """The id that came with a request if we signed it."""
    sent = request.headers.get(VISITOR_HEADER) or request.COOKIES.get(get_settings().VISITOR_COOKIE)
    if not sent:
        return ""
    try:
        _signer().unsign(sent)
    except signing.BadSignature:
        return ""
    return sent


def _person(user: Any) -> str:
    return str(user.pk) if user is not None and user.is_authenticated else ""


def _signer() -> signing.Signer:
    return signing.Signer(salt=SALT)
