"""Baskets as a shop has them: a few products in most, most products in few."""

import numpy as np
from scipy import sparse

from recommendations.engine.interactions import Interactions

MEAN_SIZE = 6


def zipf_baskets(n_baskets: int, n_items: int, seed: int = 0) -> Interactions:
    """Every basket of a buyer of its own; product ranks follow Zipf's law."""
    rng = np.random.default_rng(seed)
    sizes = 1 + rng.poisson(MEAN_SIZE - 1, n_baskets)
    chance = 1 / np.arange(1, n_items + 1)
    items = rng.choice(n_items, sizes.sum(), p=chance / chance.sum()).astype(np.int32)
    rows = np.repeat(np.arange(n_baskets), sizes)
    baskets = sparse.csr_array((np.ones(len(rows), np.float32), (rows, items)))
    baskets.resize((n_baskets, n_items))
    baskets.sum_duplicates()
    baskets.data[:] = 1
    width = len(str(n_items))
    return Interactions(
        items=tuple(f"p{i:0{width}}" for i in range(n_items)),
        baskets=baskets,
        buyers=np.arange(n_baskets),
        known_buyers=(),
        days=np.full(n_baskets, np.nan),
        orders=np.arange(n_baskets, dtype=np.uint64),
    )
