import sys

import pytest
from hypothesis import settings

# The same examples every time, and no deadline: a slow machine is no failure.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def nothing_remembered():
    """A test rolls back, and the next one may give its numbers to other versions."""
    yield
    if lists := sys.modules.get("recommendations.services.lists"):
        lists._memories.clear()
        lists._last_live.clear()
