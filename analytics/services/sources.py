"""The channel that brought a visitor, from the page before and the address of this one."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from analytics.models import Source

SEARCH_ENGINES = {
    "google", "bing", "duckduckgo", "yahoo", "baidu", "yandex", "ecosia", "qwant", "startpage",
    "sogou", "so", "naver", "seznam", "brave",
}  # fmt: skip
SOCIAL_NETWORKS = {
    "facebook", "instagram", "twitter", "x", "t", "tiktok", "pinterest", "reddit", "linkedin",
    "lnkd", "youtube", "threads", "mastodon", "bsky", "weibo", "xiaohongshu", "douyin", "vk",
    "whatsapp", "telegram",
}  # fmt: skip
MEDIA = {
    "email": Source.EMAIL,
    "newsletter": Source.EMAIL,
    "social": Source.SOCIAL,
    "organic": Source.SEARCH,
    "referral": Source.REFERRAL,
}
#: Parts of a host name that stand before the last one without being a name: google.co.uk.
SECOND_LEVEL = {"co", "com", "org", "net", "gov", "ac"}


def source_of(referrer: str, address: str, own_host: str) -> Source | str:
    """Empty for a page that was reached from this site: it brought nobody.

    `utm_medium` goes before the referrer; a campaign or a paid click is a campaign whatever the
    medium is called.
    """
    parameters = parse_qs(address.partition("?")[2])
    medium = parameters.get("utm_medium", [""])[0].lower()
    if medium in MEDIA:
        return MEDIA[medium]
    if (
        medium
        or "utm_source" in parameters
        or "utm_campaign" in parameters
        or "gclid" in parameters
    ):
        return Source.CAMPAIGN
    if not referrer:
        return Source.DIRECT
    host = _host(referrer)
    if host == own_host.partition(":")[0].lower():
        return ""
    return _channel(host)


def _host(referrer: str) -> str:
    """Empty for what is no address."""
    try:
        return (urlsplit(referrer).hostname or "").lower()
    except ValueError:
        return ""


def _channel(host: str) -> Source:
    labels = host.split(".")
    if "mail" in labels or "outlook" in labels:
        return Source.EMAIL
    name = labels[-2] if len(labels) > 1 else host
    if name in SECOND_LEVEL and len(labels) > 2:
        name = labels[-3]
    if name in SEARCH_ENGINES:
        return Source.SEARCH
    return Source.SOCIAL if name in SOCIAL_NETWORKS else Source.REFERRAL
