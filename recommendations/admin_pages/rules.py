"""The shop's own rules: written, tried out on a real basket beside the saved ones, then saved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from recommendations.conf import get_settings, get_store
from recommendations.exceptions import InvalidArgument
from recommendations.models import Arm, MerchandisingRule
from recommendations.services.explaining import compare, known_keys, scope_of
from recommendations.stores.base import Scope


def categories() -> dict[str, str]:
    """Key → name, of every scope."""
    found: dict[str, str] = {}
    for name in get_settings().SCOPES:
        found |= get_store().categories(Scope(name))
    return found


def seed_choices() -> list[tuple[str, str]]:
    return [("", "–"), *categories().items()]


def scope_choices() -> list[tuple[str, str]]:
    return [("", "–"), *((name, name) for name in get_settings().SCOPES)]


class ArmField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Arm) -> str:
        return f"{obj.experiment}: {obj}"


class RuleForm(forms.ModelForm):
    """Scopes and seed categories are chosen by their names."""

    scope = forms.ChoiceField(label=_("scope"), choices=scope_choices, required=False)
    seed_category = forms.ChoiceField(
        label=_("seed category"),
        choices=seed_choices,
        required=False,
        help_text=_("Only for baskets with a product of it."),
    )

    arm = ArmField(
        Arm.objects.select_related("experiment"),
        label=_("arm"),
        required=False,
        help_text=_("Only for visitors in this arm of an experiment, while it runs."),
    )

    class Meta:
        model = MerchandisingRule
        fields = ["value", "scope", "seed_category", "arm"]
        widgets = {"value": forms.TextInput(attrs={"list": "categories", "class": "vTextField"})}


class PreviewForm(forms.Form):
    """On what a rule is tried out."""

    basket = forms.CharField(
        label=_("Products in the basket"),
        help_text=_("Keys or SKUs, apart by spaces. cart:ID stands for all that is in a cart."),
    )


@admin.register(MerchandisingRule)
class MerchandisingRuleAdmin(admin.ModelAdmin):
    form = RuleForm
    list_display = [
        "name", "effect", "about", "where", "starts_at", "ends_at", "priority", "is_active",
    ]  # fmt: skip
    list_filter = ["is_active", "effect", "surface", "scope", "target"]
    list_select_related = ["arm__experiment"]
    search_fields = ["name", "=value", "=seed_product", "attribute"]
    fieldsets = [
        (None, {"fields": ["name", "effect", "factor", "is_active", "priority"]}),
        (
            _("About"),
            {"fields": ["target", "value", "attribute", "at_least", "at_most", "currency"]},
        ),
        (_("Where"), {"fields": ["surface", "scope", "seed_product", "seed_category", "arm"]}),
        (_("When"), {"fields": ["starts_at", "ends_at"]}),
    ]

    @admin.display(description=_("About"))
    def about(self, rule: MerchandisingRule) -> str:
        return rule.about()

    @admin.display(description=_("Where"))
    def where(self, rule: MerchandisingRule) -> str:
        arm = f"{rule.arm.experiment}: {rule.arm}" if rule.arm else ""
        seeds = [rule.seed_product, rule.seed_category]
        places = [rule.get_surface_display(), rule.scope, *seeds, arm]
        return ", ".join(place for place in places if place) or str(_("Everywhere"))

    def get_urls(self) -> list[Any]:
        return [
            path(
                "preview/",
                self.admin_site.admin_view(self.preview),
                name="recommendations_rule_preview",
            ),
            *super().get_urls(),
        ]

    @method_decorator([require_POST, xframe_options_sameorigin])
    def preview(self, request: HttpRequest) -> HttpResponse:
        """The form as it stands, not saved: shown in a frame beside it."""
        saved = self.get_object(request, request.GET.get("rule", ""))
        allowed = self.has_change_permission if saved else self.has_add_permission
        if not allowed(request):
            raise PermissionDenied
        form = self.get_form(request, saved)(request.POST, instance=saved)
        asked = PreviewForm(request.POST)
        context: dict[str, Any] = {"forms": [form, asked]}
        if form.is_valid() and asked.is_valid():
            rule = form.instance
            try:
                basket = known_keys(asked.cleaned_data["basket"].split(), scope_of(rule))
                context |= {"rule": rule, "comparison": compare(rule, basket)}
            except InvalidArgument as error:
                asked.add_error("basket", str(error))
        return render(request, "admin/recommendations/merchandisingrule/preview.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= {"preview": PreviewForm(), "categories": categories()}
        return super().render_change_form(request, context, *args, **kwargs)
