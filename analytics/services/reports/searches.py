"""Search: what is looked for most, what finds nothing, what nobody opens."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.services.reports import reading
from analytics.services.reports.base import Filters, Report, Unit, column, table
from analytics.services.reports.reading import NOTHING
from analytics.services.reports.reading import sums as read_sums
from analytics.services.retention import LEAST_SEARCHERS
from analytics.stats.daily import OTHER, Measure

#: Queries in each table.
MOST = 200


def query_name(query: str) -> str:
    """A query, or what stands for those of few visitors, in the language of the reader."""
    return gettext(query) if query == OTHER else query


@dataclass(frozen=True)
class QueryRow:
    query: str = column(_("Query"), Unit.TEXT, shown=query_name)
    searches: int = column(_("Searches"))
    empty: int = column(_("Without a result"))
    unopened: int = column(_("With results, nothing opened"))
    opened: float = column(_("Something opened"), Unit.SHARE)


@dataclass(frozen=True)
class SearchSummary:
    searches: int = column(_("Searches"))
    empty: float = column(_("Without a result"), Unit.SHARE)
    opened: float = column(_("Something opened"), Unit.SHARE)


@dataclass(frozen=True, kw_only=True)
class Searches(Report):
    summary: list[SearchSummary] = table(_("All searches"))
    top: list[QueryRow] = table(_("Most frequent"))
    empty: list[QueryRow] = table(_("Most often without a result"))
    unopened: list[QueryRow] = table(_("Most often with results nobody opened"))


def report(filters: Filters) -> Searches:
    measures = (Measure.SEARCHES, Measure.EMPTY, Measure.OPENED)
    totals = read_sums(filters, measures)
    every = totals[Measure.SEARCHES,]
    found = read_sums(filters, measures, "key")
    rows = [
        _row(str(key), *(int(found.get((one, key), NOTHING).value) for one in measures))
        for measure, key in list(found)
        if measure == Measure.SEARCHES
    ]
    missing = reading.nothing_rolled_up()
    if not rows:
        missing.append(gettext("No searches: send SEARCH events with `query` and `results`."))
    notes = [
        gettext("Opened is a search with a product or suggestion opened before the next search.")
    ]
    if (Measure.SEARCHES, OTHER) in found:
        text = gettext(
            "On days whose events are no longer kept, the queries that fewer than %(least)s "
            "visitors had are one: (other)."
        )
        notes.append(text % {"least": LEAST_SEARCHERS})
    return Searches(
        filters=filters,
        simulated=reading.share_simulated(every),
        missing=missing,
        notes=notes,
        summary=[_summary(totals)] if rows else [],
        top=_largest(rows, "searches"),
        empty=_largest(rows, "empty"),
        unopened=_largest(rows, "unopened"),
    )


def _row(query: str, searches: int, empty: int, opened: int) -> QueryRow:
    return QueryRow(query, searches, empty, max(searches - empty - opened, 0), opened / searches)


def _summary(totals: reading.Sums) -> SearchSummary:
    searches, empty, opened = (
        totals[one,].value for one in (Measure.SEARCHES, Measure.EMPTY, Measure.OPENED)
    )
    return SearchSummary(int(searches), empty / searches, opened / searches)


def _largest(rows: list[QueryRow], name: str) -> list[QueryRow]:
    some = [row for row in rows if getattr(row, name)]
    return sorted(some, key=lambda row: (-getattr(row, name), row.query))[:MOST]
