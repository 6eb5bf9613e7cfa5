"""Paired measurements: ours and the peers in turn, so that a noisy machine is noisy for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

from tests.benchmarks.memory import extra_memory

RUNS = 5
OURS = "ours"
ROW = "{work:<44} {ours:>10} {peer:>10} {ratio:>7} {goal:>8}  {name}"


def compare(work: str, contenders: Mapping[str, Callable[[], Any]], goal: float) -> None:
    """Prints the medians of ours and of the fastest peer, and their ratio. Asserts nothing."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for run in contenders.values():
        run()  # compiles, and warms the caches
    for _ in range(RUNS):
        for name, run in contenders.items():
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)
    report(work, {name: median(times) for name, times in seconds.items()}, 1, "s", goal)


def compare_memory(
    work: str, module: str, names: Mapping[str, Any], size: tuple[int, int], goal: float
) -> None:
    """The same for the memory a run needs beyond its input; size: (baskets, items)."""
    extra = {name: float(extra_memory(module, name, *size)) for name in names}
    report(work, extra, 1e-6, "MB", goal)


def report(work: str, figures: dict[str, float], scale: float, unit: str, goal: float) -> None:
    """Prints ours, the best of the others, and their ratio."""
    best = min((name for name in figures if name != OURS), key=lambda name: figures[name])
    digits = 3 if unit == "s" else 0
    row = ROW.format(
        work=work,
        ours=f"{figures[OURS] * scale:.{digits}f} {unit}",
        peer=f"{figures[best] * scale:.{digits}f} {unit}",
        ratio=f"{figures[OURS] / figures[best]:.3f}",
        goal=f"≤ {goal:.2f}",
        name=best,
    )
    print("\n" + row)
