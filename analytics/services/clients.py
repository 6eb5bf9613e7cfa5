"""What a request tells of the client behind it: the kind of device, and whether it is a bot."""

from __future__ import annotations

import re
from functools import lru_cache

from crawlerdetect import CrawlerDetect
from django.http import HttpRequest

from analytics.models import Device

#: Programs that fetch pages, beyond the crawlers that tell so themselves.
NO_BROWSER = re.compile(r"headless|lighthouse|phantomjs|selenium|playwright|puppeteer", re.I)
TABLET = re.compile(r"iPad|Tablet|Kindle|PlayBook|Silk/|Android(?!.*Mobile)", re.I)
MOBILE = re.compile(r"Mobi|iPhone|iPod|Android|Opera Mini", re.I)
DESKTOP = re.compile(r"Windows NT|Macintosh|X11|CrOS|Linux", re.I)
MAX_USER_AGENT = 512

_crawlers = CrawlerDetect(user_agent="")


def is_bot(request: HttpRequest) -> bool:
    return _is_bot(_user_agent(request))


def device_of(request: HttpRequest) -> Device:
    return _device(_user_agent(request))


def _user_agent(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")[:MAX_USER_AGENT]


@lru_cache(maxsize=4096)
def _is_bot(user_agent: str) -> bool:
    """Who names no client at all is one too: a program that sends requests."""
    if not user_agent or NO_BROWSER.search(user_agent):
        return True
    return bool(_crawlers.isCrawler(user_agent))


@lru_cache(maxsize=4096)
def _device(user_agent: str) -> Device:
    for device, pattern in (
        (Device.TABLET, TABLET),
        (Device.MOBILE, MOBILE),
        (Device.DESKTOP, DESKTOP),
    ):
        if pattern.search(user_agent):
            return device
    return Device.OTHER
