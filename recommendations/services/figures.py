"""The figures of a version as admin shows them: a table, and bars with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from recommendations.services.evaluation import DECISIVE, SHOWN
from recommendations.services.sentences import read

# Of the drawing, in its own units: names stand left of the bars, values right of them.
BARS_FROM, BARS_WIDTH, ROW_HEIGHT = 170, 400, 36


@dataclass(frozen=True)
class Cell:
    """A figure and the ends of its interval, which versions of older releases do not have."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    """One model: its figures in the order of `SHOWN`, and how far the new one is above it."""

    name: str
    cells: list[Cell]
    gain: Cell | None


@dataclass(frozen=True)
class Bar:
    """A row of the drawing; `low` and `high` are where the ends of the interval are drawn."""

    name: str
    cell: Cell
    top: int
    width: int
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Evaluation:
    """What the change page of a version shows of `ModelVersion.metrics`."""

    verdict: str
    note: str
    conditions: str
    columns: tuple[str, ...]
    rows: list[Row]
    bars: list[Bar]

    @property
    def height(self) -> int:
        return ROW_HEIGHT * len(self.bars)


def evaluation(metrics: Mapping[str, Any]) -> Evaluation | None:
    """None where a version was never evaluated, such as one that failed before."""
    if not metrics:
        return None
    names = {
        "model": _("This version"),
        "popularity": _("Popularity"),
        "live": _("%(version)s, live at the time") % {"version": metrics.get("live_version", "")},
    }
    rows = [_row(metrics, key, name) for key, name in names.items() if key in metrics]
    return Evaluation(
        verdict=read(metrics.get("verdict", ())),
        note=read(metrics.get("note", ())),
        conditions=", ".join(_conditions(metrics)),
        columns=SHOWN,
        rows=rows,
        bars=_bars(rows),
    )


def _conditions(metrics: Mapping[str, Any]) -> list[str]:
    found = [metrics["protocol"]] if "protocol" in metrics else []
    if "cases" in metrics:
        found.append(_("%(cases)s orders of the hold-out") % {"cases": f"{metrics['cases']:,}"})
    if "split" in metrics:
        found.append(_("split %(split)s") % {"split": metrics["split"]})
    return found


def _row(metrics: Mapping[str, Any], key: str, name: str) -> Row:
    figures, gain = metrics[key], metrics.get("gains", {}).get(key)
    intervals = figures.get("intervals", {})
    cells = [Cell(figures.get(column, 0.0), *intervals.get(column, ())) for column in SHOWN]
    return Row(name, cells, Cell(gain[1], gain[0], gain[2]) if gain else None)


def _bars(rows: list[Row]) -> list[Bar]:
    """Drawn to the scale of the longest."""
    cells = [row.cells[SHOWN.index(DECISIVE)] for row in rows]
    longest = max((cell.high or cell.value for cell in cells), default=0.0) or 1.0

    def scaled(value: float | None) -> int | None:
        return None if value is None else BARS_FROM + round(BARS_WIDTH * value / longest)

    return [
        Bar(
            name=row.name,
            cell=cell,
            top=ROW_HEIGHT * number,
            width=round(BARS_WIDTH * cell.value / longest),
            low=scaled(cell.low),
            high=scaled(cell.high),
        )
        for number, (row, cell) in enumerate(zip(rows, cells, strict=True))
    ]
