"""The plot of docs/models.md, from what the benchmark of quality printed.

python -m pytest -o addopts= tests/benchmarks/test_quality.py -s > FILE
python -m tests.benchmarks.plot_models FILE > docs/models.svg
"""

from __future__ import annotations

import re
import sys
from html import escape
from pathlib import Path

# In the units of the drawing.
LEFT, WIDTH, ROW, BAR, HEADER = 130, 420, 20, 12, 34
COLOURS = {"hybrid": "#0b6e4f", "implicit": "#b0752a"}
OTHER = "#7f8c9b"

STORE = re.compile(r"^(?P<store>.+), split by \w+, \d+ carts, (?P<figure>\S+);")
MODEL = re.compile(
    r"^  (?P<name>.+?) +(?P<mean>\d\.\d+) \((?P<low>\d\.\d+) to (?P<high>\d\.\d+)\)$"
)


def read(text: str) -> dict[str, list[tuple[str, float, float, float]]]:
    """Store → name, mean and interval of each model."""
    found: dict[str, list[tuple[str, float, float, float]]] = {}
    rows: list[tuple[str, float, float, float]] | None = None
    for line in text.splitlines():
        if store := STORE.match(line):
            rows = found.setdefault(store["store"], [])
        elif (model := MODEL.match(line)) and rows is not None:
            rows.append((model["name"], *(float(model[key]) for key in ("mean", "low", "high"))))
        else:
            rows = None
    return found


def draw(stores: dict[str, list[tuple[str, float, float, float]]]) -> str:
    """Bars from the best down, each store to a scale of its own."""
    parts, top = [], 0
    for store, rows in stores.items():
        parts.append(f'<text x="0" y="{top + 20}" font-weight="bold">{escape(store)}</text>')
        top += HEADER
        scale = WIDTH / max(high for *_, high in rows)
        for name, mean, low, high in sorted(rows, key=lambda row: -row[1]):
            colour = COLOURS.get(name.split()[0], OTHER)
            middle = top + BAR / 2
            parts.append(
                f'<text x="{LEFT - 8}" y="{middle + 4}" text-anchor="end">{escape(name)}</text>'
                f'<rect x="{LEFT}" y="{top}" width="{mean * scale:.1f}" height="{BAR}" '
                f'fill="{colour}"/>'
                f'<path d="M{LEFT + low * scale:.1f} {middle}H{LEFT + high * scale:.1f}" '
                f'stroke="#222"/>'
                f'<text x="{LEFT + WIDTH + 8}" y="{middle + 4}">{mean:.4f}</text>'
            )
            top += ROW
    size = f'width="{LEFT + WIDTH + 60}" height="{top}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">\n'
        f'<rect {size} fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


if __name__ == "__main__":
    sys.stdout.write(draw(read(Path(sys.argv[1]).read_text(encoding="utf-8"))))
