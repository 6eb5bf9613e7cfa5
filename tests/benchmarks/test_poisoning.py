"""Where made-up accounts bring a product that hardly anybody buys, on a real store.

Each account orders a popular product and the one to be pushed, once, on the last day; `DAYS` days
in the second part, so that it looks like a returning buyer. Eight such attacks at a time.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median

import numpy as np
from scipy import sparse

from recommendations.conf import Settings
from recommendations.engine.confirmation import DAYS
from recommendations.engine.hybrid import Hybrid
from recommendations.engine.interactions import Interactions
from recommendations.services.evaluation import publication
from tests.benchmarks.datasets import online_retail

#: The attacked are the products of these ranks by orders, the pushed ones were in four.
RANKS = (0, 1, 2, 4, 8, 16, 30, 60)
PUSHED_ORDERS = 4
AIM = 50


def attacked(X: Interactions, targets, pushed, accounts: int, days: int) -> Interactions:
    """X with `accounts` new buyers a target, who order on `days` days, on the last one both."""
    rows, codes, times, first = [], [], [], X.buyers.max() + 1
    for target, push in zip(targets, pushed, strict=True):
        for _ in range(accounts):
            for day in range(days):
                rows.append([target, push] if day == 0 else [target])
                codes.append(first)
                times.append(X.days.max() - day)
            first += 1
    flat = np.concatenate(rows)
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    fake = sparse.csr_array(
        (np.ones(len(flat), np.float32), flat, starts), shape=(len(rows), X.n_items)
    )
    # Known buyers have the first codes: the guests move up behind the new accounts.
    n_known, n_new = len(X.known_buyers), accounts * len(targets)
    moved = X.buyers + np.where(X.buyers >= n_known, n_new, 0)
    new = np.array(codes) - (X.buyers.max() + 1) + n_known
    buyers = np.concatenate([moved, new])
    order = np.argsort(buyers, kind="stable")
    return replace(
        X,
        baskets=sparse.csr_array(sparse.vstack([X.baskets, fake]))[order],
        buyers=buyers[order],
        known_buyers=(*X.known_buyers, *(f"new {n}" for n in range(n_new))),
        days=np.concatenate([X.days, times])[order],
    )


def test_online_retail() -> None:
    X = online_retail()
    model = Hybrid().tuned(X)
    n = X.item_orders()
    targets = np.argsort(-n, kind="stable")[list(RANKS)]
    pushed = np.flatnonzero(n == PUSHED_ORDERS)[: len(RANKS)]
    print(f"\n{model}: place of the pushed product in the target's list")
    for accounts, days in ((5, 1), (25, 1), (AIM, 1), (2 * AIM, 1), (5, DAYS)):
        model.fit(attacked(X, targets, pushed, accounts, days))
        lists = {ranked.seed: ranked for ranked in model.ranked(publication(Settings()))}
        places = [
            next(
                (k for k, e in enumerate(lists[X.items[t]].entries, 1) if e.key == X.items[p]),
                np.inf,
            )
            for t, p in zip(targets, pushed, strict=True)
        ]
        print(
            f"  {accounts:>3} accounts, {days} orders each: best {min(places)}, "
            f"median {median(places)}"
        )
