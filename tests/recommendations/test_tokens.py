"""What a list of suggestions is known by."""

import time
from dataclasses import replace

import pytest

from recommendations.exceptions import BadToken
from recommendations.services.suggestions import Suggestions
from recommendations.services.tokens import Token, make_token, read_token

CART = Suggestions(surface="frequently_bought_with", version="v7", seeds=("cup", "tea"))


def test_a_token_says_which_suggestions_it_stands_for():
    token = make_token(CART)
    assert read_token(token) == Token("frequently_bought_with", "v7", ("cup", "tea"))


def test_a_token_says_which_arm_of_an_experiment_the_visitor_is_in():
    token = make_token(replace(CART, arm="3/hold-out"))
    assert read_token(token).arm == "3/hold-out"


def test_a_large_cart_makes_no_large_token():
    seeds = tuple(f"product {n:03}" for n in range(200))
    token = make_token(Suggestions(surface="frequently_bought_with", seeds=seeds))
    assert read_token(token).seeds == seeds[:20]
    assert len(token) < 400


@pytest.mark.parametrize("forged", ["", "nonsense", "a:b:c"])
def test_what_was_not_made_here_is_refused(forged):
    with pytest.raises(BadToken, match="not made by this shop"):
        read_token(forged)


def test_a_changed_token_is_refused():
    token = make_token(CART)
    with pytest.raises(BadToken, match="not made by this shop"):
        read_token("x" + token)


def test_an_old_token_is_refused(monkeypatch):
    token = make_token(CART)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 31 * 86_400)
    with pytest.raises(BadToken, match="has expired"):
        read_token(token)
