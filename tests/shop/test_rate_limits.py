"""Whoever writes too often is refused for a while, and nobody else is."""

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from shop import rate_limits
from shop.exceptions import TooManyRequests
from shop.graphql.callers import network_of


@pytest.fixture(autouse=True)
def limit(settings, monkeypatch):
    """Two an hour, ten minutes into one."""
    settings.SHOP_WRITES_AN_HOUR = 2
    monkeypatch.setattr(rate_limits.time, "time", lambda: 1_000 * 3_600 + 600)
    cache.clear()
    yield
    cache.clear()


def test_the_third_is_refused_until_the_hour_is_over(monkeypatch):
    for _ in range(2):
        rate_limits.count("reply", "ann")
    with pytest.raises(TooManyRequests, match="in 50 minutes") as refusal:
        rate_limits.count("reply", "ann")
    assert refusal.value.retry_after == 3_000
    monkeypatch.setattr(rate_limits.time, "time", lambda: 1_001 * 3_600)
    rate_limits.count("reply", "ann")


def test_others_and_other_things_are_counted_by_themselves():
    for action, who in [("reply", "ann"), ("reply", "bob"), ("review", "ann")] * 2:
        rate_limits.count(action, who)


def test_a_cache_that_fails_lets_everybody_through(monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise ConnectionError("no cache")

    monkeypatch.setattr(rate_limits.cache, "add", fail, raising=False)
    for _ in range(3):
        rate_limits.count("reply", "ann")
    assert "the cache can't count reply" in caplog.text


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "6.6.6.6", "10.0.0.1/32"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9/32"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9/32"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "unknown", "unknown"),
        (3, "203.0.113.9", "203.0.113.9/32"),
    ],
)
def test_only_what_own_proxies_say_is_believed(settings, proxies, forwarded, expected):
    settings.SHOP_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert network_of(request) == expected
