"""The plots of each subject.

A figure is drawn from the rows of its report alone, which stand in a table below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from analytics.dashboards.charts import (
    SHARE_AXIS,
    Figure,
    bars,
    column,
    columns,
    heat,
    intervals,
    label,
    labels,
    texts,
)
from analytics.services.reports.attribution import Attribution
from analytics.services.reports.base import Report
from analytics.services.reports.carts import CartReport
from analytics.services.reports.cohorts import Cohorts
from analytics.services.reports.experiments import Experiments
from analytics.services.reports.funnel import Funnel, FunnelSegment
from analytics.services.reports.loyalty import Loyalty
from analytics.services.reports.paths import MATRIX, Flow, Paths, place_names
from analytics.services.reports.products import Products
from analytics.services.reports.reviews import Reviews
from analytics.services.reports.rfm import RFM
from analytics.services.reports.searches import Searches
from analytics.services.reports.support import Support
from analytics.services.reports.traffic import Traffic
from analytics.stats.paths import EXIT

MOST_FLOWS = 40
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _traffic(report: Traffic) -> list[Figure]:
    days = column(report.days, "day")
    lines = [
        {"type": "scatter", "mode": "lines", "name": name,
         "x": [str(day) for day in days], "y": column(report.days, values)}
        for name, values in ((_("Visits"), "visits"), (_("Visitors"), "visitors"))
    ]  # fmt: skip
    week = [column(report.hours, day) for day in DAYS]
    names = [str(WEEKDAYS[number]) for number in range(7)]
    return [
        Figure(_("Visits and visitors by day"), "days", lines, {"yaxis": {"rangemode": "tozero"}}),
        bars(_("Visits by channel"), "channels", texts(report.channels, "name"),
             column(report.channels, "visits"), _("Visits")),
        bars(_("Visits by device"), "devices", texts(report.devices, "name"),
             column(report.devices, "visits"), _("Visits")),
        heat(_("Visits by weekday and hour"), "hours", range(24), names, week, _("Visits")),
        columns(_("Visitors by the days on which they came"), "frequency",
                column(report.frequency, "days"),
                {_("Visitors"): column(report.frequency, "visitors")}, _("Visitors"),
                xaxis={"type": "category"}),
    ]  # fmt: skip


def _funnel(report: Funnel) -> list[Figure]:
    steps = {
        "type": "funnel", "y": texts(report.steps, "step"), "x": column(report.steps, "visits"),
        "textinfo": "value+percent initial",
    }  # fmt: skip
    return [
        Figure(_("From a look to an order"), "steps", [steps],
               {"yaxis": {"automargin": True}, "height": 320}),
        _conversion(_("Conversion by device, with 95% intervals"), "devices", report.devices),
        _conversion(_("Conversion by channel, with 95% intervals"), "channels", report.channels),
    ]  # fmt: skip


def _conversion(title: str, table: str, rows: list[FunnelSegment]) -> Figure:
    found = [(row.conversion, row.low, row.high) for row in rows]
    return intervals(title, table, texts(rows, "name"), found, _("Share of visits that order"))


def _paths(report: Paths) -> list[Figure]:
    places = [row.place for row in report.entries]
    places += [row.place for row in report.exits if row.place not in places]
    rows = places[:MATRIX]
    names = [place_names(place) for place in rows]
    shares = {(row.start, row.end): row.share for row in report.steps}
    matrix = [[shares.get((start, end), 0.0) for end in (*rows, EXIT)] for start in rows]
    return [
        _sankey(report.flows),
        heat(_("Where visits go next"), "steps", [*names, place_names(EXIT)], names, matrix,
             _("Share"), share=True),
        bars(_("Where visits begin"), "entries", texts(report.entries, "place"),
             column(report.entries, "visits"), _("Visits")),
        bars(_("Where visits end"), "exits", texts(report.exits, "place"),
             column(report.exits, "visits"), _("Visits")),
    ]  # fmt: skip


def _sankey(flows: list[Flow]) -> Figure:
    """The largest flows between the first places of visits; a node is a place at a step."""
    some = sorted(flows, key=lambda row: -row.visits)[:MOST_FLOWS]
    ends = [((row.step, row.start), (row.step + 1, row.end)) for row in some]
    nodes = {node: number for number, node in enumerate(dict.fromkeys(n for e in ends for n in e))}
    data = {
        "type": "sankey",
        "node": {"label": labels([place_names(place) for _step, place in nodes]), "pad": 14},
        "link": {
            "source": [nodes[start] for start, _ in ends],
            "target": [nodes[end] for _, end in ends],
            "value": column(some, "visits"),
        },
    }
    return Figure(_("The first steps of visits"), "flows", [data], {"height": 460})


def _carts(report: CartReport) -> list[Figure]:
    days = [str(day) for day in column(report.days, "day")]
    days_of = {
        _("Ordered"): column(report.days, "ordered"),
        _("Abandoned"): column(report.days, "abandoned"),
        _("Still open"): [row.carts - row.ordered - row.abandoned for row in report.days],
    }
    sizes = {
        _("Ordered"): column(report.sizes, "ordered"),
        _("Not ordered"): [row.carts - row.ordered for row in report.sizes],
    }
    return [
        columns(_("Carts by the day they were begun"), "days", days, days_of,
                _("Carts"), barmode="stack"),
        columns(_("Time from the first piece to the order"), "times", texts(report.times, "name"),
                {_("Carts"): column(report.times, "carts")}, _("Carts"),
                xaxis={"type": "category"}),
        columns(_("Carts by the pieces in them"), "sizes", column(report.sizes, "name"), sizes,
                _("Carts"), barmode="stack", xaxis={"type": "category"}),
    ]  # fmt: skip


def _rfm(report: RFM) -> list[Figure]:
    cells = {(row.recency, row.frequency): row.customers for row in report.cells}
    z = [[cells.get((r, f)) for f in range(1, 6)] for r in range(5, 0, -1)]
    heads = [_("Frequency %(score)s") % {"score": f} for f in range(1, 6)]
    sides = [_("Recency %(score)s") % {"score": r} for r in range(5, 0, -1)]
    return [
        bars(_("Customers by segment"), "segments", texts(report.segments, "name"),
             column(report.segments, "customers"), _("Customers")),
        bars(_("Revenue by segment"), "segments", texts(report.segments, "name"),
             column(report.segments, "revenue"), _("Share"), share=True),
        heat(_("Customers by their scores"), "cells", heads, sides, z, _("Customers")),
        bars(_("Customers by cluster"), "clusters", texts(report.clusters, "name"),
             column(report.clusters, "customers"), _("Customers")),
    ]  # fmt: skip


def _cohorts(report: Cohorts) -> list[Figure]:
    width = max((len(row.shares) for row in report.cohorts), default=0)
    z = [[*row.shares, *[None] * (width - len(row.shares))] for row in report.cohorts]
    heads = [_("Month %(number)s") % {"number": number} for number in range(1, width + 1)]
    months = column(report.cohorts, "month")
    return [
        heat(_("Share of each cohort that orders again"), "cohorts", heads, months, z,
             _("Share"), share=True),
    ]  # fmt: skip


def _loyalty(report: Loyalty) -> list[Figure]:
    return [
        bars(_("Customers by the chance that they are still customers"), "bands",
             texts(report.bands, "chance"), column(report.bands, "customers"), _("Customers")),
        bars(_("Purchase days to expect of them"), "bands", texts(report.bands, "chance"),
             column(report.bands, "expected"), _("Purchase days")),
    ]  # fmt: skip


def _products(report: Products) -> list[Figure]:
    seen = [row for row in report.products if row.views]
    points = {
        "type": "scatter", "mode": "markers",
        "x": column(seen, "views"), "y": column(seen, "conversion"),
        "text": [label(row.title or row.product) for row in seen],
    }  # fmt: skip
    figures = [
        Figure(_("Seen and bought"), "products", [points], {
            "xaxis": {"type": "log", "title": {"text": _("Visits that saw it")}},
            "yaxis": SHARE_AXIS | {"title": {"text": _("Conversion")}}, "hovermode": "closest",
        }),
    ] if seen else []  # fmt: skip
    named = labels([row.title or row.product for row in report.products])
    revenue = column(report.products, "revenue")
    return [*figures, bars(_("Revenue by product"), "products", named, revenue, _money(report))]


def _money(report: Report) -> str:
    return _("Revenue, %(currency)s") % {"currency": report.currency}


def _searches(report: Searches) -> list[Figure]:
    shown = (
        (_("Most frequent searches"), "top", report.top, "searches"),
        (_("Most often without a result"), "empty", report.empty, "empty"),
        (_("Results nobody opens"), "unopened", report.unopened, "unopened"),
    )
    return [
        bars(title, rows_of, texts(rows, "query"), column(rows, counted), _("Searches"))
        for title, rows_of, rows, counted in shown
    ]


def _reviews(report: Reviews) -> list[Figure]:
    trend = {
        "type": "scatter", "mode": "lines+markers",
        "x": column(report.months, "month"), "y": column(report.months, "mean"),
    }  # fmt: skip
    return [
        columns(_("Ratings"), "stars", column(report.stars, "stars"),
                {_("Reviews"): column(report.stars, "reviews")}, _("Reviews")),
        Figure(_("Mean rating by month"), "months", [trend],
               {"yaxis": {"range": [1, 5]}, "xaxis": {"type": "category"}}),
        bars(_("Words of low ratings (right) and high ones (left)"), "words",
             texts(report.words, "word"), column(report.words, "z"), "z"),
    ]  # fmt: skip


def _support(report: Support) -> list[Figure]:
    weeks = [str(week) for week in column(report.weeks, "week")]
    series = {
        _("Opened"): column(report.weeks, "opened"),
        _("Closed"): column(report.weeks, "closed"),
    }
    products = labels([row.title or row.product for row in report.products])
    return [
        columns(_("Tickets by week"), "weeks", weeks, series, _("Tickets"), barmode="group"),
        bars(_("What tickets are about"), "topics", texts(report.topics, "words"),
             column(report.topics, "tickets"), _("Tickets")),
        bars(_("Products that cause tickets"), "products", products,
             column(report.products, "tickets"), _("Tickets")),
    ]  # fmt: skip


def _attribution(report: Attribution) -> list[Figure]:
    name = _("%(surface)s, version %(version)s")
    named = labels([name % vars(row) for row in report.lists])
    rates = [row.rate or 0 for row in report.lists]
    revenue = column(report.lists, "revenue")
    known = [row for row in report.arms if row.uplift is not None]
    uplifts = [(row.uplift, row.low, row.high) for row in known]
    drawn = [
        bars(_("Click rate"), "lists", named, rates, _("Share"), share=True),
        bars(_("Revenue owed to suggestions"), "lists", named, revenue, _money(report)),
        intervals(_("Uplift of buyers, with 95% intervals"), "arms",
                  labels([name % vars(row) for row in known]), uplifts, _("Uplift")),
    ]  # fmt: skip
    return drawn if known else drawn[:-1]


def _experiments(report: Experiments) -> list[Figure]:
    """The arms but for the controls, where there is something to compare."""
    drawn = []
    for title, unit, *ends in (
        (_("Uplift of buyers, with 95% intervals"), _("Uplift"), "uplift", "low", "high"),
        (_("Uplift of revenue, with 95% intervals"), _("Uplift"),
         "revenue_uplift", "revenue_low", "revenue_high"),
    ):  # fmt: skip
        rows = [row for row in report.arms if getattr(row, ends[0]) is not None]
        # the arm comes first: a long name of an experiment is cut
        names = labels([f"{row.arm}: {row.experiment}" for row in rows])
        found = [[getattr(row, end) for end in ends] for row in rows]
        drawn += [intervals(title, "arms", names, found, unit)] if rows else []
    return drawn


_DRAWN: Mapping[type[Report], Callable[[Any], list[Figure]]] = {
    Traffic: _traffic,
    Funnel: _funnel,
    Paths: _paths,
    CartReport: _carts,
    RFM: _rfm,
    Cohorts: _cohorts,
    Loyalty: _loyalty,
    Products: _products,
    Searches: _searches,
    Reviews: _reviews,
    Support: _support,
    Attribution: _attribution,
    Experiments: _experiments,
}


def figures(report: Report) -> list[Figure]:
    """The plots of a report, but for those whose table is empty."""
    return [one for one in _DRAWN[type(report)](report) if getattr(report, one.table)]
