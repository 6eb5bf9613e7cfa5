"""The figures of one day that may be added up over days: what reports are made of.

A visit ends at midnight, so the figures of a day follow from its events alone, in any order.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from analytics.stats import events as kinds
from analytics.stats import funnel, paths, searches
from analytics.stats.arrays import Codes, Flags, Floats, encode, group_of
from analytics.stats.events import Events, Texts
from analytics.stats.visits import Visits, describe, visit_of

HOUR = 3600.0
#: Places a day tells apart; the visits of all others are those of one.
MOST_PLACES = 40
#: All keys that are not told apart.
OTHER = "(other)"
PRODUCT = "(product)"
BETWEEN = " › "
LONGEST_PLACE, LONGEST_KEY = 40, 255
#: What is a step of a visit wherever it happens.
ACTIONS = {
    kinds.SEARCH: "(search)",
    kinds.CART_ADD: "(cart)",
    kinds.CHECKOUT_START: "(checkout)",
    kinds.PURCHASE: "(order)",
}


class Measure(StrEnum):
    """What is counted, and the key it is counted by."""

    VISITS = "visits"
    VISITORS = "visitors"  # of the day: those of two days are not added up
    DAYS = "days"  # on which a visitor came, by visitor: forgotten with the events of the day
    PAGES = "pages"
    BOUNCES = "bounces"
    SECONDS = "seconds"
    HOUR = "hour"  # visits by the hour in which they began
    STEP = "step"  # visits by the steps of the funnel they reached
    LINK = "link"  # visits from one place to the next
    BEGINNING = "beginning"  # visits by the first places they saw
    VIEWS = "views"  # by product, as all below
    ADDS = "adds"  # of the visits that saw it
    CONVERSIONS = "conversions"  # those of them that bought it
    BUYS = "buys"
    UNITS = "units"
    REVENUE = "revenue"
    RETURNS = "returns"
    RATINGS = "ratings"
    STARS = "stars"
    TICKETS = "tickets"
    SEARCHES = "searches"  # by query, as those below
    EMPTY = "empty"
    OPENED = "opened"
    SEARCHERS = "searchers"  # visitors of the day, each once a query


class Figure(NamedTuple):
    """A sum over the events of a day that share all that comes before it. `simulated` is the part
    of it that follows from simulated events."""

    measure: str
    key: str
    source: str
    device: str
    currency: str
    value: float
    simulated: float


class Day:
    """A day's events with their visits. A visit has the channel and the device that are known
    first in it, and is simulated when one of its events is."""

    def __init__(self, events: Events, midnight: float) -> None:
        self.events, self.midnight = events, midnight
        self.inside = np.asarray(events.visitor != "", dtype=bool)
        self.visitor, _ = encode(events.visitor[self.inside].tolist())
        self.at = events.at[self.inside]
        self.visit = visit_of(self.visitor, self.at, np.zeros_like(self.visitor))
        views = events.of(kinds.PAGE_VIEW) | events.of(kinds.PRODUCT_VIEW)
        self.visits: Visits = describe(self.visit, self.at, views[self.inside])
        self.count = len(self.visits.first)
        products, names = encode(events.product.tolist())
        #: The visit and the product of each event as one number; outside visits it means nothing.
        self.pair = products.copy()
        self.pair[self.inside] += self.visit * len(names)
        self.source, self.visit_source = self._of_visits(events.source)
        self.device, self.visit_device = self._of_visits(events.device)
        self.visit_simulated = np.zeros(self.count, dtype=bool)
        np.logical_or.at(self.visit_simulated, self.visit, events.simulated[self.inside])

    def _of_visits(self, values: Texts) -> tuple[Texts, Texts]:
        """The value for each event, its visit's if it has one, and for each visit."""
        inside = values[self.inside]
        order = np.lexsort((self.at, np.asarray(inside == "", dtype=bool), self.visit))
        _, first = np.unique(self.visit[order], return_index=True)
        of_visit = inside[order][first]
        of_event = values.copy()
        of_event[self.inside] = of_visit[self.visit]
        return of_event, of_visit

    def sum_visits(
        self,
        measure: Measure,
        chosen: Codes,
        keys: Texts | None = None,
        values: Floats | None = None,
    ) -> list[Figure]:
        """Adds up values, or counts, of the visits chosen: codes (m,); keys, values: (m,)."""
        if keys is None:
            keys = np.full(len(chosen), "", dtype=object)
        return add_up(
            measure, keys, self.visit_source[chosen], self.visit_device[chosen],
            self.visit_simulated[chosen], values,
        )  # fmt: skip

    def sum_events(
        self, measure: Measure, chosen: Flags, keys: Texts, values: Floats | None = None,
        currencies: Texts | None = None,
    ) -> list[Figure]:  # fmt: skip
        """Adds up values, or counts, of the events chosen: flags (n,); keys, values: (n,)."""
        return add_up(
            measure, keys[chosen], self.source[chosen], self.device[chosen],
            self.events.simulated[chosen], None if values is None else values[chosen],
            None if currencies is None else currencies[chosen],
        )  # fmt: skip


def add_up(
    measure: Measure,
    keys: Texts,
    sources: Texts,
    devices: Texts,
    simulated: Flags,
    values: Floats | None = None,
    currencies: Texts | None = None,
) -> list[Figure]:
    """Sums by key, channel, device and currency; without values each row counts 1. All (m,)."""
    n = len(keys)
    if currencies is None:
        currencies = np.full(n, "", dtype=object)
    labels = (keys, sources, devices, currencies)
    group, first = group_of(*(encode(label.tolist())[0] for label in labels))
    weights = np.ones(n) if values is None else np.nan_to_num(values)
    sums = np.bincount(group, weights=weights, minlength=len(first))
    made_up = np.bincount(group, weights=weights * simulated, minlength=len(first))
    return [
        Figure(measure, keys[row], sources[row], devices[row], currencies[row], total, part)
        for row, total, part in zip(first.tolist(), sums.tolist(), made_up.tolist(), strict=True)
        if total
    ]


def figures_of_day(events: Events, midnight: float) -> list[Figure]:
    """All figures of a day. midnight: its start where the shop is, Unix seconds."""
    day = Day(events, midnight)
    parts = (_traffic, _funnel, _paths, _products, _searches)
    return [figure for part in parts for figure in part(day)]


def _traffic(day: Day) -> list[Figure]:
    every = np.arange(day.count)
    _, first = np.unique(day.visitor[day.visits.first], return_index=True)
    visitors = day.events.visitor[day.inside][day.visits.first[first]]
    hours = ((day.visits.start - day.midnight) // HOUR).astype(np.int64).astype(str).astype(object)
    return [
        *day.sum_visits(Measure.VISITS, every),
        *day.sum_visits(Measure.VISITORS, first),
        *day.sum_visits(Measure.DAYS, first, visitors),
        *day.sum_visits(Measure.PAGES, every, values=day.visits.pages.astype(np.float64)),
        *day.sum_visits(Measure.BOUNCES, np.flatnonzero(day.visits.bounced)),
        *day.sum_visits(Measure.SECONDS, every, values=day.visits.seconds),
        *day.sum_visits(Measure.HOUR, every, hours),
    ]


def _funnel(day: Day) -> list[Figure]:
    steps = (kinds.PRODUCT_VIEW, kinds.CART_ADD, kinds.CHECKOUT_START, kinds.PURCHASE)
    step = np.full(len(day.visit), -1, dtype=np.int64)
    for number, kind in enumerate(steps):
        step[day.events.of(kind)[day.inside]] = number
    last = funnel.furthest(day.visit, step, day.count)
    figures: list[Figure] = []
    for number, name in enumerate(funnel.STEPS):
        chosen = np.flatnonzero(last >= number)
        figures += day.sum_visits(Measure.STEP, chosen, np.full(len(chosen), name, dtype=object))
    return figures


def _paths(day: Day) -> list[Figure]:
    names = _places(day.events)[day.inside]
    there = np.flatnonzero(names != "")
    codes, labels = encode(names[there].tolist())
    visit, steps = paths.routes(day.visit[there], day.at[there], codes)
    begins: list[str] = []
    links: list[list[str]] = []
    for route in paths.split_routes(visit, steps):
        places = [str(labels[code]) for code in route]
        begins.append(BETWEEN.join(places[: paths.LONGEST]))
        whole = (paths.ENTRY, *places, paths.EXIT)
        links.append([BETWEEN.join(pair) for pair in pairwise(whole)])
    visits = np.unique(visit)
    repeated = np.repeat(visits, np.array([len(some) for some in links], dtype=np.int64))
    return [
        *day.sum_visits(Measure.BEGINNING, visits, _texts(begins)),
        *day.sum_visits(Measure.LINK, repeated, _texts([one for some in links for one in some])),
    ]


def _places(events: Events) -> Texts:
    """Where each event happened, "" for those that are no step of a visit: (n,)."""
    names = [
        ACTIONS[kind]
        if kind in ACTIONS
        else paths.place(path)[:LONGEST_PLACE] or (PRODUCT if kind == kinds.PRODUCT_VIEW else "")
        if kind in (kinds.PAGE_VIEW, kinds.PRODUCT_VIEW)
        else ""
        for kind, path in zip(events.kind.tolist(), events.path.tolist(), strict=True)
    ]
    counts = Counter(name for name in names if name)
    usual = sorted(counts, key=lambda name: (-counts[name], name))[:MOST_PLACES]
    kept = {name: name for name in usual} | {"": ""}
    return _texts([kept.get(name, OTHER) for name in names])


def _products(day: Day) -> list[Figure]:
    events, product = day.events, day.events.product
    known = np.asarray(product != "", dtype=bool)
    bought, reviewed = events.of(kinds.PURCHASE) & known, events.of(kinds.REVIEW) & known
    views, adds, buys = (
        _once_a_visit(day, events.of(kind) & known)
        for kind in (kinds.PRODUCT_VIEW, kinds.CART_ADD, kinds.PURCHASE)
    )
    saw = _same_visit(day, views)
    return [
        *day.sum_events(Measure.VIEWS, views, product),
        *day.sum_events(Measure.ADDS, adds & saw, product),
        *day.sum_events(Measure.CONVERSIONS, buys & saw, product),
        *day.sum_events(Measure.BUYS, buys, product),
        *day.sum_events(Measure.UNITS, bought, product, events.quantity),
        *day.sum_events(Measure.REVENUE, bought, product, events.amount, events.currency),
        *day.sum_events(Measure.RETURNS, events.of(kinds.REFUND) & known, product, events.quantity),
        *day.sum_events(Measure.RATINGS, reviewed, product),
        *day.sum_events(Measure.STARS, reviewed, product, events.rating),
        *day.sum_events(Measure.TICKETS, events.of(kinds.SUPPORT_OPENED) & known, product),
    ]


def _once_a_visit(day: Day, chosen: Flags) -> Flags:
    """Of the events chosen, the first of each visit and product; all those outside visits. (n,)"""
    rows = np.flatnonzero(chosen & day.inside)
    rows = rows[np.argsort(day.events.at[rows], kind="stable")]
    _, first = np.unique(day.pair[rows], return_index=True)
    once = chosen & ~day.inside
    once[rows[first]] = True
    return once


def _same_visit(day: Day, chosen: Flags) -> Flags:
    """The events about a product in whose visit one of the events chosen is about it too. (n,)"""
    return day.inside & np.isin(day.pair, day.pair[chosen & day.inside])


def _searches(day: Day) -> list[Figure]:
    events = day.events
    searching = events.of(kinds.SEARCH)
    opening = events.of(kinds.CLICK) | events.of(kinds.PRODUCT_VIEW)
    opened = np.zeros(len(events), dtype=bool)
    opened[day.inside] = searches.followed(
        day.visit, day.at, searching[day.inside], opening[day.inside]
    )
    queries = _texts([searches.normalised(query)[:LONGEST_KEY] for query in events.query.tolist()])
    query, _ = encode(queries.tolist())
    asked = np.zeros(len(events), dtype=bool)
    asked[day.inside] = searches.first_asked(
        day.visitor, day.at, query[day.inside], searching[day.inside]
    )
    return [
        *day.sum_events(Measure.SEARCHES, searching, queries),
        *day.sum_events(Measure.EMPTY, searching & (events.results == 0), queries),
        *day.sum_events(Measure.OPENED, opened, queries),
        *day.sum_events(Measure.SEARCHERS, asked, queries),
    ]


def _texts(values: list[str]) -> Texts:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
