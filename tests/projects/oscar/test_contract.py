"""django-oscar keeps the contract."""

import pytest

from recommendations.stores.oscar import OscarStore
from recommendations.testing import StoreContract, World
from tests.projects.oscar import goods


@pytest.mark.django_db
class TestOscarStore(StoreContract):
    def make_store(self, world: World) -> OscarStore:
        goods.fill(world)
        return OscarStore()
