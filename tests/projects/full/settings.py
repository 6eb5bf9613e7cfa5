"""The whole shop: SQLite in memory, or the database the pytest option `--server` chose."""

from shop.settings.base import *  # noqa: F403
from shop.settings.base import database

SECRET_KEY = "only-for-tests"
SHOP_ENCRYPTION_KEYS = ["b25seSBmb3IgdGVzdHMsIG5ldmVyIGVsc2V3aGVyZSE="]
SHOP_WRITES_AN_HOUR = 10**6  # the tests of the limit set their own
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES = {"default": database("sqlite://:memory:")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if DATABASES["default"]["ENGINE"].endswith("mysql"):
    DATABASES["default"]["TEST"] = {"CHARSET": "utf8mb4"}  # whatever the server's default is
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # The end of a test checks every foreign key it wrote in one statement.
    DATABASES["default"]["OPTIONS"]["options"] = "-c statement_timeout=60s -c lock_timeout=2s"
