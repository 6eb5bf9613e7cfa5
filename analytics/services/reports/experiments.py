"""What the arms of experiments brought, by the visitors who were in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain

import numpy as np
from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.conf import get_hook
from analytics.host import StartedExperiment
from analytics.models import Event, EventKind
from analytics.services.reports import reading
from analytics.services.reports.attribution import VERDICTS, known
from analytics.services.reports.base import (
    LONGEST_PERIOD,
    Filters,
    Report,
    Unit,
    column,
    named,
    table,
)
from analytics.stats.arrays import Codes, Floats
from analytics.stats.uplift import sample, sample_ratio, uplift, verdict

THE_CONTROL = "control"


@dataclass(frozen=True)
class ExperimentRun:
    experiment: str = column(_("Experiment"), Unit.TEXT)
    surface: str = column(_("Surface"), Unit.TEXT)
    started: date = column(_("Started"), Unit.DATE)
    ended: date | None = column(_("Ended"), Unit.DATE)
    visitors: int = column(_("Visitors"))


@dataclass(frozen=True)
class ArmOutcome:
    experiment: str = column(_("Experiment"), Unit.TEXT)
    arm: str = column(_("Arm"), Unit.TEXT)
    visitors: int = column(_("Visitors"))
    split: float = column(_("p of the planned split"), Unit.NUMBER)
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
class Experiments(Report):
    runs: list[ExperimentRun] = table(_("Experiments"))
    arms: list[ArmOutcome] = table(_("Arms compared with the control"))


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
    simulated: Floats


def report(filters: Filters) -> Experiments:
    """The experiments that ran at some time of the period, each over all of its own time."""
    reader = get_hook("EXPERIMENT_READER")
    if reader is None:
        return Experiments(filters=filters, missing=[gettext(
            "No experiments are known: name the function that reads them in "
            "ANALYTICS['EXPERIMENT_READER']."
        )])  # fmt: skip
    found = list(reader(filters.opens, filters.closes, filters.scope))
    if not found:
        missing = gettext("No experiment ran in this time.")
        return Experiments(filters=filters, missing=[missing])
    return compare(found, filters)


def compare(experiments: Sequence[StartedExperiment], filters: Filters) -> Experiments:
    """Every arm against the control, over the visitors who were in it.

    A visitor was in an arm who sent an event with a token of it: an arm without suggestions has
    tokens too. Whoever was in two counts for none. Visitors are split for as long as an experiment
    runs, so the period of `filters` does not cut it; their channel and device do.
    """
    now = timezone.now()
    currency = reading.most_frequent(
        Event.objects.filter(
            kind=EventKind.PURCHASE,
            scope=filters.scope,
            at__gte=min(one.started_at for one in experiments),
            at__lte=max(one.ended_at or now for one in experiments),
        ).exclude(currency="").order_by().values_list("currency")
    )  # fmt: skip
    runs, arms, missing = [], [], []
    simulated: list[Floats] = []
    for one in experiments:
        visitors = _visitors(one, filters, currency)
        seen = len(visitors.arm)
        ended = timezone.localdate(one.ended_at) if one.ended_at else None
        started = timezone.localdate(one.started_at)
        runs.append(ExperimentRun(one.name, one.surface, started, ended, seen))
        if seen:
            arms += _outcomes(one, visitors)
            simulated.append(visitors.simulated)
        else:
            text = gettext(
                "No visitor was in an arm of %(experiment)s yet: send IMPRESSION events with the "
                "token of the suggestions, of an empty list too."
            )
            missing.append(text % {"experiment": one.name})
    made_up = np.concatenate([*simulated, np.zeros(0)])
    return Experiments(
        filters=filters,
        simulated=float(made_up.mean()) if len(made_up) else 0.0,
        currency=currency,
        missing=missing,
        notes=[
            gettext("Each experiment counts over all of its time, whatever the period above."),
            gettext(
                "p is how likely a split as uneven as this one is if visitors were split as "
                "planned; below 0.001 something is wrong with the experiment."
            ),
        ],
        runs=runs,
        arms=arms,
    )


def _visitors(experiment: StartedExperiment, filters: Filters, currency: str) -> _Visitors:
    until = experiment.ended_at or timezone.now()
    end = timezone.localdate(until)
    start = max(timezone.localdate(experiment.started_at), end - timedelta(LONGEST_PERIOD - 1))
    days = replace(filters, start=start, end=end)
    places = {arm.key: place for place, arm in enumerate(experiment.arms)}
    time = {"at__gte": experiment.started_at, "at__lte": until}
    shown = reading.events(days).filter(arm__in=places, **time).exclude(visitor="")
    rows = shown.values_list("visitor").annotate(
        first=Min("at"),
        low=Min("arm"),
        high=Max("arm"),
        simulated=Count("pk", filter=Q(simulated=True)),
    )
    came = {
        visitor: (places[low], first, made_up > 0)
        for visitor, first, low, high, made_up in rows.iterator(chunk_size=reading.ROWS_A_FETCH)
        if low == high
    }
    clicked, added = (
        set(shown.filter(kind=kind).values_list("visitor", flat=True).distinct())
        for kind in (EventKind.CLICK, EventKind.CART_ADD)
    )
    # An order may come from no device, as from a payment service: it is of the person's first one.
    people = reading.people()
    device_of: dict[str, str] = {}
    for visitor in sorted(came, key=lambda one: came[one][1]):
        if visitor in people:
            device_of.setdefault(people[visitor], visitor)
    bought = Event.objects.filter(kind=EventKind.PURCHASE, scope=days.scope, **time).order_by()
    columns = ("visitor", "person", "at", "amount", "currency")
    by_device = bought.filter(visitor__in=shown.values("visitor")).values_list(*columns)
    without = bought.filter(visitor="").exclude(person="").values_list(*columns)
    spent: dict[str, float] = {}
    for device, person, at, amount, money in chain(
        by_device.iterator(chunk_size=reading.ROWS_A_FETCH),
        without.iterator(chunk_size=reading.ROWS_A_FETCH),
    ):
        visitor = device or device_of.get(person, "")
        if visitor in came and at >= came[visitor][1]:
            worth = float(amount or 0) if money == currency else 0.0
            spent[visitor] = spent.get(visitor, 0.0) + worth
    return _Visitors(
        arm=np.array([arm for arm, _, _ in came.values()], dtype=np.int64),
        clicked=np.array([one in clicked for one in came], dtype=np.float64),
        added=np.array([one in added for one in came], dtype=np.float64),
        bought=np.array([one in spent for one in came], dtype=np.float64),
        spent=np.array([spent.get(one, 0.0) for one in came], dtype=np.float64),
        simulated=np.array([made_up for _, _, made_up in came.values()], dtype=np.float64),
    )


def _outcomes(experiment: StartedExperiment, visitors: _Visitors) -> list[ArmOutcome]:
    arms = experiment.arms
    counts = np.bincount(visitors.arm, minlength=len(arms))
    split = sample_ratio(counts, [arm.share for arm in arms])
    control = next(place for place, arm in enumerate(arms) if arm.is_control)
    return [_outcome(experiment, place, control, visitors, split) for place in range(len(arms))]


def _outcome(
    experiment: StartedExperiment, place: int, control: int, visitors: _Visitors, split: float
) -> ArmOutcome:
    mine, theirs = visitors.arm == place, visitors.arm == control
    buyers, money = sample(visitors.bought[mine]), sample(visitors.spent[mine])
    found = ArmOutcome(
        experiment=experiment.name,
        arm=experiment.arms[place].name,
        visitors=buyers.visitors,
        split=split,
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
        verdict=verdict(buyers, their_buyers, split),
    )
