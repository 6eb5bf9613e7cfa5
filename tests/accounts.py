"""Accounts, whatever the user model of the settings project."""

from itertools import count
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

PASSWORD = "correct horse battery staple"

_serial = count(1)


def user(username: str | None = None, **fields: Any) -> Any:
    """An account that logs in with `PASSWORD`."""
    username = username or f"user{next(_serial)}"
    email = fields.pop("email", f"{username}@example.com")
    return get_user_model().objects.create_user(username, email, PASSWORD, **fields)


def staff(*permissions: str) -> Any:
    """Staff with exactly these permissions, each written `app.codename`."""
    member = user(is_staff=True)
    for permission in permissions:
        app, codename = permission.split(".")
        member.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return member
