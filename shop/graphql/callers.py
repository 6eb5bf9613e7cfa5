"""Who asks: the user of the request behind a GraphQL operation."""

from __future__ import annotations

import strawberry
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from shop.customers.models import Customer, User
from shop.customers.services import customer_of


def request_of(info: strawberry.Info) -> HttpRequest:
    request: HttpRequest = info.context.request
    return request


def caller_of(info: strawberry.Info) -> User | AnonymousUser:
    user = request_of(info).user
    return user if isinstance(user, User) else AnonymousUser()


def current_customer(info: strawberry.Info) -> Customer | None:
    return customer_of(caller_of(info))
