"""Serving beyond the database: twenty seeds with lists of fifty merge into one ranking."""

import time
from statistics import median

import numpy as np

from recommendations.services.lists import StoredList
from recommendations.services.merging import Ranking

RUNS = 200
LOOKED_AT = 16


def test_merging_a_cart_of_twenty():
    rng = np.random.default_rng(0)
    by_seed = {
        f"s{n}": StoredList(
            100,
            [f"p{j}" for j in rng.choice(2_000, 50, replace=False)],
            np.sort(rng.random(50))[::-1].tolist(),
            [9] * 50,
        )
        for n in range(20)
    }
    basket = dict.fromkeys(by_seed, 1.0)
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        ranking = Ranking(by_seed, basket)
        reasons = [ranking.shares(key) for key in ranking.keys[:LOOKED_AT]]
        seconds.append(time.perf_counter() - started)
    assert ranking.score(ranking.keys[0]) >= ranking.score(ranking.keys[1])
    assert len(reasons) == LOOKED_AT
    assert all(reasons)
    print(f"\nmerge 20 lists of 50: median {median(seconds) * 1000:.2f} ms (goal ≤ 1 ms)")
