"""Nothing is stored of whoever does not want it."""

import pytest

from analytics.services.clients import device_of, is_bot
from analytics.services.consent import may_track
from tests.analytics.requests import CHROME, browser

GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.0 Mobile/15E148 Safari/604.1"
)
IPAD = IPHONE.replace("iPhone; CPU iPhone OS", "iPad; CPU OS")
PIXEL = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Mobile Safari/537.36"
)


def test_a_browser_may_be_tracked():
    assert may_track(browser())


@pytest.mark.parametrize(
    "headers",
    [{"dnt": "1"}, {"sec_gpc": "1"}, {"user_agent": GOOGLEBOT}, {"x_analytics_consent": "no"}],
)
def test_who_says_no_is_left_alone(headers):
    assert not may_track(browser(**headers))


def test_a_refused_cookie_is_left_alone():
    assert not may_track(browser(cookies={"analytics_consent": "denied"}))


def test_where_consent_is_required_it_has_to_be_there(settings):
    settings.ANALYTICS = {"CONSENT_REQUIRED": True, "CONSENT_COOKIE": "cookies_ok"}
    assert not may_track(browser())
    assert may_track(browser(cookies={"cookies_ok": "granted"}))
    assert may_track(browser(x_analytics_consent="granted"))
    assert not may_track(browser(x_analytics_consent="granted", dnt="1"))


@pytest.mark.parametrize("answer", [True, False])
def test_a_project_may_answer_itself(settings, answer):
    name = "says_yes" if answer else "says_no"
    settings.ANALYTICS = {"CONSENT_READER": f"tests.analytics.test_consent.{name}"}
    assert may_track(browser(x_analytics_consent="no" if answer else "granted")) is answer


def says_yes(request):
    return True


def says_no(request):
    return False


@pytest.mark.parametrize(
    "user_agent",
    [GOOGLEBOT, "curl/8.5.0", "python-requests/2.32", "", CHROME.replace("Chr", "HeadlessChr")],
)
def test_bots(user_agent):
    assert is_bot(browser(user_agent=user_agent))


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (CHROME, "desktop"),
        (IPHONE, "mobile"),
        (PIXEL, "mobile"),
        (IPAD, "tablet"),
        (PIXEL.replace("Mobile ", ""), "tablet"),
        ("My shop's own app 1.0", "other"),
    ],
)
def test_devices(user_agent, device):
    request = browser(user_agent=user_agent)
    assert (device_of(request), is_bot(request)) == (device, False)
