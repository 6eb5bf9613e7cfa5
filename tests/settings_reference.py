"""Writes docs/settings.md from each conf.py: `python -m tests.settings_reference > FILE`."""

import inspect
import sys
from dataclasses import MISSING, fields
from types import ModuleType

from analytics import conf as analytics
from recommendations import conf as recommendations

HEAD = """# Settings

A misspelt key stops Django at start and names the right one. This page is written from `conf.py`
of both apps.
"""
TABLE = """
## `{setting}`

What a project may set in `{setting}`, a dictionary. {required}

| key | meaning | default |
|---|---|---|
"""
#: Module → the key that has to be there.
REQUIRED = {recommendations: "STORE", analytics: None}


def comments(conf: ModuleType) -> dict[str, str]:
    """Key → the comment above it."""
    found, above = {}, []
    for line in map(str.strip, inspect.getsource(conf.Settings).splitlines()):
        if line.startswith("#:"):
            above.append(line[2:].strip())
        elif ":" in line and line.split(":")[0].isupper():
            found[line.split(":")[0]] = " ".join(above)
            above = []
    return found


def render() -> str:
    return HEAD + "".join(map(table, REQUIRED))


def table(conf: ModuleType) -> str:
    meaning, required = comments(conf), REQUIRED[conf]
    rows = []
    for one in fields(conf.Settings):
        default = one.default_factory() if one.default is MISSING else one.default
        shown = "required" if one.name == required else f"`{default!r}`"
        rows.append(f"| `{one.name}` | {meaning[one.name]} | {shown} |")
    note = f"Only `{required}` is required." if required else "Nothing is required."
    head = TABLE.format(setting=conf.SETTING, required=note)
    return head + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render())
