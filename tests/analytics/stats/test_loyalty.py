"""BG/NBD against the figures its authors published for the CDNOW data, and by hand."""

import numpy as np
import pytest

from analytics.stats.loyalty import BGNBD, alive, expected_purchases, fit, log_likelihood

#: The estimates of the paper for CDNOW, in weeks.
CDNOW = BGNBD(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)


def one(value):
    return np.array([float(value)])


class TestPublished:
    def test_a_customer_with_a_history(self):
        # "Implementing the BG/NBD model in Excel" (2005): 1.226 purchases in 39 weeks
        found = expected_purchases(CDNOW, 39.0, one(2), one(30.43), one(38.86))
        assert found == pytest.approx(1.226, abs=5e-4)

    @pytest.mark.parametrize(
        ("weeks", "purchases"),
        [(0.1429, 0.0078), (1.0, 0.0532), (3.0, 0.1506), (31.8571, 1.0405), (32.0, 1.0437)],
    )
    def test_somebody_new(self, weeks, purchases):
        found = expected_purchases(CDNOW, weeks, one(0), one(0), one(0))
        assert found == pytest.approx(purchases, abs=1e-4)


class TestByHand:
    model = BGNBD(r=1.0, alpha=1.0, a=1.0, b=1.0)

    def test_likelihood_of_one_who_never_came_back(self):
        # (α / (α + T))^r = 1/4
        assert np.exp(log_likelihood(self.model, one(0), one(0), one(3))) == pytest.approx(1 / 4)

    def test_likelihood_of_one_repeat_purchase(self):
        # B(1,2)/B(1,1) = 1/2; Γ(2)/Γ(1) = 1; (1+3)^−2 + (1/1)(1+1)^−2 = 5/16
        found = log_likelihood(self.model, one(1), one(1), one(3))
        assert np.exp(found) == pytest.approx(5 / 32)

    def test_the_chance_to_be_still_a_customer(self):
        # odds (1/1) · (4/2)² = 4
        assert alive(self.model, one(1), one(1), one(3)) == pytest.approx(1 / 5)
        assert alive(self.model, one(0), one(0), one(3)) == pytest.approx(1)

    def test_a_of_one_is_no_hole(self):
        near = BGNBD(1.0, 1.0, 1.001, 1.0)
        asked = (2.0, one(1), one(1), one(3))
        assert expected_purchases(self.model, *asked) == pytest.approx(
            expected_purchases(near, *asked), rel=1e-2
        )


class TestFit:
    def test_finds_what_the_data_was_made_of(self):
        x, t_x, T = customers(CDNOW, 6000, seed=3)
        found = fit(x, t_x, T)
        assert found is not None
        # what the parameters mean: the purchase rate, and the chance to leave
        assert found.r / found.alpha == pytest.approx(CDNOW.r / CDNOW.alpha, rel=0.1)
        leave, truth = found.a / (found.a + found.b), CDNOW.a / (CDNOW.a + CDNOW.b)
        assert leave == pytest.approx(truth, rel=0.2)
        assert log_likelihood(found, x, t_x, T).sum() >= log_likelihood(CDNOW, x, t_x, T).sum()

    def test_the_unit_of_time_does_not_matter(self):
        x, t_x, T = customers(CDNOW, 2000, seed=4)
        weeks, days = fit(x, t_x, T), fit(x, 7 * t_x, 7 * T)
        assert days.alpha == pytest.approx(7 * weeks.alpha, rel=1e-3)
        assert days.r == pytest.approx(weeks.r, rel=1e-3)

    def test_without_a_second_purchase_nothing_can_be_fitted(self):
        assert fit(np.zeros(3), np.zeros(3), np.ones(3)) is None
        assert fit(np.array([]), np.array([]), np.array([])) is None


def customers(model, n, seed):
    """Histories drawn from the model's own story."""
    rng = np.random.default_rng(seed)
    rates, leaving = rng.gamma(model.r, 1 / model.alpha, n), rng.beta(model.a, model.b, n)
    T = rng.uniform(27, 39, n)
    x, t_x = np.zeros(n), np.zeros(n)
    for i in range(n):
        at = rng.exponential(1 / rates[i])
        while at <= T[i]:
            x[i], t_x[i] = x[i] + 1, at
            if rng.random() < leaving[i]:
                break
            at += rng.exponential(1 / rates[i])
    return x, t_x, T
