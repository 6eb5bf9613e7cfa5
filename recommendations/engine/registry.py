"""Models by name: what a setting, a command or an admin form may ask for."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from recommendations.engine.base import Recommender
from recommendations.engine.content import ContentKNN
from recommendations.engine.ease import EASE
from recommendations.engine.factorization import ALS, NMF, PureSVD
from recommendations.engine.graph import RP3beta
from recommendations.engine.hybrid import Hybrid
from recommendations.engine.item_knn import ItemKNN
from recommendations.engine.neural import MLP, DenoisingAutoencoder
from recommendations.engine.next_basket import NextBasketRanker
from recommendations.engine.popularity import Popularity
from recommendations.engine.substitutes import Substitutes
from recommendations.engine.user_knn import TIFUKNN, BuyerModel, TopFreq, UserKNN
from recommendations.exceptions import InvalidArgument

MODELS: dict[str, type[Recommender]] = {
    "als": ALS,
    "content_knn": ContentKNN,
    "denoising_autoencoder": DenoisingAutoencoder,
    "ease": EASE,
    "hybrid": Hybrid,
    "item_knn": ItemKNN,
    "mlp": MLP,
    "next_basket_ranker": NextBasketRanker,
    "nmf": NMF,
    "popularity": Popularity,
    "pure_svd": PureSVD,
    "rp3beta": RP3beta,
    "substitutes": Substitutes,
    "tifu_knn": TIFUKNN,
    "top_freq": TopFreq,
    "user_knn": UserKNN,
}


def make_model(name: str, params: Mapping[str, Any]) -> Recommender:
    """The model of that name; `InvalidArgument` lists the legal names or parameters."""
    if name not in MODELS:
        raise InvalidArgument(f"There is no model {name!r}; legal: {', '.join(sorted(MODELS))}.")
    model = MODELS[name]
    legal = list(inspect.signature(model).parameters)
    for param in params:
        if param not in legal:
            raise InvalidArgument(
                f"Model {name!r} has no parameter {param!r}; legal: {', '.join(legal)}."
            )
    return model(**params)


def make_item_model(name: str, params: Mapping[str, Any]) -> Recommender:
    """As `make_model`, of a model whose lists may be published. `InvalidArgument` also for one that
    has lists for buyers alone: no surface shows them, and they would tell who bought what."""
    model = make_model(name, params)
    if isinstance(model, BuyerModel):
        legal = (one for one, made in MODELS.items() if not issubclass(made, BuyerModel))
        raise InvalidArgument(
            f"Model {name!r} makes lists for buyers, which are evaluated and not published; "
            f"legal: {', '.join(legal)}."
        )
    return model
