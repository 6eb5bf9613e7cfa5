"""What it costs to push a product that nobody buys into a popular product's list."""

from datetime import timedelta

import numpy as np
import pytest

from recommendations.conf import Settings
from recommendations.engine.base import Publication
from recommendations.engine.ease import EASE
from recommendations.engine.hybrid import Hybrid
from recommendations.engine.interactions import read_interactions
from tests.engine.baskets import DAY_0

TARGET, PUSHED = "p00", "p59"
PRODUCTS, GROUPS, DAYS = 60, 6, 120
TOP, AIM, MOST = 10, 50, 200
SETTINGS = Settings()
AS_PUBLISHED = Publication(
    k=SETTINGS.LIST_SIZE,
    min_orders=SETTINGS.MIN_PAIR_ORDERS,
    min_buyers=SETTINGS.MIN_PAIR_BUYERS,
    against=SETTINGS.AGAINST_SIZE,
)


@pytest.fixture(scope="module")
def honest():
    """A store whose products go together by tens, the first of each ten most. Two in three orders
    are of people who come back."""
    rng = np.random.default_rng(5)
    chance = 1 / (1 + np.arange(PRODUCTS) // GROUPS)
    lines = []
    for order in range(3000):
        group = rng.integers(GROUPS)
        liked = chance * np.where(np.arange(PRODUCTS) % GROUPS == group, 10, 1)
        liked[-1] = 0  # nobody buys the product that is pushed
        size = 2 + rng.poisson(3)
        chosen = rng.choice(PRODUCTS, size, replace=False, p=liked / liked.sum())
        buyer = f"regular {rng.integers(300)}" if rng.random() < 2 / 3 else f"once {order}"
        at = DAY_0 + timedelta(days=float(rng.integers(DAYS)))
        lines += [(f"o{order}", f"p{j:02}", buyer, at) for j in chosen.tolist()]
    return lines


def attack(accounts, *, orders=1, filler=()):
    """Each account orders both products once on the last day, and before it `filler` alone."""
    last = DAY_0 + timedelta(days=DAYS)
    for account in range(accounts):
        for number in range(orders):
            name, at = f"fake {account} {number}", last - timedelta(days=number)
            both = (TARGET, PUSHED) if number == 0 else ("p01",)
            for product in (*both, *filler):
                yield name, product, f"fake {account}", at


def is_in(model, lines):
    lists = model.fit(read_interactions(lines)).ranked(AS_PUBLISHED)
    target = next(ranked for ranked in lists if ranked.seed == TARGET)
    best = [entry.key for entry in target.entries if entry.score > 0][:TOP]
    assert len(best) == TOP
    return PUSHED in best


def accounts_needed(model, honest, **how):
    """The fewest, by halving; `MOST` where not even they are enough."""
    fewest, enough = 0, MOST
    while enough - fewest > 1:
        middle = (fewest + enough) // 2
        if is_in(model, [*honest, *attack(middle, **how)]):
            enough = middle
        else:
            fewest = middle
    return enough


@pytest.mark.parametrize("filler", [(), ("p06", "p12")], ids=["both alone", "among others"])
def test_accounts_of_one_order_do_not_push_a_product(honest, filler):
    assert accounts_needed(Hybrid(), honest, filler=filler) >= AIM
    assert not is_in(Hybrid(), [*honest, *attack(MOST, filler=filler)])


def test_where_the_catalogue_is_larger_than_the_dense_model(honest):
    assert accounts_needed(Hybrid(max_items=30), honest) >= AIM


def test_the_confirmation_is_what_keeps_them_out(honest, monkeypatch):
    monkeypatch.setattr(
        "recommendations.engine.confirmation.Confirmation.shares",
        lambda self, item, others, orders: np.ones(len(others)),
    )
    assert accounts_needed(EASE(), honest) < AIM


def test_what_it_does_not_stop(honest):
    """Accounts that order on three days are returning buyers."""
    assert accounts_needed(Hybrid(), honest, orders=3) < AIM
