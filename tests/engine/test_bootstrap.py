"""Intervals: exact where nothing varies, and as wide as theory says where it does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.engine import bootstrap
from recommendations.engine.bootstrap import Estimate, estimates, resampled_means

EACH_ITS_OWN = np.arange(400)


def interval(values, buyers=EACH_ITS_OWN) -> Estimate:
    return estimates({"x": np.asarray(values, dtype=float)}, buyers[: len(values)])["x"]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_two_models_that_answer_alike_differ_by_nothing(values):
    values = np.array(values)
    assert interval(values - values) == Estimate(0, 0, 0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_an_interval_is_within_the_values(values):
    found = interval(values)
    slack = 1e-9
    assert min(values) - slack <= found.low <= found.high <= max(values) + slack
    assert found.mean == pytest.approx(np.mean(values))


def test_its_width_is_that_of_the_normal_approximation():
    # 200 zeros and 200 ones: deviation .5, standard error .5 / √400 = .025
    found = interval([0, 1] * 200)
    assert found.mean == 0.5
    assert found.low == pytest.approx(0.5 - 1.96 * 0.025, abs=0.006)
    assert found.high == pytest.approx(0.5 + 1.96 * 0.025, abs=0.006)


def test_ten_equal_cases_of_one_buyer_are_no_more_evidence_than_one():
    # 40 buyers of 10 cases: the standard error is .5 / √40, not .5 / √400
    found = interval(np.repeat([0, 1] * 20, 10), np.repeat(np.arange(40), 10))
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(40), rel=0.1)


def test_buyers_bring_all_their_cases_into_the_mean():
    # two buyers, of 3 cases and of 1: samples are AA, AB or BB with means 1, 3/4 and 0
    means = resampled_means(np.array([[1.0], [1.0], [1.0], [0.0]]), np.array([7, 7, 7, 9]))
    assert set(means.ravel().tolist()) == {0, 0.75, 1}


def test_all_figures_see_the_same_samples():
    values = np.random.default_rng(1).random(30)
    means = resampled_means(np.stack([values, 1 - values], axis=1), EACH_ITS_OWN[:30])
    assert means.sum(axis=1) == pytest.approx(np.ones(bootstrap.RESAMPLES))


def test_the_same_seed_gives_the_same_interval_in_batches_of_any_size(monkeypatch):
    values = np.random.default_rng(2).random(100)
    whole = interval(values)
    monkeypatch.setattr(bootstrap, "CELLS_A_BATCH", 1000)
    assert interval(values) == whole


def test_of_no_cases_nothing_is_known():
    assert interval([]) == Estimate(0, 0, 0)
