"""Whether anything may be stored about whoever sends a request."""

from __future__ import annotations

from django.http import HttpRequest

from analytics.conf import get_hook, get_settings
from analytics.services.clients import is_bot

GRANTED = "granted"
CONSENT_HEADER = "X-Analytics-Consent"


def may_track(request: HttpRequest) -> bool:
    """False for bots, Do Not Track, Global Privacy Control, and without the consent there has to
    be."""
    headers = request.headers
    if headers.get("DNT") == "1" or headers.get("Sec-GPC") == "1" or is_bot(request):
        return False
    if reader := get_hook("CONSENT_READER"):
        return bool(reader(request))
    settings = get_settings()
    answer = headers.get(CONSENT_HEADER) or request.COOKIES.get(settings.CONSENT_COOKIE)
    if answer is None:
        return not settings.CONSENT_REQUIRED
    return answer == GRANTED
