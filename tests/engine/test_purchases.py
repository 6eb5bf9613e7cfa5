import numpy as np
import pytest

from recommendations.engine.purchases import Purchases
from tests.engine.baskets import interactions

# x from the newest: b c | a | a b on the days 10, 6, 0; y: a on day 4
X = interactions("a b", "a", "b c", "a", buyers=["x", "x", "x", "y"], days=[0, 6, 10, 4])
A, B, C = range(3)


def features(buyer: int, item: int, buyers: tuple[int, ...] = (0, 1)) -> dict[str, float]:
    row = np.array([buyers.index(buyer)])
    found = Purchases(X).features(np.array(buyers), row, np.array([item]))
    return {name: float(values[0]) for name, values in found.items()}


def test_of_a_pair():
    of_a = features(0, A)
    halved = 2**-0.1 + 2**-0.2 / 2**0.5
    expected = {
        "share of orders": 2 / 3,
        "share of orders since the first": 2 / 3,
        "halved every 2 orders": 2**-0.5 + 2**-1,
        "halved every 15 orders": 2 ** (-1 / 15) + 2 ** (-2 / 15),
        "halved every 7 days": 2 ** (-4 / 7) + 2 ** (-10 / 7),
        "1 / size of orders": (1 + 1 / 2) / 2,
        "small orders, decayed": halved,
        "orders since the last": 1,
        "days since the last": 4,
        "days since the first": 10,
        "interval in orders": 1,
        "interval in days": 6,
        "intervals since the last": 4 / 6,
        "intervals of the item since the last": 4 / 6,
    }
    assert {name: of_a[name] for name in expected} == pytest.approx(expected)


def test_of_an_item():
    expected = {
        "popularity": 3 / 4,
        "popularity now": (2 ** (-4 / 30) + 2 ** (-10 / 30) + 2 ** (-6 / 30))
        / (1 + 2 ** (-4 / 30) + 2 ** (-10 / 30) + 2 ** (-6 / 30)),
        "size of the item's orders": (2 + 1 + 1) / 3,
        "share of its buyers who had it again": 1 / 2,
        # x had it twice in three orders, y once in one
        "share of their orders since the first": 3 / 4,
        "interval in days of the item": 6,
    }
    of_a = features(1, A)
    assert {name: of_a[name] for name in expected} == pytest.approx(expected)


def test_of_a_buyer():
    recent = 1 + 2**-0.2 + 2**-0.4
    expected = {
        "orders of the buyer": 3,
        "size of the buyer's orders": (2 + 1 * 2**-0.2 + 2 * 2**-0.4) / recent,
        # five purchases of three items
        "share of the buyer's purchases that are repeated": 2 / 5,
    }
    of_x = features(0, C)
    assert {name: of_x[name] for name in expected} == pytest.approx(expected)


def test_what_a_buyer_never_had_is_older_than_the_buyer():
    never = features(1, C)
    assert never["share of orders"] == never["halved every 7 days"] == 0
    assert (never["orders since the last"], never["days since the last"]) == (1, 6)


def test_an_item_that_nobody_had_twice_has_no_interval():
    of_c = features(0, C)
    assert of_c["interval in days of the item"] == 0
    assert of_c["intervals since the last"] == of_c["intervals of the item since the last"] == 0


def test_two_purchases_on_one_day_are_half_a_day_apart():
    twice = interactions("a", "a", "b", buyers=["x", "x", "x"], days=[0, 0, 3])
    found = Purchases(twice).features(np.array([0]), np.array([0]), np.array([A]))
    assert found["intervals since the last"][0] == 3 / 0.5


def test_some_buyers_have_the_features_they_have_among_all():
    assert features(1, A, buyers=(1,)) == features(1, A)


def test_orders_without_a_time_are_as_old_as_the_oldest():
    days = [0.0, 8.0, float("nan")]
    some = interactions("a", "b", "c", buyers=["x", "x", "x"], days=[0, 8, 9])
    untimed = type(some)(
        some.items,
        some.baskets[[1, 2, 0]],
        some.buyers,
        some.known_buyers,
        np.array(days)[[1, 0, 2]],
        some.orders,
    )
    found = Purchases(untimed).features(np.array([0]), np.array([0, 0, 0]), np.arange(3))
    assert found["days since the last"].tolist() == [8, 0, 8]
