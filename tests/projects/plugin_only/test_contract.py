"""A store with UUID keys, mapped by its settings, keeps the contract."""

import pytest

from recommendations.stores.mapped import MappedStore
from recommendations.testing import StoreContract, World
from tests.projects.plugin_only import toys


@pytest.mark.django_db
class TestToyStore(StoreContract):
    def make_store(self, world: World) -> MappedStore:
        toys.fill(world)
        return MappedStore()
