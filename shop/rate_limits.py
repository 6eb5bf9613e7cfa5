"""How often one person may write to the shop: whoever floods it gets a typed refusal."""

from __future__ import annotations

import logging
import time

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

from shop.exceptions import TooManyRequests

logger = logging.getLogger(__name__)

HOUR = 60 * 60


def count(action: str, who: str) -> None:
    """Counts one more. Raises `TooManyRequests` after `SHOP_WRITES_AN_HOUR` of one action by one
    person in a clock hour.

    The cache holds no address, only a keyed hash. A cache that fails lets everybody through:
    customer service matters more than the limit.
    """
    hour, elapsed = divmod(int(time.time()), HOUR)
    try:
        written = _increment(salted_hmac("shop.rate_limits", f"{action} {who} {hour}").hexdigest())
    except Exception:
        logger.exception("the cache can't count %s", action)
        return
    if written > settings.SHOP_WRITES_AN_HOUR:
        wait = HOUR - elapsed
        raise TooManyRequests(f"Too many at once. Try again in {-(-wait // 60)} minutes.", wait)


def _increment(key: str) -> int:
    """The first of two at once sets the key, and both count."""
    cache.add(key, 0, timeout=HOUR)
    return cache.incr(key)
