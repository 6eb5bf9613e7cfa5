import numpy as np

from analytics.stats.cohorts import retention


def test_retention_is_the_share_of_a_cohort_that_buys_again():
    # months 0, 1, 2. Buyers 0 and 1 begin in 0; 0 is back in 1 (twice) and 2. Buyer 2 begins in 1.
    buyer, month = np.array([0, 1, 0, 0, 0, 2]), np.array([0, 0, 1, 1, 2, 1])
    sizes, shares = retention(buyer, month, 3)
    assert sizes.tolist() == [2, 1, 0]
    nan = np.nan
    expected = [[1, 0.5, 0.5], [1, 0, nan], [nan, nan, nan]]
    np.testing.assert_array_equal(shares, expected)


def test_without_orders_there_is_no_cohort():
    sizes, shares = retention(np.array([], int), np.array([], int), 2)
    assert sizes.tolist() == [0, 0]
    assert np.isnan(shares).all()
