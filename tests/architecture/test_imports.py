"""Who may import whom."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from tests.architecture.sources import PACKAGES, ROOT


def test_the_contracts_of_pyproject_are_kept():
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_engine_loads_no_django():
    modules = sorted(
        f"recommendations.engine.{path.stem}"
        for path in (ROOT / "recommendations" / "engine").glob("*.py")
        if path.stem != "__init__"
    )
    assert "recommendations.engine.base" in modules
    script = f"import sys, {', '.join(modules)}; print('django' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_packages_hide_nothing_in_their_init():
    inits = [path for package in PACKAGES for path in (ROOT / package).rglob("__init__.py")]
    assert len(inits) > len(PACKAGES)
    assert [path for path in inits if path.read_text()] == []


def test_benchmarks_know_what_they_measure():
    """They run by hand, so nothing else would notice that a name they import is gone."""
    imports = [
        (path.name, node.module, alias.name)
        for path in sorted((ROOT / "tests" / "benchmarks").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(PACKAGES)
        for alias in node.names
    ]
    assert len(imports) > 5
    assert [one for one in imports if not hasattr(import_module(one[1]), one[2])] == []
