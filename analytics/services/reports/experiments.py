"""What the arms of an experiment brought, by the visitors who were in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.models import Event, EventKind
from analytics.services.reports import reading
from analytics.services.reports.attribution import VERDICTS, known
from analytics.services.reports.base import Filters, Report, Unit, column, named, table
from analytics.stats.arrays import Codes, Floats
from analytics.stats.uplift import sample, sample_ratio, uplift, verdict

THE_CONTROL = "control"


@dataclass(frozen=True)
class ArmOutcome:
    arm: str = column(_("Arm"), Unit.TEXT)
    visitors: int = column(_("Visitors"))
    clicked: float = column(_("Visitors who clicked"), Unit.SHARE)
    added: float = column(_("Visitors who put one in the cart"), Unit.SHARE)
    bought: float = column(_("Visitors who bought anything"), Unit.SHARE)
    revenue: float = column(_("Revenue a visitor"), Unit.MONEY)
    uplift: float | None = column(_("Uplift of buyers"), Unit.SHARE, None)
    low: float | None = column(_("95% from"), Unit.SHARE, None)
    high: float | None = column(_("95% to"), Unit.SHARE, None)
    revenue_uplift: float | None = column(_("Uplift of revenue"), Unit.SHARE, None)
    revenue_low: float | None = column(_("95% from"), Unit.SHARE, None)
    revenue_high: float | None = column(_("95% to"), Unit.SHARE, None)
    verdict: str = column(
        _("Verdict"), Unit.TEXT, THE_CONTROL, named({**VERDICTS, THE_CONTROL: _("The control.")})
    )


@dataclass(frozen=True, kw_only=True)
class ExperimentResult(Report):
    arms: list[ArmOutcome] = table(_("Arms"))


@dataclass(frozen=True)
class _Visitors:
    """Those who were in one arm, and only one; all arrays are (visitors,).

    arm: an index into the arms. clicked, added, bought: 1 for whoever did. spent: what they bought
    for after they first came into the arm, in the main currency.
    """

    arm: Codes
    clicked: Floats
    added: Floats
    bought: Floats
    spent: Floats


def compare(
    shares: Mapping[str, int], control: str, start: datetime, end: datetime | None = None
) -> ExperimentResult:
    """Every arm against the control, over the visitors who were in it.

    shares: arm, as in the tokens of suggestions → its planned share. A visitor was in an arm who
    sent an event with a token of it: an arm without suggestions has tokens too. Whoever was in
    two counts for none.
    """
    names, until = list(shares), end or timezone.now()
    days = Filters(start=timezone.localdate(start), end=timezone.localdate(until))
    inside = Event.objects.filter(at__gte=start, at__lte=until).order_by()
    shown = inside.filter(arm__in=names).exclude(visitor="")
    currency = reading.most_frequent(
        inside.filter(kind=EventKind.PURCHASE).exclude(currency="").values_list("currency")
    )
    visitors, simulated = _visitors(names, shown, inside, currency)
    counts = np.bincount(visitors.arm, minlength=len(shares))
    if not counts.sum():
        return ExperimentResult(filters=days, missing=[gettext(
            "No visitor was in an arm yet: send IMPRESSION events with the token of the "
            "suggestions, of an empty list too."
        )])  # fmt: skip
    fits = sample_ratio(counts, list(shares.values()))
    return ExperimentResult(
        filters=days,
        simulated=simulated,
        currency=currency,
        notes=[
            gettext(
                "p = %(p)s that visitors were split as planned; below 0.001 something is wrong "
                "with the experiment."
            )
            % {"p": f"{fits:.3g}"}
        ],
        arms=[
            _outcome(name, place, names.index(control), visitors, fits)
            for place, name in enumerate(names)
        ],
    )


def _visitors(
    arms: list[str], shown: QuerySet[Event], inside: QuerySet[Event], currency: str
) -> tuple[_Visitors, float]:
    rows = shown.values_list("visitor").annotate(
        first=Min("at"),
        low=Min("arm"),
        high=Max("arm"),
        simulated=Count("pk", filter=Q(simulated=True)),
    )
    came = {
        visitor: (arms.index(low), first, made_up)
        for visitor, first, low, high, made_up in rows.iterator(chunk_size=reading.ROWS_A_FETCH)
        if low == high
    }
    clicked, added = (
        set(shown.filter(kind=kind).values_list("visitor", flat=True).distinct())
        for kind in (EventKind.CLICK, EventKind.CART_ADD)
    )
    spent: dict[str, float] = {}
    bought = inside.filter(kind=EventKind.PURCHASE, visitor__in=shown.values("visitor"))
    for visitor, at, amount, money in bought.values_list(
        "visitor", "at", "amount", "currency"
    ).iterator(chunk_size=reading.ROWS_A_FETCH):
        if visitor in came and at >= came[visitor][1]:
            worth = float(amount or 0) if money == currency else 0.0
            spent[visitor] = spent.get(visitor, 0.0) + worth
    found = _Visitors(
        arm=np.array([arm for arm, _, _ in came.values()], dtype=np.int64),
        clicked=np.array([one in clicked for one in came], dtype=np.float64),
        added=np.array([one in added for one in came], dtype=np.float64),
        bought=np.array([one in spent for one in came], dtype=np.float64),
        spent=np.array([spent.get(one, 0.0) for one in came], dtype=np.float64),
    )
    made_up = sum(simulated > 0 for _, _, simulated in came.values())
    return found, made_up / max(len(came), 1)


def _outcome(
    name: str, place: int, control: int, visitors: _Visitors, split_p: float
) -> ArmOutcome:
    mine, theirs = visitors.arm == place, visitors.arm == control
    buyers, money = sample(visitors.bought[mine]), sample(visitors.spent[mine])
    found = ArmOutcome(
        arm=name,
        visitors=buyers.visitors,
        clicked=sample(visitors.clicked[mine]).mean,
        added=sample(visitors.added[mine]).mean,
        bought=buyers.mean,
        revenue=money.mean,
    )
    if place == control:
        return found
    their_buyers = sample(visitors.bought[theirs])
    more, richer = uplift(buyers, their_buyers), uplift(money, sample(visitors.spent[theirs]))
    return replace(
        found,
        uplift=known(more.value),
        low=known(more.low),
        high=known(more.high),
        revenue_uplift=known(richer.value),
        revenue_low=known(richer.low),
        revenue_high=known(richer.high),
        verdict=verdict(buyers, their_buyers, split_p),
    )
