"""Who asks: the user of the request behind a GraphQL operation."""

from __future__ import annotations

import ipaddress

import strawberry
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from shop.customers.models import Customer, User
from shop.customers.services import customer_of

IPV6 = 6


def request_of(info: strawberry.Info) -> HttpRequest:
    request: HttpRequest = info.context.request
    return request


def caller_of(info: strawberry.Info) -> User | AnonymousUser:
    user = request_of(info).user
    return user if isinstance(user, User) else AnonymousUser()


def network_of(request: HttpRequest) -> str:
    """Where a request comes from, past the `SHOP_PROXIES` in front of the shop, each of which adds
    the address it saw: what stands before theirs anybody can write. A household has an IPv6 /64."""
    seen = [*request.headers.get("X-Forwarded-For", "").split(","), request.META["REMOTE_ADDR"]]
    given = seen[max(-1 - settings.SHOP_PROXIES, -len(seen))].strip()
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return given
    length = 64 if address.version == IPV6 else address.max_prefixlen
    return str(ipaddress.ip_network((address, length), strict=False))


def current_customer(info: strawberry.Info) -> Customer | None:
    return customer_of(caller_of(info))
