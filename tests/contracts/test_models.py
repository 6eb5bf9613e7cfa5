"""Every model of the registry keeps the contract."""

from recommendations.engine.ease import EASE
from recommendations.engine.item_knn import ItemKNN
from recommendations.engine.popularity import Popularity
from recommendations.engine.registry import MODELS
from recommendations.testing import RecommenderContract


class TestEASE(RecommenderContract):
    def make_model(self) -> EASE:
        return EASE()


class TestItemKNN(RecommenderContract):
    def make_model(self) -> ItemKNN:
        return ItemKNN()


class TestPopularity(RecommenderContract):
    def make_model(self) -> Popularity:
        return Popularity()


def test_no_model_of_the_registry_is_left_out():
    tested = {type(contract().make_model()) for contract in RecommenderContract.__subclasses__()}
    assert tested == set(MODELS.values())
