"""Finds the real data sets, which are too large to keep in the repository."""

import os
from pathlib import Path

import pytest

DEFAULT_FOLDER = Path(__file__).parents[2] / "shared" / "data"


def data_file(name: str) -> Path:
    """The path of a data set; without it the test skips, or fails in CI, where it has to be."""
    __tracebackhide__ = True
    path = Path(os.environ.get("BOUGHTWITH_DATA", DEFAULT_FOLDER)) / name
    if not path.exists():
        missing = f"{path} is not there: set BOUGHTWITH_DATA to the folder it is in"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path
