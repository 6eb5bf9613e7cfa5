"""System checks for a django-oscar store."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from analytics.conf import SETTING, get_settings

MIDDLEWARE = "analytics.middleware.visitor_middleware"
PIPELINES = ("OSCAR_ORDER_STATUS_PIPELINE", "OSCAR_LINE_STATUS_PIPELINE")


@register("boughtwith_analytics")
def check_middleware(**kwargs: Any) -> list[CheckMessage]:
    """Without it nobody's wish not to be tracked would be known."""
    if MIDDLEWARE in settings.MIDDLEWARE:
        return []
    message = f"analytics.oscar needs {MIDDLEWARE!r} in MIDDLEWARE."
    hint = "Put it after the one that sets request.user."
    return [Error(message, hint=hint, id="boughtwith_analytics.E201")]


@register("boughtwith_analytics")
def check_statuses(**kwargs: Any) -> list[CheckMessage]:
    """Oscar's default pipeline is empty: then any status is possible."""
    legal = {status for name in PIPELINES for status in getattr(settings, name, {})}
    hint = f"Legal: {', '.join(map(repr, sorted(legal)))}."
    return [
        Error(
            f"{SETTING}['OSCAR_TAKEN_BACK'] holds {status!r}, which no pipeline of Oscar has.",
            hint=hint,
            id="boughtwith_analytics.E202",
        )
        for status in get_settings().OSCAR_TAKEN_BACK
        if legal and status not in legal
    ]
