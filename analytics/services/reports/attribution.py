"""What suggestions bring, from the list that is shown to the order; and versions compared."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.models import Event, EventKind, Visitor
from analytics.services.reports import reading
from analytics.services.reports.base import Filters, Report, Text, Unit, column, named, table
from analytics.stats.arrays import Codes, Flags, Floats
from analytics.stats.attribution import WINDOW, last_touch
from analytics.stats.uplift import Verdict, sample, sample_ratio, uplift, verdict, wilson

TOLD = (EventKind.IMPRESSION, EventKind.CLICK, EventKind.CART_ADD)
VERDICTS: Mapping[str, Text] = {
    Verdict.BETTER: _("Better than the control."),
    Verdict.WORSE: _("Worse than the control."),
    Verdict.NOT_YET: _("Not yet: the data can't tell."),
    Verdict.MISMATCH: _("Don't trust it: visitors were not split as planned."),
}
#: Surface and version.
List = tuple[str, str]


@dataclass(frozen=True)
class SuggestionList:
    surface: str = column(_("Surface"), Unit.TEXT)
    version: str = column(_("Version"), Unit.TEXT)
    impressions: int = column(_("Shown"))
    clicks: int = column(_("Clicked"))
    rate: float | None = column(_("Click rate"), Unit.SHARE)
    low: float | None = column(_("95% from"), Unit.SHARE)
    high: float | None = column(_("95% to"), Unit.SHARE)
    adds: int = column(_("Put in the cart"))
    lines: int = column(_("Order lines owed to it"))
    revenue: float = column(_("Revenue owed to it"), Unit.MONEY)


@dataclass(frozen=True)
class ArmResult:
    surface: str = column(_("Surface"), Unit.TEXT)
    version: str = column(_("Version"), Unit.TEXT)
    control: str = column(_("Compared with"), Unit.TEXT)
    visitors: int = column(_("Visitors"))
    conversion: float = column(_("Visitors who bought from it"), Unit.SHARE)
    uplift: float | None = column(_("Uplift"), Unit.SHARE)
    low: float | None = column(_("95% from"), Unit.SHARE)
    high: float | None = column(_("95% to"), Unit.SHARE)
    revenue: float = column(_("Revenue a visitor"), Unit.MONEY)
    revenue_uplift: float | None = column(_("Uplift of revenue"), Unit.SHARE)
    revenue_low: float | None = column(_("95% from"), Unit.SHARE)
    revenue_high: float | None = column(_("95% to"), Unit.SHARE)
    split: float = column(_("p of an even split"), Unit.NUMBER)
    verdict: str = column(_("Verdict"), Unit.TEXT, shown=named(VERDICTS))


@dataclass(frozen=True, kw_only=True)
class Attribution(Report):
    lists: list[SuggestionList] = table(_("Suggestions by surface and version"))
    arms: list[ArmResult] = table(_("Versions compared"))


@dataclass
class Owed:
    """Order lines that follow from suggestions; all arrays are (lines,). who: the person, or the
    device of nobody we know."""

    who: list[str]
    where: list[List]
    amount: Floats


def report(filters: Filters) -> Attribution:
    currency = reading.main_currency(filters)
    shown = reading.events(filters).exclude(surface="").exclude(visitor="")
    counts = {
        (surface, version): row
        for surface, version, *row in shown.values_list("surface", "version").annotate(
            **{kind.lower(): Count("pk", filter=Q(kind=kind)) for kind in TOLD},
            made_up=Count("pk", filter=Q(simulated=True)),
            every=Count("pk"),
        )
    }
    if not counts:
        return Attribution(filters=filters, missing=[gettext(
            "No suggestion was shown or clicked: send IMPRESSION and CLICK events with the token "
            "that came with the suggestions."
        )])  # fmt: skip
    people = reading.people()
    owed = _owed(filters, currency, shown, people)
    made_up, every = (sum(row[i] for row in counts.values()) for i in (-2, -1))
    return Attribution(
        filters=filters,
        simulated=made_up / every,
        notes=[
            gettext(
                "An order line is owed to the last suggestion of its product that the visitor "
                "clicked or put in the cart within %(days)s days before."
            )
            % {"days": round(WINDOW / 86_400)},
            gettext(
                "Versions are compared by visitors who saw only one of them. Unless visitors were "
                "split at random at the same time, a difference may come from something else."
            ),
        ],
        currency=currency,
        lists=[_list(where, row, owed) for where, row in sorted(counts.items())],
        arms=_arms(shown, owed, people),
    )


def _list(where: List, row: list[int], owed: Owed) -> SuggestionList:
    impressions, clicks, adds, *_ = row
    mine = np.array([one == where for one in owed.where], dtype=bool)
    rate = wilson(min(clicks, impressions), impressions)
    return SuggestionList(
        surface=where[0],
        version=where[1],
        impressions=impressions,
        clicks=clicks,
        rate=known(rate.value),
        low=known(rate.low),
        high=known(rate.high),
        adds=adds,
        lines=int(mine.sum()),
        revenue=float(owed.amount[mine].sum()) if len(mine) else 0.0,
    )


def _owed(
    filters: Filters, currency: str, shown: QuerySet[Event], people: Mapping[str, str]
) -> Owed:
    """Reads the clicks and adds of suggestions, and the order lines of those visitors, or of the
    same people on another device."""
    touches = shown.filter(kind__in=(EventKind.CLICK, EventKind.CART_ADD)).exclude(product_key="")
    until = filters.closes + timedelta(seconds=WINDOW)
    visitors = touches.values("visitor")
    owners = Visitor.objects.filter(pseudonym__in=visitors).exclude(person="").values("person")
    named = touches.exclude(person="").values("person")
    theirs = Q(person__in=owners) | Q(person__in=named)
    devices = Visitor.objects.filter(theirs).values("pseudonym")
    lines = Event.objects.filter(
        Q(visitor__in=visitors) | Q(visitor__in=devices) | theirs,
        scope=filters.scope, kind=EventKind.PURCHASE, at__gte=filters.opens, at__lt=until,
    ).order_by()  # fmt: skip
    codes: dict[str, int] = {}
    bought, rest = _columns(
        lines.values_list("visitor", "person", "product_key", "at", "amount", "currency"),
        codes, people,
    )  # fmt: skip
    touched, where = _columns(
        touches.values_list("visitor", "person", "product_key", "at", "surface", "version"),
        codes, people,
    )  # fmt: skip
    owner = last_touch(touched, bought)
    names = list(codes)
    chosen = np.flatnonzero(owner >= 0)
    worth = [rest[i] for i in chosen.tolist()]
    return Owed(
        who=[names[code] for code in bought[0][chosen].tolist()],
        where=[where[i] for i in owner[chosen].tolist()],
        amount=np.array([float(a or 0) if money == currency else 0.0 for a, money in worth]),
    )


def _columns(
    rows: Any, codes: dict[str, int], people: Mapping[str, str]
) -> tuple[tuple[Codes, Codes, Floats], list[Any]]:
    buyer, product, at, rest = array("q"), array("q"), array("d"), []
    for visitor, person, what, moment, *others in rows.iterator(chunk_size=reading.ROWS_A_FETCH):
        who = person or people.get(visitor, visitor)
        buyer.append(codes.setdefault(who, len(codes)))
        product.append(codes.setdefault(what, len(codes)))
        at.append(moment.timestamp())
        rest.append(tuple(others))
    return (
        np.array(buyer, dtype=np.int64),
        np.array(product, dtype=np.int64),
        np.array(at),
    ), rest


def _arms(shown: QuerySet[Event], owed: Owed, people: Mapping[str, str]) -> list[ArmResult]:
    """On each surface, all versions against the one most visitors saw."""
    seen: dict[str, dict[str, str]] = {}
    rows = shown.filter(kind=EventKind.IMPRESSION).values_list(
        "surface", "visitor", "person", "version"
    )
    for surface, visitor, person, version in rows.distinct().iterator(
        chunk_size=reading.ROWS_A_FETCH
    ):
        who = person or people.get(visitor, visitor)
        known = seen.setdefault(surface, {})
        # whoever saw two counts for none
        known[who] = version if known.get(who, version) == version else ""
    results = []
    for surface, visitors in sorted(seen.items()):
        money: dict[str, float] = {}
        for who, place, amount in zip(owed.who, owed.where, owed.amount, strict=True):
            if place[0] == surface:
                money[who] = money.get(who, 0.0) + amount
        results += _compared(surface, visitors, money)
    return results


def _compared(surface: str, visitors: dict[str, str], money: dict[str, float]) -> list[ArmResult]:
    version = np.array(list(visitors.values()), dtype=object)
    bought = np.array([one in money for one in visitors], dtype=np.float64)
    spent = np.array([money.get(one, 0.0) for one in visitors])
    names, counts = np.unique(version[version != ""].astype(str), return_counts=True)
    if len(names) < 2:
        return []
    control = str(names[counts.argmax()])
    base = np.asarray(version == control, dtype=bool)
    return [
        _arm(
            surface,
            str(name),
            control,
            np.asarray(version == name, dtype=bool),
            base,
            bought,
            spent,
        )
        for name in names
        if name != control
    ]


def _arm(
    surface: str, name: str, control: str, arm: Flags, base: Flags, bought: Floats, spent: Floats
) -> ArmResult:
    mine, theirs = sample(bought[arm]), sample(bought[base])
    worth, their_worth = sample(spent[arm]), sample(spent[base])
    p = sample_ratio(np.array([mine.visitors, theirs.visitors]), [1, 1])
    more, richer = uplift(mine, theirs), uplift(worth, their_worth)
    return ArmResult(
        surface=surface,
        version=name,
        control=control,
        visitors=mine.visitors,
        conversion=mine.mean,
        uplift=known(more.value),
        low=known(more.low),
        high=known(more.high),
        revenue=worth.mean,
        revenue_uplift=known(richer.value),
        revenue_low=known(richer.low),
        revenue_high=known(richer.high),
        split=p,
        verdict=str(verdict(mine, theirs, p)),
    )


def known(value: float) -> float | None:
    return None if np.isnan(value) else value
