"""A table of a report as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from analytics.services.reports.base import Report, Table

#: Spreadsheets run a cell that begins with one of these as a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
SIMULATED = "simulated_share"


class _Echo:
    """What `csv` writes to: it hands each line on."""

    def write(self, line: str) -> str:
        return line


def lines(report: Report, table: Table) -> Iterator[str]:
    """The header, then each row; numbers as they are, without units. Where simulated events are
    counted a last column says for every row how large their part in the report is."""
    writer = csv.writer(_Echo())
    mark = [f"{report.simulated:.4f}"] if report.simulated else []
    yield writer.writerow([*(one.name for one in table.columns), *([SIMULATED] if mark else [])])
    for row in table.cells:
        yield writer.writerow([*map(_cell, row), *mark])


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(FORMULA_SIGNS):
        return f"'{value}"
    return value
