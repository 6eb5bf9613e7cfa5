"""The kinds of plots there are, as plotly reads them: data and layout, without colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from html import escape
from typing import Any

#: Bars of a plot; the table below has the rest.
MOST_BARS = 20
LONGEST_LABEL = 48
SHARE_AXIS = {"tickformat": ".0%", "rangemode": "tozero"}


@dataclass(frozen=True)
class Figure:
    """`table` names the table of the report that holds the same figures."""

    title: str
    table: str
    data: list[dict[str, Any]]
    layout: dict[str, Any]


def label(text: Any) -> str:
    """As a plot may show it: plotly would read tags in what visitors typed."""
    shown = str(text)
    cut = shown if len(shown) <= LONGEST_LABEL else f"{shown[: LONGEST_LABEL - 1]}…"
    return escape(cut, quote=False)


def labels(texts: Sequence[Any]) -> list[str]:
    return [label(text) for text in texts]


def column(rows: Sequence[Any], name: str) -> list[Any]:
    return [getattr(row, name) for row in rows]


def texts(rows: Sequence[Any], name: str) -> list[str]:
    """A column of texts as the table below the plot has them."""
    if not rows:
        return []
    shown = next(one.metadata["shown"] for one in fields(rows[0]) if one.name == name)
    return labels([shown(value) for value in column(rows, name)])


def bars(title: str, table: str, names: Sequence[str], values: Sequence[Any], unit: str,
         share: bool = False) -> Figure:  # fmt: skip
    """Horizontal bars, the first on top."""
    some = names[:MOST_BARS]
    data = {"type": "bar", "orientation": "h", "y": list(some), "x": list(values[:MOST_BARS])}
    axis = {"title": {"text": unit}, "rangemode": "tozero"}
    return Figure(title, table, [data], {
        "xaxis": axis | (SHARE_AXIS if share else {}),
        "yaxis": {"autorange": "reversed", "type": "category", "automargin": True},
        "height": 120 + 26 * len(some),
    })  # fmt: skip


def intervals(title: str, table: str, names: Sequence[str], estimates: Sequence[Sequence[Any]],
              unit: str) -> Figure:  # fmt: skip
    """A point for each name, the first on top. estimates: share, and the ends of its interval.

    Points have numbers for places, so that two of the same name do not lie on each other.
    """
    places = list(range(len(names)))
    points = {
        "type": "scatter", "mode": "markers", "marker": {"size": 10},
        "x": [value for value, _, _ in estimates], "y": places,
        "text": list(names), "hoverinfo": "x+text",
        "error_x": {
            "type": "data", "symmetric": False,
            "array": [high - value for value, _, high in estimates],
            "arrayminus": [value - low for value, low, _ in estimates],
        },
    }  # fmt: skip
    return Figure(title, table, [points], {
        "xaxis": SHARE_AXIS | {"title": {"text": unit}},
        "yaxis": {"tickvals": places, "ticktext": list(names), "range": [len(names) - 0.5, -0.5],
                  "zeroline": False, "automargin": True},
        "height": 140 + 40 * len(names),
    })  # fmt: skip


def columns(title: str, table: str, x: Sequence[Any], series: Mapping[str, Sequence[Any]],
            unit: str, **layout: Any) -> Figure:  # fmt: skip
    """Upright bars, a colour for each series."""
    data = [{"type": "bar", "name": name, "x": list(x), "y": list(y)} for name, y in series.items()]
    return Figure(title, table, data, {"yaxis": {"title": {"text": unit}}} | layout)


def heat(title: str, table: str, x: Sequence[Any], y: Sequence[Any], z: list[list[Any]],
         unit: str, share: bool = False) -> Figure:  # fmt: skip
    data = {
        "type": "heatmap", "x": labels(x), "y": labels(y), "z": z,
        "colorbar": {"title": {"text": unit}} | ({"tickformat": ".0%"} if share else {}),
        "hoverongaps": False,
    }  # fmt: skip
    axis = {"type": "category", "automargin": True}
    return Figure(title, table, [data], {
        "xaxis": axis, "yaxis": axis | {"autorange": "reversed"}, "height": 160 + 24 * len(y),
    })  # fmt: skip
