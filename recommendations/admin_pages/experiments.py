"""Experiments: what is compared, starting and ending it, and what it has shown so far."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from recommendations.conf import get_settings
from recommendations.exceptions import ExperimentNotReady
from recommendations.models import Arm, Experiment
from recommendations.services import experiments
from recommendations.stores.base import Findings

logger = logging.getLogger(__name__)

FIELDS: list[Any] = ["name", "surface", "scope", "started_at", "ended_at"]


class ExperimentForm(forms.ModelForm):
    scope = forms.ChoiceField(
        label=gettext_lazy("scope"),
        choices=lambda: [(one, one) for one in get_settings().SCOPES],
    )


class ArmInline(admin.TabularInline):
    model = Arm
    extra = 2
    autocomplete_fields = ["version"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_open(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_open(obj) and super().has_delete_permission(request, obj)


@admin.register(Experiment)
class ExperimentAdmin(admin.ModelAdmin):
    """Once it has started nothing can be edited: the figures would mean nothing."""

    form = ExperimentForm
    list_display = FIELDS
    list_filter = ["surface", "scope"]
    search_fields = ["name"]
    fields = FIELDS
    readonly_fields = ["started_at", "ended_at"]
    inlines = [ArmInline]
    change_form_template = "admin/recommendations/experiment/change_form.html"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return list(self.readonly_fields if _is_open(obj) else FIELDS)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_open(obj) and super().has_delete_permission(request, obj)

    def get_urls(self) -> list[Any]:
        start, end = self._button(experiments.start), self._button(experiments.end)
        return [
            path("<int:pk>/start/", start, name="recommendations_experiment_start"),
            path("<int:pk>/end/", end, name="recommendations_experiment_end"),
            *super().get_urls(),
        ]

    def _button(self, act: Callable[[Experiment], None]) -> Any:
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            experiment = get_object_or_404(Experiment, pk=pk)
            if not self.has_change_permission(request, experiment):
                raise PermissionDenied
            self._act(request, experiment, act)
            return HttpResponseRedirect(
                reverse("admin:recommendations_experiment_change", args=[pk])
            )

        return self.admin_site.admin_view(require_POST(view))

    def _act(
        self, request: HttpRequest, experiment: Experiment, act: Callable[[Experiment], None]
    ) -> None:
        try:
            act(experiment)
        except ExperimentNotReady as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        done = _("Ended.") if experiment.ended_at else _("Started.")
        LogEntry.objects.log_actions(
            str(request.user.pk), [experiment], CHANGE, done, single_object=True
        )
        told = _("%(name)s has ended.") if experiment.ended_at else _("%(name)s has started.")
        self.message_user(request, told % {"name": experiment}, messages.SUCCESS)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        experiment = context["original"]
        if experiment is not None:
            context["findings"] = self._findings(request, experiment)
            context["may_steer"] = self.has_change_permission(request, experiment)
        return super().render_change_form(request, context, *args, **kwargs)

    def _findings(self, request: HttpRequest, experiment: Experiment) -> Findings | None:
        """An experiment can be ended even where nobody can say what it has shown."""
        try:
            return experiments.findings(experiment)
        except DatabaseError:
            logger.exception("no findings for %s: the database failed", experiment)
            text = _("The database failed: what it has shown so far is not known.")
            self.message_user(request, text, messages.WARNING)
            return None


def _is_open(experiment: Experiment | None) -> bool:
    return experiment is None or experiment.started_at is None
