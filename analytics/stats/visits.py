"""Visits: what one visitor does until half an hour of silence, or midnight where the shop is.

The rule of web analytics since the Web Analytics Association's definitions (2008). Because no
visit passes midnight, the visits of a day follow from the events of that day alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

import numpy as np

from analytics.stats.arrays import Codes, Flags, Floats

#: Seconds without an event that end a visit.
SILENCE = 30 * 60.0


def midnights(first: date, days: int, zone: tzinfo) -> Floats:
    """The start of each day and the end of the last, in Unix seconds: (days + 1,).

    Days of 23 or 25 hours, when clocks change, are as long as they are.
    """
    starts = (
        datetime.combine(first + timedelta(days=number), time(), zone) for number in range(days + 1)
    )
    return np.array([start.timestamp() for start in starts])


def day_of(at: Floats, starts: Floats) -> Codes:
    """The number of the day of each moment, (n,): −1 before the first of `midnights`."""
    return np.searchsorted(starts, at, side="right").astype(np.int64) - 1


def visit_of(visitor: Codes, at: Floats, day: Codes) -> Codes:
    """The visit of each event, numbered from 0 by visitor and time.

    visitor, day: codes (n,); at: Unix seconds (n,). Returns (n,).
    """
    order = np.lexsort((at, visitor))
    new = np.ones(len(order), dtype=bool)
    if len(order):
        new[1:] = (
            (np.diff(visitor[order]) != 0)
            | (np.diff(at[order]) >= SILENCE)
            | (np.diff(day[order]) != 0)
        )
    visit = np.empty(len(order), dtype=np.int64)
    visit[order] = np.cumsum(new) - 1
    return visit


@dataclass(frozen=True)
class Visits:
    """All arrays are (visits,)."""

    #: The first event of each.
    first: Codes
    #: Unix seconds.
    start: Floats
    #: Seconds from the first event to the last: 0 for a single event.
    seconds: Floats
    #: Pages and products looked at.
    pages: Codes
    #: Visits of one page in which nothing else happened.
    bounced: Flags


def describe(visit: Codes, at: Floats, is_page: Flags) -> Visits:
    """visit: `visit_of` (n,); at: Unix seconds (n,); is_page: which events are page views (n,)."""
    order = np.lexsort((at, visit))
    _, first, events = np.unique(visit[order], return_index=True, return_counts=True)
    last = first + events - 1
    pages = np.bincount(visit, weights=is_page, minlength=len(first)).astype(np.int64)
    start = at[order][first]
    return Visits(
        first=order[first],
        start=start,
        seconds=at[order][last] - start,
        pages=pages,
        bounced=(events == 1) & (pages == 1),
    )
