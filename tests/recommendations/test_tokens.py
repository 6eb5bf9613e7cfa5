"""What a list of suggestions is known by."""

import re
import time
from dataclasses import replace

import pytest

from recommendations.exceptions import BadToken
from recommendations.services.suggestions import Suggestions
from recommendations.services.tokens import Token, read_token

CART = Suggestions(surface="frequently_bought_with", version="v7", seeds=("cup", "tea"))


def test_a_token_says_which_suggestions_it_stands_for():
    assert read_token(CART.token) == Token("frequently_bought_with", "v7", ("cup", "tea"))


def test_a_token_says_which_arm_of_an_experiment_the_visitor_is_in():
    assert read_token(replace(CART, arm="3/hold-out").token).arm == "3/hold-out"


def test_a_large_cart_makes_no_large_token():
    seeds = tuple(f"product {n:03}" for n in range(200))
    token = Suggestions(surface="frequently_bought_with", seeds=seeds).token
    assert read_token(token).seeds == seeds[:20]
    assert len(token) < 400


def test_nothing_in_a_token_means_anything_to_a_page():
    seeds = tuple("\"><script>&' é" + str(n) for n in range(9))
    assert re.fullmatch(r"[\w.:-]+", replace(CART, seeds=seeds).token, re.ASCII)
    assert read_token(replace(CART, seeds=seeds).token).seeds == seeds


@pytest.mark.parametrize("forged", ["", "nonsense", "a:b:c"])
def test_what_was_not_made_here_is_refused(forged):
    with pytest.raises(BadToken, match="not made by this shop"):
        read_token(forged)


def test_a_changed_token_is_refused():
    token = CART.token
    with pytest.raises(BadToken, match="not made by this shop"):
        read_token("x" + token)


def test_an_old_token_is_refused(monkeypatch):
    token = CART.token
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 31 * 86_400)
    with pytest.raises(BadToken, match="has expired"):
        read_token(token)
