"""Serving beyond the database: twenty seeds with lists of fifty merge into one ranking."""

import time
from statistics import median

import numpy as np

from recommendations.services.merging import Lists, Ranking, SeedList

RUNS = 200
LOOKED_AT = 16


def test_merging_a_cart_of_twenty():
    rng = np.random.default_rng(0)
    seeds = [f"s{n}" for n in range(20)]
    lists = Lists(
        by_seed={
            seed: SeedList(
                100,
                [f"p{j}" for j in rng.choice(2_000, 50, replace=False)],
                np.sort(rng.random(50))[::-1].tolist(),
                [9] * 50,
            )
            for seed in seeds
        },
        popular=SeedList(0, [f"p{j}" for j in range(200)], [0.1] * 200, [0] * 200),
        orders=10_000,
    )
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        ranking = Ranking(lists, seeds)
        reasons = [ranking.shares(position) for position in range(LOOKED_AT)]
        seconds.append(time.perf_counter() - started)
    assert ranking.score(0) >= ranking.score(1)
    assert all(reasons)
    print(f"\nmerge 20 lists of 50: median {median(seconds) * 1000:.2f} ms (goal ≤ 1 ms)")
