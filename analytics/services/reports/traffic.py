"""Traffic and frequency: how many come, from where, when, and how often again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.models import Device, Source
from analytics.services.reports import reading
from analytics.services.reports.base import Filters, Report, Unit, column, named, table
from analytics.services.reports.reading import Sums, sums
from analytics.services.retention import first_kept_day
from analytics.stats.arrays import share
from analytics.stats.daily import Measure
from analytics.stats.traffic import frequency, week

COUNTED = (
    Measure.VISITS, Measure.VISITORS, Measure.PAGES, Measure.BOUNCES, Measure.SECONDS,
)  # fmt: skip
UNKNOWN = "unknown"
CHANNELS_AND_DEVICES = {**dict(Source.choices), **dict(Device.choices), UNKNOWN: _("Unknown")}


@dataclass(frozen=True)
class TrafficDay:
    day: date = column(_("Day"), Unit.DATE)
    visits: int = column(_("Visits"))
    visitors: int = column(_("Visitors"))
    pages: int = column(_("Pages seen"))
    bounce_rate: float = column(_("Bounce rate"), Unit.SHARE)
    seconds: float = column(_("Mean time of a visit"), Unit.SECONDS)


@dataclass(frozen=True)
class TrafficSegment:
    name: str = column(_("Name"), Unit.TEXT, shown=named(CHANNELS_AND_DEVICES))
    visits: int = column(_("Visits"))
    share: float = column(_("Share"), Unit.SHARE)
    pages: float = column(_("Pages a visit"), Unit.NUMBER)
    bounce_rate: float = column(_("Bounce rate"), Unit.SHARE)
    seconds: float = column(_("Mean time of a visit"), Unit.SECONDS)


@dataclass(frozen=True)
class TrafficHour:
    hour: int = column(_("Hour"))
    monday: int = column(WEEKDAYS[0])
    tuesday: int = column(WEEKDAYS[1])
    wednesday: int = column(WEEKDAYS[2])
    thursday: int = column(WEEKDAYS[3])
    friday: int = column(WEEKDAYS[4])
    saturday: int = column(WEEKDAYS[5])
    sunday: int = column(WEEKDAYS[6])


@dataclass(frozen=True)
class VisitFrequency:
    days: str = column(_("Days with a visit"), Unit.TEXT)
    visitors: int = column(_("Visitors"))
    share: float = column(_("Share"), Unit.SHARE)


@dataclass(frozen=True, kw_only=True)
class Traffic(Report):
    days: list[TrafficDay] = table(_("Visits by day"))
    channels: list[TrafficSegment] = table(_("Visits by channel"))
    devices: list[TrafficSegment] = table(_("Visits by device"))
    hours: list[TrafficHour] = table(_("Visits by the hour and weekday they began"))
    frequency: list[VisitFrequency] = table(_("Visitors by the days on which they came"))


def report(filters: Filters) -> Traffic:
    by_day = sums(filters, COUNTED, "day")
    visits = [total for (measure, _), total in by_day.items() if measure == Measure.VISITS]
    missing = reading.nothing_rolled_up()
    if not visits:
        missing.append(
            gettext(
                "No visits in this period: add the middleware for page views, or send PAGE_VIEW "
                "and PRODUCT_VIEW events with `trackEvents`."
            )
        )
    return Traffic(
        filters=filters,
        missing=missing,
        notes=_notes(filters),
        simulated=share(sum(v.simulated for v in visits), sum(v.value for v in visits)),
        days=[_day(by_day, filters.start + timedelta(days=n)) for n in range(filters.days)]
        if visits
        else [],
        channels=_segments(filters, "source"),
        devices=_segments(filters, "device"),
        hours=_hours(filters) if visits else [],
        frequency=_frequency(filters) if visits else [],
    )


def _notes(filters: Filters) -> list[str]:
    notes = [
        gettext("The same person on two days is counted in both; the last table tells how many.")
    ]
    first = first_kept_day(timezone.now())
    if filters.start < first:
        text = gettext("The last table begins on %(day)s: older events are no longer kept.")
        notes.append(text % {"day": first})
    return notes


def _day(found: Sums, day: date) -> TrafficDay:
    visits, visitors, pages, bounces, seconds = (found[one, day].value for one in COUNTED)
    return TrafficDay(
        day, int(visits), int(visitors), int(pages),
        share(bounces, visits), share(seconds, visits),
    )  # fmt: skip


def _segments(filters: Filters, by: str) -> list[TrafficSegment]:
    found = sums(filters, COUNTED, by)
    names = {str(name) for _, name in found}
    every = sum(found[Measure.VISITS, name].value for name in names)
    rows = []
    for name in names:
        visits, _, pages, bounces, seconds = (found[one, name].value for one in COUNTED)
        rates = (share(part, visits) for part in (pages, bounces, seconds))
        rows.append(TrafficSegment(name or UNKNOWN, int(visits), share(visits, every), *rates))
    return sorted(rows, key=lambda row: (-row.visits, row.name))


def _hours(filters: Filters) -> list[TrafficHour]:
    found = sums(filters, [Measure.HOUR], "day", "key")
    weekdays = np.array([day.weekday() for _, day, _ in found], dtype=np.int64)
    hours = np.array([int(key) for _, _, key in found], dtype=np.int64)
    visits = np.array([total.value for total in found.values()], dtype=np.int64)
    # a day on which clocks go back has 25 hours
    counts = week(weekdays, np.minimum(hours, 23), visits)
    return [TrafficHour(hour, *counts[:, hour].tolist()) for hour in range(24)]


def _frequency(filters: Filters) -> list[VisitFrequency]:
    days = reading.sums_by_key(filters, Measure.DAYS)
    counts = np.fromiter(days.values(), np.int64, len(days))
    return [
        VisitFrequency(
            _range(one.at_least, one.at_most), one.visitors, share(one.visitors, len(days))
        )
        for one in frequency(counts)
    ]


def _range(low: int, high: int | None) -> str:
    if high is None:
        return f"{low}+"
    return str(low) if low == high else f"{low}–{high}"
