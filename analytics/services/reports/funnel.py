"""The funnel from a look to an order, whole and by device and channel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from analytics.services.reports import reading
from analytics.services.reports.base import Filters, Report, Unit, column, named, table
from analytics.services.reports.reading import sums
from analytics.services.reports.traffic import CHANNELS_AND_DEVICES, UNKNOWN
from analytics.stats.arrays import ratio
from analytics.stats.daily import Measure
from analytics.stats.funnel import STEPS, drop_off
from analytics.stats.uplift import wilson

NAMES = (
    gettext_noop("Saw a product"),
    gettext_noop("Filled a cart"),
    gettext_noop("Went to the checkout"),
    gettext_noop("Ordered"),
)


@dataclass(frozen=True)
class FunnelStep:
    step: str = column(_("Step"), Unit.TEXT, shown=gettext)
    visits: int = column(_("Visits"))
    share: float = column(_("Of all that saw a product"), Unit.SHARE)
    drop_off: float = column(_("Leave before the next step"), Unit.SHARE)


@dataclass(frozen=True)
class FunnelSegment:
    name: str = column(_("Name"), Unit.TEXT, shown=named(CHANNELS_AND_DEVICES))
    saw: int = column(_("Saw a product"))
    filled: int = column(_("Filled a cart"))
    went: int = column(_("Went to the checkout"))
    ordered: int = column(_("Ordered"))
    conversion: float = column(_("Conversion"), Unit.SHARE)
    low: float = column(_("95% from"), Unit.SHARE)
    high: float = column(_("95% to"), Unit.SHARE)
    before_cart: float = column(_("Leave before the cart"), Unit.SHARE)
    before_checkout: float = column(_("Leave before the checkout"), Unit.SHARE)
    before_order: float = column(_("Leave before the order"), Unit.SHARE)


@dataclass(frozen=True, kw_only=True)
class Funnel(Report):
    steps: list[FunnelStep] = table(_("Steps"))
    devices: list[FunnelSegment] = table(_("By device"))
    channels: list[FunnelSegment] = table(_("By channel"))


def report(filters: Filters) -> Funnel:
    found = sums(filters, [Measure.STEP], "key")
    totals = [found[Measure.STEP, step] for step in STEPS]
    counts = np.array([total.value for total in totals])
    missing = reading.nothing_rolled_up()
    if not counts.any():
        missing.append(gettext("No visit saw a product: send PRODUCT_VIEW events."))
    else:
        unreached = gettext("No visit reached “%(step)s” or further: is its event recorded?")
        missing += [
            unreached % {"step": gettext(name)}
            for name, count in zip(NAMES, counts, strict=True)
            if not count
        ]
    rows = zip(NAMES, counts.tolist(), ratio(counts, counts[0]), drop_off(counts), strict=True)
    return Funnel(
        filters=filters,
        simulated=reading.share_simulated(totals[0]),
        missing=missing,
        notes=[gettext("A visit counts for the furthest step it reached and for all before it.")],
        steps=[FunnelStep(name, int(n), float(share), float(lost)) for name, n, share, lost in rows]
        if counts.any()
        else [],
        devices=_segments(filters, "device"),
        channels=_segments(filters, "source"),
    )


def _segments(filters: Filters, by: str) -> list[FunnelSegment]:
    found = sums(filters, [Measure.STEP], by, "key")
    rows = []
    for name in {str(place[1]) for place in found}:
        counts = np.array([found[Measure.STEP, name, step].value for step in STEPS])
        rate = wilson(int(counts[-1]), int(counts[0]))
        lost = drop_off(counts).tolist()
        saw, filled, went, ordered = counts.astype(int).tolist()
        rows.append(
            FunnelSegment(
                name=name or UNKNOWN,
                saw=saw,
                filled=filled,
                went=went,
                ordered=ordered,
                conversion=rate.value,
                low=rate.low,
                high=rate.high,
                before_cart=lost[0],
                before_checkout=lost[1],
                before_order=lost[2],
            )
        )
    return sorted(rows, key=lambda row: (-row.saw, row.name))
