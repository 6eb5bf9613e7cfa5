"""Who is likely to buy again, and who has left: the BG/NBD model.

While somebody is a customer they buy at a Poisson rate λ; after each purchase they leave with
probability p. λ is gamma distributed over customers (shape r, rate α), p is beta (a, b). Source:
Fader, Hardie and Lee, "Counting your customers the easy way: an alternative to the Pareto/NBD
model", Marketing Science 24 (2005).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from analytics.stats.arrays import Floats


@dataclass(frozen=True)
class BGNBD:
    """The four parameters; α is in the unit of time that the data had."""

    r: float
    alpha: float
    a: float
    b: float


def log_likelihood(model: BGNBD, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """ln L of each customer (n,), eq. 6 of the paper.

    x: repeat purchases; t_x: time of the last one since the first purchase, 0 without any; T: time
    observed since the first purchase. All (n,).
    Formula: B(a,b+x)/B(a,b) · Γ(r+x) α^r/Γ(r) · [ (α+T)^−(r+x) + 1{x>0} a/(b+x−1) (α+t_x)^−(r+x) ].
    """
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    common = betaln(a, b + x) - betaln(a, b) + gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    staying = -(r + x) * np.log(alpha + T)
    with np.errstate(divide="ignore"):
        leaving = np.where(
            x > 0,
            np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x),
            -np.inf,
        )
    return common + np.logaddexp(staying, leaving)


def fit(x: Floats, t_x: Floats, T: Floats) -> BGNBD | None:
    """The parameters of the greatest likelihood; None when the search finds no end to it.

    Shapes and units as in `log_likelihood`. Times are scaled to T ≤ 1 for the search; customers
    with the same history are counted once, with their number as weight.
    """
    if not len(x) or not (x > 0).any():
        return None
    unit = float(T.max())
    rows, weights = np.unique(
        np.column_stack([x, t_x / unit, T / unit]), axis=0, return_counts=True
    )

    def loss(logs: Floats) -> float:
        likelihood = log_likelihood(BGNBD(*np.exp(logs)), *rows.T)
        return -float(np.average(likelihood, weights=weights))

    found = minimize(loss, np.zeros(4), method="L-BFGS-B", bounds=[(-12.0, 12.0)] * 4)
    if not found.success or np.abs(found.x).max() > 11.9:
        return None
    r, alpha, a, b = np.exp(found.x).tolist()
    return BGNBD(r, alpha * unit, a, b)


def alive(model: BGNBD, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """The chance that each is still a customer, (n,): 1 for those who bought once.

    Formula: 1 / (1 + 1{x>0} a/(b+x−1) ((α+T)/(α+t_x))^(r+x)). Source: Fader, Hardie and Lee,
    "Computing P(alive) using the BG/NBD model" (2008).
    """
    with np.errstate(over="ignore"):
        odds = (
            model.a
            / (model.b + np.maximum(x, 1) - 1)
            * ((model.alpha + T) / (model.alpha + t_x)) ** (model.r + x)
        )
    return np.where(x > 0, 1 / (1 + odds), 1.0)


def expected_purchases(model: BGNBD, t: float, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Purchases to expect of each in the next t units of time, (n,): eq. 10 of the paper.

    Formula: (a+b+x−1)/(a−1) · [1 − ((α+T)/(α+T+t))^(r+x) ₂F₁(r+x, b+x; a+b+x−1; t/(α+T+t))],
    times the chance that the customer is still one.
    """
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    if abs(a - 1) < 1e-6:
        a = 1 + 1e-6  # the formula has a removable singularity here
    z = t / (alpha + T + t)
    shrunk = ((alpha + T) / (alpha + T + t)) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, z)
    return (a + b + x - 1) / (a - 1) * (1 - shrunk) * alive(model, x, t_x, T)
