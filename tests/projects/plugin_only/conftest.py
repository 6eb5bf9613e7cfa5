"""A toy store whose orders have been learnt from."""

import pytest
from django.core.management import call_command

from tests.projects.plugin_only import toys


@pytest.fixture
def toy_box(db):
    """The toys by name: a train goes with its rails, a doll with its dress."""
    made = toys.fill(toys.TOGETHER)
    call_command("train_recommendations", verbosity=0)
    return made
