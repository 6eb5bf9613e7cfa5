"""Cohort retention: who comes back in the months after their first order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.services.days import midnight
from analytics.services.reports import reading
from analytics.services.reports.base import Filters, Report, Unit, column, table
from analytics.stats.arrays import Floats
from analytics.stats.cohorts import retention

#: Cohorts that are shown at least, where there are so many: a year, and the month that runs.
MONTHS = 13


@dataclass(frozen=True)
class Cohort:
    month: str = column(_("First order in"), Unit.TEXT)
    buyers: int = column(_("Buyers"))
    shares: list[float] = column(_("Month"), Unit.SHARE)


@dataclass(frozen=True, kw_only=True)
class Cohorts(Report):
    cohorts: list[Cohort] = table(_("Share of each cohort that orders again, by months since"))


def report(filters: Filters) -> Cohorts:
    """All orders up to the end of the period are read, so that a first order is the first."""
    orders = reading.orders(filters, "", all_before=True)
    if not len(orders.at):
        return Cohorts(filters=filters, missing=[str(reading.NO_ORDERS)])
    first_order = timezone.localdate(datetime.fromtimestamp(orders.at.min(), UTC))
    months = _months(first_order, filters.end)
    starts = np.array([midnight(month).timestamp() for month in months])
    number = np.searchsorted(starts, orders.at, side="right") - 1
    sizes, shares = retention(orders.buyer, number.astype(np.int64), len(months))
    since = min(filters.start.replace(day=1), months[-MONTHS:][0])
    rows = [
        _cohort(month, int(size), share)
        for month, size, share in zip(months, sizes, shares, strict=True)
        if size and month >= since
    ]
    missing = [] if rows else [gettext("Nobody ordered for the first time in this period.")]
    if len(months) < 3:
        missing.append(gettext("Cohorts tell something from the third month of orders on."))
    return Cohorts(
        filters=filters,
        simulated=orders.share_simulated,
        missing=missing,
        notes=[
            gettext("The last %(months)s months are shown where the period is shorter.")
            % {"months": MONTHS},
            gettext("The last month of each row is not over where the period ends within it."),
        ],
        cohorts=rows,
    )


def _cohort(month: date, size: int, shares: Floats) -> Cohort:
    known = shares[np.isfinite(shares)]
    return Cohort(f"{month:%Y-%m}", size, known[1:].tolist())


def _months(first: date, last: date) -> list[date]:
    """The first day of each month from one date to another."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    numbers = (first.month - 1 + number for number in range(count))
    return [date(first.year + number // 12, number % 12 + 1, 1) for number in numbers]
