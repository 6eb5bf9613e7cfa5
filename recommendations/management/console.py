"""The terminal of a command."""

from __future__ import annotations

from typing import Any

from rich.console import Console

WIDTH_OF_A_FILE = 160


def console_for(stdout: Any) -> Console:
    """Fits a terminal; into a file or a pipe lines are long enough to cut nothing."""
    terminal = bool(getattr(stdout, "isatty", bool)())
    return Console(file=stdout, width=None if terminal else WIDTH_OF_A_FILE, highlight=False)
