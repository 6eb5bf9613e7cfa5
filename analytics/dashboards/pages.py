"""What the page of a subject shows: tables as text, and the plots that go with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from analytics.dashboards.charts import Figure
from analytics.dashboards.figures import figures
from analytics.services.reports.base import Column, Report, Table, Unit, tables

#: Rows of a table on a page; its CSV file has all.
ROWS_SHOWN = 50
MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass(frozen=True)
class Section:
    """A table with its plots."""

    table: Table
    #: The text and the unit of each cell.
    rows: list[list[tuple[str, Unit]]]
    left_out: int
    figures: list[PlacedFigure]


@dataclass(frozen=True)
class PlacedFigure:
    """A plot and the ids of its elements on the page."""

    id: str
    figure: Figure

    @property
    def data_id(self) -> str:
        return f"{self.id}-data"

    @property
    def spec(self) -> dict[str, Any]:
        return asdict(self.figure)


def sections(report: Report) -> list[Section]:
    drawn = figures(report)
    placed = [PlacedFigure(f"figure-{number}", one) for number, one in enumerate(drawn, 1)]
    return [
        Section(
            table=table,
            rows=[_texts(table, row, report.currency) for row in table.cells[:ROWS_SHOWN]],
            left_out=max(len(table.cells) - ROWS_SHOWN, 0),
            figures=[one for one in placed if one.figure.table == table.name],
        )
        for table in tables(report)
        if table.cells
    ]


def _texts(table: Table, row: list[Any], currency: str) -> list[tuple[str, Unit]]:
    return [
        (cell(value, column, currency), column.unit)
        for value, column in zip(row, table.columns, strict=True)
    ]


def cell(value: Any, column: Column, currency: str) -> str:
    """A value of a table in the language of the reader."""
    return column.shown(value) if column.unit == Unit.TEXT else text(value, column.unit, currency)


def text(value: Any, unit: Unit, currency: str = "") -> str:
    """A value as people read it: 0.123 → 12.3%, 200 seconds → 3 min 20 s, nothing → –."""
    if value is None:
        return "–"
    return _TEXTS[unit](value) if unit != Unit.MONEY else f"{value:,.2f} {currency}".rstrip()


def _duration(seconds: float) -> str:
    whole = round(seconds)
    days, hours, minutes = whole // DAY, whole % DAY // HOUR, whole % HOUR // MINUTE
    if days:
        return _("%(days)s d %(hours)s h") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    rest = whole % MINUTE
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    return _("%(seconds)s s") % {"seconds": rest}


def _date(day: date) -> str:
    return day.isoformat()


_TEXTS: Mapping[Unit, Callable[[Any], str]] = {
    Unit.TEXT: str,
    Unit.DATE: _date,
    Unit.COUNT: "{:,}".format,
    Unit.NUMBER: "{:,.2f}".format,
    Unit.SHARE: "{:.1%}".format,
    Unit.SECONDS: _duration,
}


def plotly_script() -> Path | None:
    """The script inside the plotly package; None without the extra `dashboards`."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).with_name("package_data") / "plotly.min.js"


def plotly_version() -> str:
    return version("plotly")
