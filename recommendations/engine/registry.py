"""Models by name: what a setting, a command or an admin form may ask for."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from recommendations.engine.base import Recommender
from recommendations.engine.ease import EASE
from recommendations.engine.item_knn import ItemKNN
from recommendations.engine.popularity import Popularity
from recommendations.exceptions import InvalidArgument

MODELS: dict[str, type[Recommender]] = {
    "ease": EASE,
    "item_knn": ItemKNN,
    "popularity": Popularity,
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
