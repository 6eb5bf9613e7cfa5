import numpy as np

from analytics.stats.products import performance


def test_rates_of_products_and_of_one_nobody_saw():
    def column(seen):
        return np.array([seen, 0.0])

    found = performance(
        views=column(20.0), adds=column(5.0), buys=column(2.0), units=column(4.0),
        returned=column(1.0), rating_sum=column(9.0), ratings=column(2.0),
    )  # fmt: skip
    assert found.add_rate.tolist() == [0.25, 0]
    assert found.conversion.tolist() == [0.1, 0]
    assert found.return_rate.tolist() == [0.25, 0]
    assert found.rating.tolist() == [4.5, 0]
