"""Why this, why not that: what became of every candidate, for the people who run the shop."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from recommendations.conf import get_settings
from recommendations.exceptions import InvalidArgument
from recommendations.models import Surface
from recommendations.services.explaining import DEPTH, FOR_PRODUCTS, SHOWN, explain, known_keys
from recommendations.stores.base import Scope


class WhyForm(forms.Form):
    """What is asked: keys and SKUs become the keys of products."""

    surface = forms.ChoiceField(
        label=_("surface"), choices=[(one.value, one.label) for one in FOR_PRODUCTS]
    )
    scope = forms.ChoiceField(
        label=_("scope"), choices=lambda: [(name, name) for name in get_settings().SCOPES]
    )
    products = forms.CharField(
        label=_("Products in the basket"),
        help_text=_("Keys or SKUs, apart by spaces. cart:ID stands for all that is in a cart."),
    )
    wanted = forms.CharField(
        label=_("Why not this one?"),
        help_text=_("The key or SKU of a product that you miss."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        for name in {"products", "wanted"} & found.keys():
            try:
                found[name] = known_keys(found[name].split(), Scope(found.get("scope", "")))
            except InvalidArgument as error:
                self.add_error(name, str(error))
        return found


def page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """The form, and what it asks for once it is sent. Reading: it is sent by GET."""
    form = WhyForm(request.GET or None)
    context = site.each_context(request) | {
        "title": _("Why this, why not that?"),
        "form": form,
        "media": form.media,
    }
    if form.is_valid():
        asked = form.cleaned_data
        scope, surface = Scope(asked["scope"]), Surface(asked["surface"])
        found = explain(asked["products"], SHOWN, scope, DEPTH, asked["wanted"], surface)
        context["explanations"] = found
        context["missed"] = [one for one in found if one.key in asked["wanted"]]
    return render(request, "admin/recommendations/modelversion/why.html", context)
