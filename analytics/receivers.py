"""A login tells whose device it is."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from analytics.services import visitors


@receiver(user_logged_in, dispatch_uid="boughtwith_analytics.link_visitor")
def link_visitor(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    if request is not None:
        visitors.link(request, user)
