"""Model versions for the people who run the shop: how good, which is live, forward and back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from recommendations.admin_pages import why
from recommendations.conf import get_settings
from recommendations.exceptions import RecommendationsError
from recommendations.models import TRAINED, LiveVersion, ModelVersion, RunStatus
from recommendations.services import figures, publishing
from recommendations.services.sentences import read
from recommendations.tasks import train


@admin.register(ModelVersion)
class ModelVersionAdmin(admin.ModelAdmin):
    """Versions are made by runs: nothing here can be typed in or edited."""

    list_display = [
        "__str__", "is_live", "surface", "scope", "model", "outcome", "quality", "orders", "items",
        "started_at", "duration",
    ]  # fmt: skip
    list_filter = ["surface", "scope", "status"]
    search_fields = ["=id", "model", "run"]
    actions = ["promote"]
    exclude = ["metrics"]  # which the page tells as a table and in words

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelVersion]:
        live = LiveVersion.objects.filter(version=OuterRef("pk"))
        return super().get_queryset(request).annotate(_live=Exists(live))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [one.name for one in ModelVersion._meta.fields if one.name not in self.exclude]

    @admin.display(boolean=True, description=gettext_lazy("Live"))
    def is_live(self, version: ModelVersion) -> bool:
        return bool(getattr(version, "_live", False))

    @admin.display(description=gettext_lazy("Status"), ordering="status")
    def outcome(self, version: ModelVersion) -> str:
        if version.status == RunStatus.RUNNING:
            return format_html(
                '<progress max="100" value="{}">{}%</progress> {}',
                version.progress, version.progress, version.get_phase_display(),
            )  # fmt: skip
        if version.status == RunStatus.FAILED:
            return format_html('{}: <span title="{}">{}</span>', _("Failed"), version.error,
                               version.error[:80])  # fmt: skip
        return version.get_status_display()

    @admin.display(description=gettext_lazy("nDCG@10 (popularity)"))
    def quality(self, version: ModelVersion) -> str:
        figures = version.metrics
        if "model" not in figures:
            return read(figures["note"]) if "note" in figures else "–"
        model, popular = figures["model"]["ndcg@10"], figures["popularity"]["ndcg@10"]
        return f"{model:.4f} ({popular:.4f})"

    @admin.display(description=gettext_lazy("Took"))
    def duration(self, version: ModelVersion) -> str:
        if version.finished_at is None:
            return "–"
        took = version.finished_at - version.started_at
        return _("%(seconds)s s") % {"seconds": round(took.total_seconds())}

    @admin.action(description=gettext_lazy("Make live"), permissions=["change"])
    def promote(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> None:
        if queryset.count() != 1:
            self.message_user(request, _("Choose exactly one version."), messages.ERROR)
            return
        version = queryset.get()
        self._report(request, lambda: self._promote(request, version))

    def _promote(self, request: HttpRequest, version: ModelVersion) -> str:
        publishing.promote(version)
        self._log(request, version, _("Made live."))
        return _("Version %(version)s is live for %(surface)s in %(scope)s.") % _place(version)

    def _roll_back(self, request: HttpRequest, surface: str, scope: str) -> str:
        version = publishing.roll_back(surface, scope)
        self._log(request, version, _("Made live by a roll back."))
        text = _("Rolled back: version %(version)s is live for %(surface)s in %(scope)s.")
        return text % _place(version)

    def _train(self, request: HttpRequest, surface: str, scope: str) -> str:
        train.delay(surface, scope)
        return _("Training has been started. This page shows how far it is.")

    def _report(self, request: HttpRequest, act: Any) -> None:
        try:
            self.message_user(request, act(), messages.SUCCESS)
        except RecommendationsError as error:
            self.message_user(request, str(error), messages.ERROR)

    def _log(self, request: HttpRequest, version: ModelVersion, message: str) -> None:
        LogEntry.objects.log_actions(
            str(request.user.pk), [version], CHANGE, message, single_object=True
        )

    def why(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return why.page(request, self.admin_site)

    # The buttons above the list: each is a form of its own, posted, for those who may change.

    def get_urls(self) -> list[Any]:
        return [
            path(
                "why/",
                self.admin_site.admin_view(require_safe(self.why)),
                name="recommendations_why",
            ),
            path("train/", self._button(self._train), name="recommendations_train"),
            path("roll-back/", self._button(self._roll_back), name="recommendations_roll_back"),
            *super().get_urls(),
        ]

    def _button(self, act: Any) -> Any:
        def view(request: HttpRequest) -> HttpResponse:
            if not self.has_change_permission(request):
                raise PermissionDenied
            surface, scope = request.POST.get("surface", ""), request.POST.get("scope", "")
            self._report(request, lambda: act(request, surface, scope))
            return HttpResponseRedirect(reverse("admin:recommendations_modelversion_changelist"))

        return self.admin_site.admin_view(require_POST(view))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["evaluation"] = figures.evaluation(context["original"].metrics)
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            "may_train": self.has_change_permission(request),
            "surfaces": [(surface.value, surface.label) for surface in TRAINED],
            "scopes": get_settings().SCOPES,
            "running": ModelVersion.objects.filter(status=RunStatus.RUNNING).exists(),
        }
        return super().changelist_view(request, context | (extra_context or {}))


def _place(version: ModelVersion) -> dict[str, str]:
    return {
        "version": str(version),
        "surface": version.get_surface_display(),
        "scope": version.scope,
    }
