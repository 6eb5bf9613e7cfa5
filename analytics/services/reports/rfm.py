"""Recency, frequency and money: which kinds of customers the shop has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.services.reports import reading
from analytics.services.reports.base import Filters, Report, Unit, column, named, table
from analytics.services.reports.reading import Orders
from analytics.stats import rfm
from analytics.stats.arrays import Codes, Floats, last_by_group

DAY = 86_400.0
SEGMENTS = {
    "Champions": _("Champions"),
    "Loyal": _("Loyal"),
    "Potential loyalists": _("Potential loyalists"),
    "New": _("New"),
    "Promising": _("Promising"),
    "Need attention": _("Need attention"),
    "About to sleep": _("About to sleep"),
    "Cannot lose": _("Cannot lose"),
    "At risk": _("At risk"),
    "Hibernating": _("Hibernating"),
    "Lost": _("Lost"),
}


@dataclass(frozen=True)
class CustomerGroup:
    name: str = column(_("Name"), Unit.TEXT, shown=named(SEGMENTS))
    customers: int = column(_("Customers"))
    share: float = column(_("Share"), Unit.SHARE)
    days: float = column(_("Days since the last order"), Unit.NUMBER)
    orders: float = column(_("Orders"), Unit.NUMBER)
    money: float = column(_("Money"), Unit.MONEY)
    revenue: float = column(_("Of all revenue"), Unit.SHARE)


@dataclass(frozen=True)
class RFMCell:
    recency: int = column(_("Recency score"))
    frequency: int = column(_("Frequency score"))
    segment: str = column(_("Segment"), Unit.TEXT, shown=named(SEGMENTS))
    customers: int = column(_("Customers"))
    money: float = column(_("Mean money"), Unit.MONEY)


@dataclass(frozen=True, kw_only=True)
class RFM(Report):
    segments: list[CustomerGroup] = table(_("Segments"))
    clusters: list[CustomerGroup] = table(_("Clusters found in the data"))
    cells: list[RFMCell] = table(_("Customers by their scores"))


def report(filters: Filters) -> RFM:
    currency = reading.main_currency(filters)
    orders = reading.orders(filters, currency)
    if not len(orders.at):
        return RFM(filters=filters, missing=[str(reading.NO_ORDERS)])
    table = figures(orders, filters.closes.timestamp())
    days, counts, money = table
    recency, frequency = rfm.scores(-days), rfm.scores(counts)
    segment = rfm.segments(recency, frequency)
    cluster = rfm.clusters(rfm.features(days, counts, money))
    names = [name for name, _, _ in rfm.SEGMENTS]
    return RFM(
        filters=filters,
        simulated=orders.share_simulated,
        notes=[
            gettext(
                "Figures of a group are means of its customers; a guest is known by their device. "
                "Scores are fifths of the customers, 5 is best."
            )
        ],
        currency=currency,
        segments=_groups(segment, names, table),
        clusters=_groups(cluster, [str(n + 1) for n in range(cluster.max() + 1)], table),
        cells=_cells(recency, frequency, segment, money),
    )


def figures(orders: Orders, now: float) -> tuple[Floats, Floats, Floats]:
    """Days since the last order, number of orders and money of each buyer, (buyers,) each.

    now: Unix seconds.
    """
    n = len(orders.buyers)
    return (
        (now - last_by_group(orders.buyer, orders.at, n)) / DAY,
        np.bincount(orders.buyer, minlength=n).astype(np.float64),
        np.bincount(orders.buyer, weights=orders.amount, minlength=n).astype(np.float64),
    )


def _groups(
    group: Codes, names: list[str], table: tuple[Floats, Floats, Floats]
) -> list[CustomerGroup]:
    revenue = table[2].sum() or 1.0
    rows = []
    for number, name in enumerate(names):
        chosen = group == number
        if chosen.any():
            days, orders, money = (float(values[chosen].mean()) for values in table)
            part = float(table[2][chosen].sum() / revenue)
            rows.append(
                CustomerGroup(
                    name, int(chosen.sum()), float(chosen.mean()), days, orders, money, part
                )
            )
    return rows


def _cells(recency: Codes, frequency: Codes, segment: Codes, money: Floats) -> list[RFMCell]:
    rows = []
    for r in range(rfm.SCORES, 0, -1):
        for f in range(1, rfm.SCORES + 1):
            chosen = (recency == r) & (frequency == f)
            if chosen.any():
                name = rfm.SEGMENTS[segment[chosen][0]][0]
                rows.append(RFMCell(r, f, name, int(chosen.sum()), float(money[chosen].mean())))
    return rows
