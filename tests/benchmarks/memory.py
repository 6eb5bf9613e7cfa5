"""The extra memory of one contender, in a process of its own: nothing that was freed before hides.

python -m tests.benchmarks.memory MODULE NAME BASKETS ITEMS prints the bytes.
"""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys
from importlib import import_module
from pathlib import Path

FEW_BASKETS = 1_000


def extra_memory(module: str, name: str, n_baskets: int, n_items: int) -> int:
    """`module.contenders(n_baskets, n_items)[name]` is run once to warm up, on few baskets."""
    command = [sys.executable, "-m", __name__, module, name, str(n_baskets), str(n_items)]
    return int(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def _measure(module: str, name: str, n_baskets: int, n_items: int) -> int:
    contenders = import_module(module).contenders
    contenders(FEW_BASKETS, n_items)[name]()
    run = contenders(n_baskets, n_items)[name]
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark starts here
    before = _status("VmRSS")
    result = run()
    extra = _status("VmHWM") - before
    del result
    return max(extra, 1)


def _status(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise LookupError(field)


if __name__ == "__main__":
    print(_measure(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
