"""Reports, and events and visitors to look things up: nothing here can be typed in or edited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from analytics.dashboards.forms import FilterForm
from analytics.dashboards.pages import plotly_script, plotly_version, sections, text
from analytics.models import Event, Report, Visitor
from analytics.services.reports import csv_file
from analytics.services.reports.base import Unit, tables
from analytics.services.reports.subjects import SUBJECTS, Subject
from analytics.services.rollup import rolled_up_until


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "visitor", "person", "path", "product_key", "simulated")
    list_filter = ("kind", "source", "device", "simulated")
    search_fields = ("=visitor", "=person", "=order_key", "=product_key")
    date_hierarchy = "at"
    show_full_result_count = False  # counting millions of rows takes longer than the page


@admin.register(Visitor)
class VisitorAdmin(ReadOnlyAdmin):
    list_display = ("pseudonym", "person", "first_seen")
    search_fields = ("=pseudonym", "=person")
    show_full_result_count = False


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """Pages instead of rows: one a subject, with its plots, its tables and their files."""

    def get_urls(self) -> list[Any]:
        pages: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
            ("plotly.min.js", self.script, "boughtwith_analytics_plotly"),
            ("<slug:subject>/", self.page, "boughtwith_analytics_subject"),
            ("<slug:subject>/<slug:table>.csv", self.file, "boughtwith_analytics_csv"),
        ]
        index = super().get_urls()[0]
        return [index, *(path(at, self._guarded(view), name=name) for at, view, name in pages)]

    def _guarded(self, view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if not self.has_view_permission(request):
                raise PermissionDenied
            return view(request, **kwargs)

        return self.admin_site.admin_view(guarded)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {"title": _("Reports"), "subjects": SUBJECTS.values(), "up_to": rolled_up_until()}
        return self._render(request, "index", context)

    def page(self, request: HttpRequest, subject: str) -> HttpResponse:
        chosen = _subject(subject)
        form = FilterForm(request.GET or None)
        context: dict[str, Any] = {
            "title": chosen.title,
            "subject": chosen,
            "subjects": SUBJECTS.values(),
            "form": form,
            "query": request.GET.urlencode(),
            "script_version": plotly_version() if plotly_script() else "",
            "up_to": rolled_up_until(),
        }
        if (filters := form.filters()) is not None:
            report = chosen.report(filters)
            context |= {
                "report": report,
                "sections": sections(report),
                "share_simulated": text(report.simulated, Unit.SHARE),
            }
        return self._render(request, "page", context)

    def file(self, request: HttpRequest, subject: str, table: str) -> HttpResponseBase:
        filters = FilterForm(request.GET or None).filters()
        if filters is None:
            return HttpResponseBadRequest(
                _("The filters are not valid."), content_type="text/plain; charset=utf-8"
            )
        report = _subject(subject).report(filters)
        found = next((one for one in tables(report) if one.name == table), None)
        if found is None:
            raise Http404
        mark = "-simulated" if report.simulated else ""
        name = f"{subject}-{table}-{filters.start}-{filters.end}{mark}.csv"
        return StreamingHttpResponse(
            csv_file.lines(report, found),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def script(self, request: HttpRequest) -> HttpResponseBase:
        """Plotly's own file: its address names the version, so that it can be kept."""
        found = plotly_script()
        if found is None:
            raise Http404
        response = FileResponse(found.open("rb"), content_type="text/javascript")
        response["Cache-Control"] = f"private, max-age={365 * 86_400}, immutable"
        return response

    def _render(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        template = f"admin/boughtwith_analytics/report/{name}.html"
        given = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, template, given)


def _subject(name: str) -> Subject:
    if name not in SUBJECTS:
        raise Http404
    return SUBJECTS[name]
