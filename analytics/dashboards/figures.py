"""The plots of each subject.

A figure is drawn from the rows of its report alone, which stand in a table below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.dashboards.charts import (
    SHARE_AXIS,
    Figure,
    bars,
    column,
    columns,
    heat,
    label,
    labels,
)
from analytics.services.reports.attribution import Attribution
from analytics.services.reports.base import Report
from analytics.services.reports.carts import CartReport
from analytics.services.reports.cohorts import Cohorts
from analytics.services.reports.funnel import Funnel, FunnelSegment
from analytics.services.reports.loyalty import Loyalty
from analytics.services.reports.paths import MATRIX, Flow, Paths
from analytics.services.reports.products import Products
from analytics.services.reports.reviews import Reviews
from analytics.services.reports.rfm import RFM
from analytics.services.reports.searches import Searches
from analytics.services.reports.support import Support
from analytics.services.reports.traffic import Traffic
from analytics.stats.paths import EXIT

MOST_FLOWS = 40
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _traffic(report: Traffic) -> list[Figure]:
    days = column(report.days, "day")
    lines = [
        {"type": "scatter", "mode": "lines", "name": name.capitalize(),
         "x": [str(day) for day in days], "y": column(report.days, name)}
        for name in ("visits", "visitors")
    ]  # fmt: skip
    week = [[getattr(hour, day.lower()) for hour in report.hours] for day in WEEKDAYS]
    return [
        Figure("Visits and visitors by day", "days", lines, {"yaxis": {"rangemode": "tozero"}}),
        bars("Visits by channel", "channels", report.channels, "name", "visits", "Visits"),
        bars("Visits by device", "devices", report.devices, "name", "visits", "Visits"),
        heat("Visits by weekday and hour", "hours", range(24), WEEKDAYS, week, "Visits"),
        columns("Visitors by the days on which they came", "frequency",
                column(report.frequency, "days"),
                {"Visitors": column(report.frequency, "visitors")}, "Visitors",
                xaxis={"type": "category"}),
    ]  # fmt: skip


def _funnel(report: Funnel) -> list[Figure]:
    steps = {
        "type": "funnel", "y": column(report.steps, "step"), "x": column(report.steps, "visits"),
        "textinfo": "value+percent initial",
    }  # fmt: skip
    return [
        Figure("From a look to an order", "steps", [steps],
               {"yaxis": {"automargin": True}, "height": 320}),
        _conversion("Conversion by device", "devices", report.devices),
        _conversion("Conversion by channel", "channels", report.channels),
    ]  # fmt: skip


def _conversion(title: str, table: str, rows: list[FunnelSegment]) -> Figure:
    points = {
        "type": "scatter", "mode": "markers", "marker": {"size": 10},
        "y": column(rows, "name"), "x": column(rows, "conversion"),
        "error_x": {
            "type": "data", "symmetric": False,
            "array": [row.high - row.conversion for row in rows],
            "arrayminus": [row.conversion - row.low for row in rows],
        },
    }  # fmt: skip
    return Figure(f"{title}, with 95% intervals", table, [points], {
        "xaxis": SHARE_AXIS | {"title": {"text": "Share of visits that order"}},
        "yaxis": {"type": "category", "autorange": "reversed", "automargin": True},
        "height": 140 + 40 * len(rows),
    })  # fmt: skip


def _paths(report: Paths) -> list[Figure]:
    places = [row.place for row in report.entries]
    places += [row.place for row in report.exits if row.place not in places]
    rows = places[:MATRIX]
    shares = {(row.start, row.end): row.share for row in report.steps}
    matrix = [[shares.get((start, end), 0.0) for end in (*rows, EXIT)] for start in rows]
    return [
        _sankey(report.flows),
        heat("Where visits go next", "steps", [*rows, EXIT], rows, matrix, "Share"),
        bars("Where visits begin", "entries", report.entries, "place", "visits", "Visits"),
        bars("Where visits end", "exits", report.exits, "place", "visits", "Visits"),
    ]


def _sankey(flows: list[Flow]) -> Figure:
    """The largest flows between the first places of visits; a node is a place at a step."""
    some = sorted(flows, key=lambda row: -row.visits)[:MOST_FLOWS]
    ends = [((row.step, row.start), (row.step + 1, row.end)) for row in some]
    nodes = {node: number for number, node in enumerate(dict.fromkeys(n for e in ends for n in e))}
    data = {
        "type": "sankey",
        "node": {"label": labels([place for _, place in nodes]), "pad": 14},
        "link": {
            "source": [nodes[start] for start, _ in ends],
            "target": [nodes[end] for _, end in ends],
            "value": column(some, "visits"),
        },
    }
    return Figure("The first steps of visits", "flows", [data], {"height": 460})


def _carts(report: CartReport) -> list[Figure]:
    days = [str(day) for day in column(report.days, "day")]
    series = {name.capitalize(): column(report.days, name) for name in ("ordered", "abandoned")}
    rest = [row.carts - row.ordered - row.abandoned for row in report.days]
    sizes = {
        "Ordered": column(report.sizes, "ordered"),
        "Not ordered": [row.carts - row.ordered for row in report.sizes],
    }
    return [
        columns("Carts by the day they were begun", "days", days, series | {"Still open": rest},
                "Carts", barmode="stack"),
        columns("Time from the first piece to the order", "times", column(report.times, "name"),
                {"Carts": column(report.times, "carts")}, "Carts", xaxis={"type": "category"}),
        columns("Carts by the pieces in them", "sizes", column(report.sizes, "name"), sizes,
                "Carts", barmode="stack", xaxis={"type": "category"}),
    ]  # fmt: skip


def _rfm(report: RFM) -> list[Figure]:
    cells = {(row.recency, row.frequency): row.customers for row in report.cells}
    z = [[cells.get((r, f)) for f in range(1, 6)] for r in range(5, 0, -1)]
    heads = [f"Frequency {f}" for f in range(1, 6)]
    return [
        bars("Customers by segment", "segments", report.segments, "name", "customers", "Customers"),
        bars("Revenue by segment", "segments", report.segments, "name", "revenue", "Share"),
        heat("Customers by their scores", "cells", heads, [f"Recency {r}" for r in range(5, 0, -1)],
             z, "Customers"),
        bars("Customers by cluster", "clusters", report.clusters, "name", "customers", "Customers"),
    ]  # fmt: skip


def _cohorts(report: Cohorts) -> list[Figure]:
    width = max((len(row.shares) for row in report.cohorts), default=0)
    z = [[*row.shares, *[None] * (width - len(row.shares))] for row in report.cohorts]
    heads = [f"Month {number}" for number in range(1, width + 1)]
    months = column(report.cohorts, "month")
    return [heat("Share of each cohort that orders again", "cohorts", heads, months, z, "Share")]


def _loyalty(report: Loyalty) -> list[Figure]:
    return [
        bars("Customers by the chance that they are still customers", "bands", report.bands,
             "chance", "customers", "Customers"),
        bars("Purchase days to expect of them", "bands", report.bands, "chance", "expected",
             "Purchase days"),
    ]  # fmt: skip


def _products(report: Products) -> list[Figure]:
    seen = [row for row in report.products if row.views]
    points = {
        "type": "scatter", "mode": "markers",
        "x": column(seen, "views"), "y": column(seen, "conversion"),
        "text": [label(row.title or row.product) for row in seen],
    }  # fmt: skip
    figures = [
        Figure("Seen and bought", "products", [points], {
            "xaxis": {"type": "log", "title": {"text": "Visits that saw it"}},
            "yaxis": SHARE_AXIS | {"title": {"text": "Bought"}}, "hovermode": "closest",
        }),
    ] if seen else []  # fmt: skip
    named = [_Named(row.title or row.product, row.revenue) for row in report.products]
    money = f"Revenue, {report.currency}"
    return [*figures, bars("Revenue by product", "products", named, "name", "value", money)]


@dataclass(frozen=True)
class _Named:
    name: str
    value: float


def _searches(report: Searches) -> list[Figure]:
    return [
        bars("Most frequent searches", "top", report.top, "query", "searches", "Searches"),
        bars("Most often without a result", "empty", report.empty, "query", "empty", "Searches"),
        bars("Results nobody opens", "unopened", report.unopened, "query", "unopened", "Searches"),
    ]


def _reviews(report: Reviews) -> list[Figure]:
    trend = {
        "type": "scatter", "mode": "lines+markers",
        "x": column(report.months, "month"), "y": column(report.months, "mean"),
    }  # fmt: skip
    return [
        columns("Ratings", "stars", column(report.stars, "stars"),
                {"Reviews": column(report.stars, "reviews")}, "Reviews"),
        Figure("Mean rating by month", "months", [trend],
               {"yaxis": {"range": [1, 5]}, "xaxis": {"type": "category"}}),
        bars("Words of low ratings (right) and high ones (left)", "words", report.words, "word",
             "z", "z"),
    ]  # fmt: skip


def _support(report: Support) -> list[Figure]:
    weeks = [str(week) for week in column(report.weeks, "week")]
    series = {name.capitalize(): column(report.weeks, name) for name in ("opened", "closed")}
    products = [_Named(row.title or row.product, row.tickets) for row in report.products]
    return [
        columns("Tickets by week", "weeks", weeks, series, "Tickets", barmode="group"),
        bars("What tickets are about", "topics", report.topics, "words", "tickets", "Tickets"),
        bars("Products that cause tickets", "products", products, "name", "value", "Tickets"),
    ]


def _attribution(report: Attribution) -> list[Figure]:
    named = [_Named(f"{row.surface}, version {row.version}", row.rate or 0) for row in report.lists]
    money = [_Named(one.name, row.revenue) for one, row in zip(named, report.lists, strict=True)]
    return [
        bars("Click rate", "lists", named, "name", "value", "Share"),
        bars("Revenue owed to suggestions", "lists", money, "name", "value",
             f"Revenue, {report.currency}"),
    ]  # fmt: skip


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
}


def figures(report: Report) -> list[Figure]:
    """The plots of a report, but for those whose table is empty."""
    return [one for one in _DRAWN[type(report)](report) if getattr(report, one.table)]
