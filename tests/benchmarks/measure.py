"""Paired measurements: ours and the peer in turn, so that a noisy machine is noisy for both."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

RUNS = 5
PAGE = 4096
SECONDS_BETWEEN_SAMPLES = 0.002
ROW = "{work:<44} {ours:>10} {peer:>10} {ratio:>7} {goal:>8}  {name}"


def compare(
    work: str, ours: Callable[[], Any], peers: dict[str, Callable[[], Any]], goal: float
) -> float:
    """Prints the medians beside the fastest peer and returns the ratio of the medians."""
    contenders = {"": ours, **peers}
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for run in contenders.values():
        run()  # compiles, and warms the caches
    for _ in range(RUNS):
        for name, run in contenders.items():
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)
    medians = {name: median(times) for name, times in seconds.items()}
    fastest = min(peers, key=lambda name: medians[name])
    ratio = medians[""] / medians[fastest]
    _print(work, f"{medians['']:.3f} s", f"{medians[fastest]:.3f} s", ratio, goal, fastest)
    return ratio


def compare_memory(
    work: str, ours: Callable[[], Any], peers: dict[str, Callable[[], Any]], goal: float
) -> float:
    """The same for the memory a run needs beyond what was there before it."""
    extra = {name: _extra_memory(run) for name, run in {"": ours, **peers}.items()}
    smallest = min(peers, key=lambda name: extra[name])
    ratio = extra[""] / extra[smallest]
    megabytes = {name: f"{size / 1e6:.0f} MB" for name, size in extra.items()}
    _print(work, megabytes[""], megabytes[smallest], ratio, goal, smallest)
    return ratio


def _extra_memory(run: Callable[[], Any]) -> int:
    gc.collect()
    before, peak, done = _resident(), 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.is_set():
            peak = max(peak, _resident())
            time.sleep(SECONDS_BETWEEN_SAMPLES)

    watcher = threading.Thread(target=watch)
    watcher.start()
    result = run()
    peak = max(peak, _resident())
    done.set()
    watcher.join()
    del result
    return max(peak - before, 1)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def _print(work: str, ours: str, peer: str, ratio: float, goal: float, name: str) -> None:
    row = ROW.format(
        work=work, ours=ours, peer=peer, ratio=f"{ratio:.2f}", goal=f"≤ {goal:.2f}", name=name
    )
    print("\n" + row)
