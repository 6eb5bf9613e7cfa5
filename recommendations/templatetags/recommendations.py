"""Suggestions in the host's own templates: `{% load recommendations %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from recommendations import api
from recommendations.services import pages
from recommendations.stores.base import Actor

register = template.Library()


@register.inclusion_tag("recommendations/suggestions.html", takes_context=True)
def frequently_bought_with(
    context: Context, *things: Any, first: int = 4, scope: str | None = None
) -> dict[str, Any]:
    """`{% frequently_bought_with product %}`, or a basket, or any keys: what goes with them all.

    The host changes how it looks by a template of its own with the same name. As with `{% url %}`,
    an argument that can never be right raises, here `InvalidArgument`.
    """
    request = context.get("request")
    where = api.scope_of(scope)
    answer = api.frequently_bought_with(
        pages.keys_of(things), first, actor=Actor(request=request), scope=where.name
    )
    return {
        "suggestions": pages.shown(answer, where),
        "version": answer.version,
        "token": answer.token,
        "request": request,
    }
