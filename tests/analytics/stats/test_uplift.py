import numpy as np
import pytest

from analytics.stats.uplift import Sample, Verdict, sample, sample_ratio, uplift, verdict, wilson


def shares(visitors, buyers):
    return sample(np.r_[np.ones(buyers), np.zeros(visitors - buyers)])


def test_a_sample_is_what_its_visitors_did():
    assert sample(np.array([0.0, 0, 4, 8])) == Sample(4, 2, 3.0, pytest.approx(44 / 3))
    assert sample(np.array([])) == Sample(0, 0, 0.0, 0.0)


class TestWilson:
    def test_ten_of_a_hundred(self):
        # centre (0.1 + 0.0192073)/1.0384146, half width 0.0596…: as published tables have it
        found = wilson(10, 100)
        assert (found.value, found.low, found.high) == pytest.approx(
            (0.1, 0.05523, 0.17437), abs=1e-5
        )

    def test_none_of_ten_may_still_be_many(self):
        found = wilson(0, 10)
        assert found.low == 0
        assert found.high == pytest.approx(3.841459 / 13.841459)  # z²/(n + z²)

    def test_nothing_tried(self):
        assert np.isnan(wilson(0, 0).value)


class TestUplift:
    def test_a_ratio_of_shares_has_the_interval_of_katz(self):
        # 60 and 40 of 1,000: R = 1.5, deviation of ln R = √(0.94/60 + 0.96/40), up to n/(n − 1)
        found = uplift(shares(1000, 60), shares(1000, 40))
        deviation = np.sqrt((0.94 / 60 + 0.96 / 40) * 1000 / 999)
        assert found.value == pytest.approx(0.5)
        assert found.low == pytest.approx(1.5 * np.exp(-1.959964 * deviation) - 1)
        assert found.high == pytest.approx(1.5 * np.exp(1.959964 * deviation) - 1)

    def test_nothing_to_compare_with(self):
        assert np.isnan(uplift(shares(10, 1), shares(10, 0)).value)


class TestSampleRatio:
    def test_chi_square_of_a_split(self):
        # (60 − 50)²/50 · 2 = 4 with one degree of freedom
        assert sample_ratio(np.array([60, 40]), [1, 1]) == pytest.approx(0.0455003)

    def test_shares_need_not_add_up_to_one(self):
        assert sample_ratio(np.array([90, 10]), [9, 1]) == pytest.approx(1)

    @pytest.mark.parametrize("visitors", [[0, 0], [5]])
    def test_nothing_to_split(self, visitors):
        assert sample_ratio(np.array(visitors), [1] * len(visitors)) == 1


class TestVerdict:
    def test_better_and_worse_need_the_whole_interval(self):
        many, few = shares(1000, 200), shares(1000, 100)
        assert verdict(many, few) == Verdict.BETTER
        assert verdict(few, many) == Verdict.WORSE

    def test_an_interval_around_nothing_is_not_yet(self):
        assert verdict(shares(1000, 105), shares(1000, 100)) == Verdict.NOT_YET

    def test_few_successes_are_not_yet(self):
        assert verdict(shares(1000, 200), shares(1000, 29)) == Verdict.NOT_YET

    def test_a_wrong_split_comes_before_all(self):
        assert verdict(shares(1000, 200), shares(1000, 100), 0.0009) == Verdict.MISMATCH
