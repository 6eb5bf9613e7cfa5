"""Serving beyond the database: twenty seeds with lists of fifty merge into one ranking."""

import time
from statistics import median

import numpy as np

from recommendations.services.merging import Lists, SeedList, merge

RUNS = 200


def test_merging_a_cart_of_twenty():
    rng = np.random.default_rng(0)
    seeds = [f"s{n}" for n in range(20)]
    lists = Lists(
        by_seed={
            seed: SeedList(
                100,
                [
                    [f"p{j}", float(score), 9, 50]
                    for j, score in zip(
                        rng.choice(2_000, 50, replace=False),
                        np.sort(rng.random(50))[::-1],
                        strict=True,
                    )
                ],
            )
            for seed in seeds
        },
        popular=[[f"p{j}", 0.1, 0, 50] for j in range(200)],
        orders=10_000,
    )
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        ranking = merge(lists, seeds)
        seconds.append(time.perf_counter() - started)
    assert ranking[0].score >= ranking[1].score
    print(f"\nmerge 20 lists of 50: median {median(seconds) * 1000:.2f} ms (goal ≤ 1 ms)")
