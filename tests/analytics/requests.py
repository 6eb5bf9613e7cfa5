"""Requests as browsers send them."""

from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36"
)


def browser(path="/", *, user=None, cookies=None, **headers):
    """A request of a desktop browser; headers by name with underscores."""
    given = {"user-agent": CHROME} | {k.replace("_", "-"): v for k, v in headers.items()}
    request = RequestFactory().get(path, headers={k: v for k, v in given.items() if v is not None})
    request.user = user or AnonymousUser()
    request.COOKIES.update(cookies or {})
    return request
