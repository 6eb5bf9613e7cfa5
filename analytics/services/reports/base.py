"""What every report is: typed rows in titled tables, over a period, with what is missing in it.

A report is a dataclass whose tables are lists of row dataclasses. Pages, CSV files and GraphQL
types are all made from these classes, so that a column is described once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, get_args, get_type_hints

from django.db.models import Max
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

from analytics.exceptions import InvalidArgument
from analytics.models import DailyFigure, Device, Source
from analytics.services.days import midnight
from analytics.stats.daily import Measure

LONGEST_PERIOD = 1100
USUAL_PERIOD = 90
#: What a shop has on each day it is open.
ALIVE = (Measure.VISITS, Measure.BUYS)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which events count: days where the shop is, both ends included, and one channel or device.

    Raises `InvalidArgument` for a period that is none, and for a channel or device nobody has.
    """

    start: date
    end: date
    source: str = ""
    device: str = ""
    scope: str = "default"

    def __post_init__(self) -> None:
        if self.end < self.start:
            message = gettext("The end, %(end)s, is before the start, %(start)s.")
            raise InvalidArgument("end", message % {"end": self.end, "start": self.start})
        if self.days > LONGEST_PERIOD:
            message = gettext("A period has at most %(days)s days.")
            raise InvalidArgument("start", message % {"days": LONGEST_PERIOD})
        for name, legal in (("source", Source.values), ("device", Device.values)):
            value = getattr(self, name)
            if value and value not in legal:
                message = gettext("%(given)s is unknown; legal: %(legal)s.")
                raise InvalidArgument(name, message % {"given": value, "legal": ", ".join(legal)})

    @classmethod
    def usual(cls, **given: Any) -> Filters:
        """Where a start or an end is not given: the 90 days up to the last that was counted."""
        end = given.pop("end", None) or _last_day()
        start = given.pop("start", None) or end - timedelta(days=USUAL_PERIOD - 1)
        return cls(start=start, end=end, **given)

    @property
    def of_everybody(self) -> Filters:
        """The same without channel and device."""
        return replace(self, source="", device="")

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def opens(self) -> datetime:
        return midnight(self.start)

    @property
    def closes(self) -> datetime:
        """The first moment after the period."""
        return midnight(self.end + timedelta(days=1))


def _last_day() -> date:
    """Today for a shop with visitors; one that looks at old orders is not shown an empty page."""
    today = timezone.localdate()
    counted = DailyFigure.objects.filter(day__lte=today, measure__in=ALIVE)
    return counted.aggregate(last=Max("day"))["last"] or today


class Unit(StrEnum):
    TEXT = "text"
    DATE = "date"
    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"
    SECONDS = "seconds"
    MONEY = "money"


Text = str | Promise
Reader = Callable[[Any], str]


def named(names: Mapping[Any, Text]) -> Reader:
    """Reads a value by its name, in the language of the reader; what has none stays as it is."""
    return lambda value: str(names.get(value, value))


def column(
    label: Text, unit: Unit = Unit.COUNT, default: Any = MISSING, shown: Reader = str
) -> Any:
    """A field of a row. A list is a column for each of its values, numbered from 1.

    shown: how a text is read on pages. Files and GraphQL have it as it is, in every language.
    """
    return field(default=default, metadata={"label": label, "unit": unit, "shown": shown})


def table(title: Text) -> Any:
    """A field of a report that holds rows."""
    return field(default_factory=list, metadata={"title": title})


@dataclass(frozen=True, kw_only=True)
class Report:
    filters: Filters
    #: The part of what is counted that follows from simulated events, from 0 to 1.
    simulated: float = 0.0
    #: What is not there, and how it would come.
    missing: list[str] = field(default_factory=list)
    #: What to know when reading the figures.
    notes: list[str] = field(default_factory=list)
    #: Of all money in the report; empty without any.
    currency: str = ""


@dataclass(frozen=True)
class Column:
    name: str
    label: str
    unit: Unit
    shown: Reader = str


@dataclass(frozen=True)
class Table:
    """`cells` has a list for each row, with a value for each column."""

    name: str
    title: str
    columns: list[Column]
    cells: list[list[Any]]


def row_types(report: type[Report]) -> Iterator[tuple[str, str, type]]:
    """Name, title in the language of the reader, and row class of each table."""
    hints = get_type_hints(report)
    for one in fields(report):
        if "title" in one.metadata:
            yield one.name, str(one.metadata["title"]), get_args(hints[one.name])[0]


def tables(report: Report) -> list[Table]:
    return [
        _table(name, title, row, getattr(report, name))
        for name, title, row in row_types(type(report))
    ]


def _table(name: str, title: str, row: type, rows: list[Any]) -> Table:
    columns: list[Column] = []
    wide: dict[str, int] = {}
    for one in fields(row):
        label, unit = str(one.metadata["label"]), one.metadata["unit"]
        if not str(one.type).startswith("list"):
            columns.append(Column(one.name, label, unit, one.metadata["shown"]))
            continue
        wide[one.name] = max((len(getattr(item, one.name)) for item in rows), default=0)
        columns += [
            Column(f"{one.name}_{number}", f"{label} {number}", unit)
            for number in range(1, wide[one.name] + 1)
        ]
    cells = [
        [cell for one in fields(row) for cell in _cells(item, one.name, wide)] for item in rows
    ]
    return Table(name, title, columns, cells)


def _cells(row: Any, name: str, wide: dict[str, int]) -> list[Any]:
    value = getattr(row, name)
    return [*value, *[None] * (wide[name] - len(value))] if name in wide else [value]
