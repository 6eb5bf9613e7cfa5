"""What visitors did, from the events of `analytics`: the one module here that knows that app."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max
from django.http import HttpRequest

from analytics.dashboards.pages import cell
from analytics.models import Event, EventKind
from analytics.services.reports import experiments
from analytics.services.reports.base import Filters, tables
from analytics.services.reports.patience import patience
from analytics.services.visitors import identify
from recommendations.stores.base import Findings, Scope, StartedExperiment


class EventBehaviour:
    """Behind `RECOMMENDATIONS["BEHAVIOUR"]` where `analytics` is installed."""

    def visitor_of(self, request: HttpRequest | None) -> str:
        caller = identify(request) if request is not None else None
        return caller.visitor if caller is not None else ""

    def viewed(self, request: HttpRequest | None, limit: int, scope: Scope) -> Sequence[str]:
        caller = identify(request) if request is not None else None
        if caller is None or not caller.visitor:
            return []
        views = Event.objects.filter(
            visitor=caller.visitor, person__in={"", caller.person},
            kind=EventKind.PRODUCT_VIEW, scope=scope.name,
        ).exclude(product_key="")  # fmt: skip
        newest = views.values("product_key").annotate(last=Max("at")).order_by("-last")
        return list(newest.values_list("product_key", flat=True)[:limit])

    def findings(self, experiment: StartedExperiment) -> Findings:
        with patience():
            report = experiments.compare([experiment], Filters.usual(scope=experiment.scope))
        arms = next(one for one in tables(report) if one.name == "arms")
        columns = arms.columns[1:]  # the page is that of the experiment
        return Findings(
            columns=[column.label for column in columns],
            rows=[
                [
                    cell(value, column, report.currency)
                    for value, column in zip(row[1:], columns, strict=True)
                ]
                for row in arms.cells
            ],
            notes=[*report.missing, *report.notes],
        )
