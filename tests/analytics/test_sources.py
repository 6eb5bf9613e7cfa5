"""The channel that brought a visitor."""

import pytest

from analytics.services.sources import source_of

OWN = "shop.example:8000"


@pytest.mark.parametrize(
    ("referrer", "address", "source"),
    [
        ("", "/", "direct"),
        ("https://shop.example/tea", "/cart", ""),
        ("https://www.google.co.uk/", "/", "search"),
        ("https://duckduckgo.com/", "/", "search"),
        ("https://m.facebook.com/", "/", "social"),
        ("https://t.co/abc", "/", "social"),
        ("https://mail.google.com/", "/", "email"),
        ("https://blog.example.org/post", "/", "referral"),
        ("https://google.example.org/", "/", "referral"),
        ("not a url", "/", "referral"),
        ("https://[broken", "/", "referral"),
        ("https://www.google.com/", "/?utm_medium=email&utm_source=june", "email"),
        ("https://www.google.com/", "/?gclid=1", "campaign"),
        ("", "/?utm_medium=cpc", "campaign"),
        ("", "/?utm_campaign=sale", "campaign"),
        ("", "/?utm_medium=Social", "social"),
    ],
)
def test_sources(referrer, address, source):
    assert source_of(referrer, address, OWN) == source
