"""Who placed a pair's orders decides how many of them count."""

import numpy as np
import pytest

from recommendations.engine.confirmation import Confirmation, orders_of_returning
from tests.engine.baskets import interactions


def shares(X, item, **orders):
    index = {key: i for i, key in enumerate(X.items)}
    others = np.array([index[key] for key in orders], dtype=np.int32)
    counts = np.array(list(orders.values()), dtype=np.int32)
    return dict(zip(orders, Confirmation(X).shares(index[item], others, counts), strict=True))


def test_three_days_make_a_returning_buyer():
    X = interactions(
        *["a b"] * 9,
        buyers=["anna"] * 3 + ["ben"] * 3 + ["cora", None, None],
        days=[0, 1, 2, 0, 1, 1.5, 0, 1, 2],  # ben ordered twice on his second day
    )
    assert orders_of_returning(X).sum() == 3
    of_anna = X.buyers == X.known_buyers.index("anna")
    assert (orders_of_returning(X) == of_anna).all()


def test_orders_of_new_buyers_count_as_far_as_returning_ones_make_likely():
    # 6 orders of anna, 3 of others: r = 2 · 3 / 6 = 1
    # a b: E = 2 of C = 3, (2 + 1 · 3) / 3 > 1. a c: E = 0 of C = 2, (0 + 1 · 1) / 2
    X = interactions(
        "a b", "a b", "a", "b", "d", "d", "a b", "a c", "a c",
        buyers=["anna"] * 6 + ["x", "y", "z"],
        days=[0, 1, 2, 3, 4, 5, 5, 5, 5],
    )  # fmt: skip
    assert shares(X, "a", b=3, c=2) == {"b": 1.0, "c": 0.5}
    assert shares(X, "c", a=2) == {"a": 0.5}
    assert shares(X, "a") == {}


@pytest.mark.parametrize("buyers", [None, [None] * 3])
def test_where_nobody_returns_all_orders_count(buyers):
    X = interactions("a b", "a b", "a", buyers=buyers, days=[0, 1, 2])
    assert shares(X, "a", b=2) == {"b": 1.0}


def test_where_all_return_they_alone_count():
    X = interactions("a b", "a b", "a", buyers=["anna"] * 3, days=[0, 1, 2])
    assert shares(X, "b", a=2) == {"a": 1.0}


def test_no_baskets():
    X = interactions()
    assert orders_of_returning(X).tolist() == []
    Confirmation(X)
