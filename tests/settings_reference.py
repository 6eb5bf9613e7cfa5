"""Writes docs/settings.md from conf.py: `python -m tests.settings_reference > docs/settings.md`."""

import inspect
import sys
from dataclasses import MISSING, fields

from recommendations.conf import SETTING, Settings

HEAD = f"""# Settings

What a project may set in `{SETTING}`, a dictionary. Only `STORE` is required. A misspelt key stops
Django at start and names the right one. This page is written from `recommendations/conf.py`.

| key | meaning | default |
|---|---|---|
"""


def comments() -> dict[str, str]:
    """Key → the comment above it."""
    found, above = {}, []
    for line in map(str.strip, inspect.getsource(Settings).splitlines()):
        if line.startswith("#:"):
            above.append(line[2:].strip())
        elif ":" in line and line.split(":")[0].isupper():
            found[line.split(":")[0]] = " ".join(above)
            above = []
    return found


def render() -> str:
    meaning = comments()
    rows = []
    for one in fields(Settings):
        default = one.default_factory() if one.default is MISSING else one.default
        shown = "required" if one.name == "STORE" else f"`{default!r}`"
        rows.append(f"| `{one.name}` | {meaning[one.name]} | {shown} |")
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render())
