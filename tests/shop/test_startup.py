"""What a server process has done before its first request."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import gc, sys
from {module} import application
assert "shop.graphql.schema" in sys.modules
assert gc.get_freeze_count() > 100_000, gc.get_freeze_count()
"""


@pytest.mark.parametrize("module", ["shop.wsgi", "shop.asgi"])
def test_a_server_has_loaded_the_schema_and_frozen_it(module):
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.projects.full.settings"}
    subprocess.run(
        [sys.executable, "-c", PROGRAM.format(module=module)], env=environment, check=True
    )
