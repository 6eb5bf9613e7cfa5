"""Every model of the registry keeps the contract."""

from recommendations.engine.content import ContentKNN
from recommendations.engine.ease import EASE
from recommendations.engine.factorization import ALS, NMF, PureSVD
from recommendations.engine.graph import RP3beta
from recommendations.engine.hybrid import Hybrid
from recommendations.engine.item_knn import ItemKNN
from recommendations.engine.neural import MLP, DenoisingAutoencoder
from recommendations.engine.next_basket import NextBasketRanker
from recommendations.engine.popularity import Popularity
from recommendations.engine.registry import MODELS
from recommendations.engine.substitutes import Substitutes
from recommendations.engine.user_knn import TIFUKNN, TopFreq, UserKNN
from recommendations.testing import RecommenderContract


class TestContentKNN(RecommenderContract):
    def make_model(self) -> ContentKNN:
        return ContentKNN()


class TestDenoisingAutoencoder(RecommenderContract):
    def make_model(self) -> DenoisingAutoencoder:
        return DenoisingAutoencoder(epochs=2)


class TestALS(RecommenderContract):
    def make_model(self) -> ALS:
        return ALS(n_factors=4)


class TestNMF(RecommenderContract):
    def make_model(self) -> NMF:
        return NMF(n_factors=4)


class TestPureSVD(RecommenderContract):
    def make_model(self) -> PureSVD:
        return PureSVD(n_factors=4)


class TestEASE(RecommenderContract):
    def make_model(self) -> EASE:
        return EASE()


class TestHybrid(RecommenderContract):
    def make_model(self) -> Hybrid:
        return Hybrid()


class TestItemKNN(RecommenderContract):
    def make_model(self) -> ItemKNN:
        return ItemKNN()


class TestMLP(RecommenderContract):
    def make_model(self) -> MLP:
        return MLP(epochs=2)


class TestNextBasketRanker(RecommenderContract):
    def make_model(self) -> NextBasketRanker:
        return NextBasketRanker()


class TestPopularity(RecommenderContract):
    def make_model(self) -> Popularity:
        return Popularity()


class TestRP3beta(RecommenderContract):
    def make_model(self) -> RP3beta:
        return RP3beta()


class TestSubstitutes(RecommenderContract):
    def make_model(self) -> Substitutes:
        return Substitutes()


class TestTIFUKNN(RecommenderContract):
    def make_model(self) -> TIFUKNN:
        return TIFUKNN()


class TestTopFreq(RecommenderContract):
    def make_model(self) -> TopFreq:
        return TopFreq()


class TestUserKNN(RecommenderContract):
    def make_model(self) -> UserKNN:
        return UserKNN()


def test_no_model_of_the_registry_is_left_out():
    contracts = [one for one in RecommenderContract.__subclasses__() if one.__module__ == __name__]
    tested = {type(contract().make_model()) for contract in contracts}
    assert tested == set(MODELS.values())
