"""Orders in which some things go together."""

from datetime import timedelta

import pytest

from recommendations.testing import NOON
from tests.projects.oscar import goods


@pytest.fixture
def shelf(db):
    """Sixty orders of guests: a pot goes with its lid, a cup with its saucer."""
    made = {name: goods.product(name) for name in ("pot", "lid", "cup", "saucer")}
    for number in range(60):
        pair = ("pot", "lid") if number % 2 else ("cup", "saucer")
        goods.order(
            [made[name] for name in pair],
            placed_at=NOON + timedelta(hours=number),
            guest_email=f"guest{number % 20}@example.com",
        )
    return made
