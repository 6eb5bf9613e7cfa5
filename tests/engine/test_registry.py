import pytest

from recommendations.engine.item_knn import ItemKNN
from recommendations.engine.registry import make_model
from recommendations.exceptions import InvalidArgument


def test_a_model_is_made_by_name_with_parameters():
    model = make_model("item_knn", {"shrinkage": 3})
    assert isinstance(model, ItemKNN)
    assert model.shrinkage == 3


def test_an_unknown_model_is_refused_with_the_legal_names():
    with pytest.raises(InvalidArgument, match=r"'knn'; legal: .*item_knn.*popularity"):
        make_model("knn", {})


def test_an_unknown_parameter_is_refused_with_the_legal_names():
    with pytest.raises(InvalidArgument, match=r"no parameter 'k'; legal: .*shrinkage"):
        make_model("item_knn", {"k": 1})
