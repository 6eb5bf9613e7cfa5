"""A django-oscar store as its documentation sets one up, with one app forked."""

from pathlib import Path

import oscar
from oscar.defaults import *  # noqa: F403

from tests.projects.celery import SCHEDULE
from tests.projects.databases import database

SECRET_KEY = "only-for-tests"
ALLOWED_HOSTS = ["testserver"]
FORKED = {
    "oscar.apps.partner.apps.PartnerConfig": "tests.projects.oscar.partner.apps.PartnerConfig",
}
INSTALLED_APPS = [
    *(FORKED.get(app, app) for app in oscar.INSTALLED_APPS),
    "strawberry_django",
    "recommendations",
    "analytics",
    "analytics.oscar",
]
MIGRATION_MODULES = {"partner": "oscar.apps.partner.migrations"}
SITE_ID = 1
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
    "analytics.middleware.visitor_middleware",
    "analytics.middleware.page_view_middleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.apps.communication.notifications.context_processors.notifications",
                "oscar.core.context_processors.metadata",
            ]
        },
    }
]
ROOT_URLCONF = "tests.projects.oscar.urls"
DATABASES = {"default": database()}
AUTHENTICATION_BACKENDS = [
    "oscar.apps.customer.auth_backends.EmailBackend",
    "django.contrib.auth.backends.ModelBackend",
]
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "static/"
MEDIA_URL = "media/"
USE_TZ = True
CELERY_TASK_ALWAYS_EAGER = CELERY_TASK_EAGER_PROPAGATES = True
CELERY_BEAT_SCHEDULE = SCHEDULE

OSCAR_ORDER_STATUS_PIPELINE = {"Pending": ("Sent", "Cancelled"), "Sent": (), "Cancelled": ()}
OSCAR_INITIAL_ORDER_STATUS = "Pending"

RECOMMENDATIONS = {"STORE": "recommendations.stores.oscar.OscarStore"}
