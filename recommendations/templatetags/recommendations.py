"""Suggestions in the host's own templates: `{% load recommendations %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from recommendations.services import pages
from recommendations.stores.base import Actor, Scope

register = template.Library()


@register.inclusion_tag("recommendations/suggestions.html", takes_context=True)
def frequently_bought_with(
    context: Context, *things: Any, first: int = 4, scope: str = "default"
) -> dict[str, Any]:
    """`{% frequently_bought_with product %}`, or a basket, or any keys: what goes with them all.

    The host changes how it looks by a template of its own with the same name.
    """
    request = context.get("request")
    page = pages.suggest(
        pages.keys_of(things), first, actor=Actor(request=request), scope=Scope(scope)
    )
    return {"suggestions": page.items, "version": page.version, "request": request}
