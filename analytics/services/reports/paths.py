"""Paths: where visits begin, go and end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from analytics.services.reports import reading
from analytics.services.reports.base import Filters, Report, Unit, column, table
from analytics.services.reports.reading import most, sums
from analytics.stats import paths
from analytics.stats.arrays import share
from analytics.stats.daily import BETWEEN, Measure

#: Places in the matrix; the rest of them is in the table of steps.
MATRIX = 12
#: The most frequent beginnings of visits that are read: the Sankey diagram is drawn from them.
BEGINNINGS = 500
IN_BRACKETS = {
    gettext_noop("(entry)"),
    gettext_noop("(exit)"),
    gettext_noop("(search)"),
    gettext_noop("(product)"),
    gettext_noop("(cart)"),
    gettext_noop("(checkout)"),
    gettext_noop("(order)"),
    gettext_noop("(other)"),
}


def place_names(route: str) -> str:
    """Places with what is between them, in the language of the reader."""
    places = route.split(BETWEEN)
    return BETWEEN.join(gettext(one) if one in IN_BRACKETS else one for one in places)


@dataclass(frozen=True)
class Place:
    place: str = column(_("Page or step"), Unit.TEXT, shown=place_names)
    visits: int = column(_("Visits"))
    share: float = column(_("Share of visits"), Unit.SHARE)


@dataclass(frozen=True)
class PathStep:
    start: str = column(_("From"), Unit.TEXT, shown=place_names)
    end: str = column(_("To"), Unit.TEXT, shown=place_names)
    visits: int = column(_("Times"))
    share: float = column(_("Of all that go on from there"), Unit.SHARE)


@dataclass(frozen=True)
class Sequence:
    places: str = column(_("First places of the visit"), Unit.TEXT, shown=place_names)
    visits: int = column(_("Visits"))
    share: float = column(_("Share of visits"), Unit.SHARE)


@dataclass(frozen=True)
class Flow:
    step: int = column(_("Step"))
    start: str = column(_("From"), Unit.TEXT, shown=place_names)
    end: str = column(_("To"), Unit.TEXT, shown=place_names)
    visits: int = column(_("Visits"))


@dataclass(frozen=True, kw_only=True)
class Paths(Report):
    entries: list[Place] = table(_("Where visits begin"))
    exits: list[Place] = table(_("Where visits end"))
    steps: list[PathStep] = table(_("From one place to the next"))
    sequences: list[Sequence] = table(_("How visits begin"))
    flows: list[Flow] = table(_("The first steps"))


def report(filters: Filters) -> Paths:
    found = sums(filters, [Measure.LINK], "key")
    links = {_pair(key): total.value for (_, key), total in found.items()}
    entries, exits = paths.entries_and_exits(links)
    visits = sum(entries.values())
    beginnings = most(filters, Measure.BEGINNING, BEGINNINGS)
    missing = reading.nothing_rolled_up()
    if not visits:
        missing.append(
            gettext(
                "No visit has a path: send PAGE_VIEW events with their `path`, or use the "
                "middleware."
            )
        )
    made_up = sum(total.simulated for total in found.values())
    return Paths(
        filters=filters,
        simulated=share(made_up, sum(links.values())),
        missing=missing,
        notes=[
            gettext("Pages below a page are one place, “/products/…”; what is done has brackets.")
        ],
        entries=_places(entries, visits),
        exits=_places(exits, visits),
        steps=_steps(links),
        sequences=[
            Sequence(key, int(total.value), total.value / visits)
            for key, total in beginnings.items()
            if BETWEEN in key
        ],
        flows=_flows({tuple(key.split(BETWEEN)): t.value for key, t in beginnings.items()}),
    )


def _pair(key: str) -> tuple[str, str]:
    start, _, end = key.partition(BETWEEN)
    return start, end


def _places(counts: Counter[str], visits: float) -> list[Place]:
    return [Place(name, int(n), n / visits) for name, n in counts.most_common()]


def _steps(links: paths.Links) -> list[PathStep]:
    leaving: Counter[str] = Counter()
    for place, times in links.items():
        leaving[place[0]] += int(times)
    rows = [PathStep(a, b, int(n), n / leaving[a]) for (a, b), n in links.items()]
    return sorted(rows, key=lambda row: (-row.visits, row.start, row.end))


def _flows(beginnings: dict[tuple[str, ...], float]) -> list[Flow]:
    links = paths.sankey(beginnings)
    rows = [Flow(step + 1, start, end, int(n)) for (step, start, end), n in links.items()]
    return sorted(rows, key=lambda row: (row.step, -row.visits, row.start, row.end))
