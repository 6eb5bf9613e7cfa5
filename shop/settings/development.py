"""One process, SQLite, no broker: what `make demo` and a first look need."""

import base64
import hashlib

from shop.settings import base
from shop.settings.base import *  # noqa: F403
from shop.settings.base import env

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="development-only: production refuses to start without")
SHOP_ENCRYPTION_KEYS = env.list(
    "SHOP_ENCRYPTION_KEYS",
    default=[base64.urlsafe_b64encode(hashlib.sha256(SECRET_KEY.encode()).digest()).decode()],
)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

# The demo's year of orders is 2017.
ANALYTICS = base.ANALYTICS | {"KEEP_MONTHS": 1200}
