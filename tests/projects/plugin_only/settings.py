"""A store that is not ours: UUID keys, a user model of its own, and no app of the shop."""

from tests.projects.celery import SCHEDULE
from tests.projects.databases import database

SECRET_KEY = "only-for-tests"
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "strawberry_django",
    "tests.projects.plugin_only.toystore",
    "tests.projects.plugin_only.kiosk",
    "recommendations",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "tests.projects.plugin_only.urls"
DATABASES = {"default": database()}
AUTH_USER_MODEL = "toystore.Shopper"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_URL = "static/"
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"
CELERY_TASK_ALWAYS_EAGER = CELERY_TASK_EAGER_PROPAGATES = True
CELERY_BEAT_SCHEDULE = SCHEDULE

RECOMMENDATIONS = {
    "STORE": "recommendations.stores.mapped.MappedStore",
    "MAPPED": {
        "product": {
            "model": "toystore.Toy",
            "title": "name",
            "description": "story",
            "categories": ["department", "maker__name", "tags__name"],
            "attributes": {"age": "age"},
            "price": "price",
            "available": "tests.projects.plugin_only.toystore.suggestions.is_sold_to",
        },
        "category": {"model": "toystore.Department", "name": "name", "parent": "inside"},
        "variant": {"model": "toystore.ToyColour", "key": "sku", "product": "toy"},
        "order_line": {
            "model": "toystore.PurchaseLine",
            "order": "purchase",
            "product": "colour",
            "buyer": ["purchase__shopper", "purchase__email"],
            "ordered_at": "purchase__placed_at",
            "changed_at": "purchase__changed_at",
            "status": "purchase__state",
            "counts": ["paid", "sent"],
        },
        "basket_line": {"model": "toystore.WishLine", "basket": "wish_list", "product": "toy"},
    },
}
