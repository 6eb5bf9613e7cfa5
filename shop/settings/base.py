"""Settings shared by development, production and the tests; everything local is environment."""

from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "treebeard",
    "import_export",
    "strawberry_django",
    "recommendations",
    "analytics",
    "shop",
    "shop.customers",
    "shop.catalog",
    "shop.carts",
    "shop.orders",
    "shop.reviews",
    "shop.support",
    "shop.storefront",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "analytics.middleware.visitor_middleware",
    "analytics.middleware.page_view_middleware",
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

ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
ASGI_APPLICATION = "shop.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "customers.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))

#: Per engine: what keeps a request from waiting for ever, and writers from failing needlessly.
DATABASE_OPTIONS: dict[str, dict[str, Any]] = {
    "django.db.backends.sqlite3": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    },
    "django.db.backends.postgresql": {
        "options": "-c statement_timeout=5s -c lock_timeout=2s",
    },
    "django.db.backends.mysql": {
        "charset": "utf8mb4",
        "isolation_level": "read committed",
        "init_command": "SET max_statement_time=5, lock_wait_timeout=2, "
        "innodb_lock_wait_timeout=2, sql_mode='STRICT_TRANS_TABLES'",
    },
}


def database(url_default: str) -> dict[str, Any]:
    """The connection that `DATABASE_URL` names: `sqlite:///…`, `postgres://…` or `mysql://…`."""
    config: dict[str, Any] = env.db_url("DATABASE_URL", default=url_default)
    if config["ENGINE"].endswith("mysql"):
        import pymysql  # noqa: PLC0415 (only where it is used)

        pymysql.install_as_MySQLdb()
    config["OPTIONS"] = DATABASE_OPTIONS.get(config["ENGINE"], {}) | config.get("OPTIONS", {})
    return config | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


(BASE_DIR / "var").mkdir(exist_ok=True)
DATABASES = {"default": database(f"sqlite:///{BASE_DIR / 'var' / 'shop.sqlite3'}")}

# Counts who writes how often: one process by itself until a server for all is named.
CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}

# Jobs run in the calling process until a broker is named.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
CELERY_TASK_ALWAYS_EAGER = not CELERY_BROKER_URL
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 45 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A dead broker fails a publish at once; a killed worker's task comes back in seconds.
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "visibility_timeout": 60 * 60,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
        "max_retries": 1,
        "interval_start": 0,
    }
    if CELERY_BROKER_URL.startswith("redis")
    else {"max_retries": 1, "interval_start": 0, "connect_timeout": 1}
)
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE = {
    "recommendations.train": {
        "task": "recommendations.train",
        "schedule": crontab(hour="3", minute="30"),
    },
    "recommendations.refresh": {
        "task": "recommendations.refresh",
        "schedule": crontab(minute="*/15"),
    },
    "carts.delete_abandoned": {
        "task": "carts.delete_abandoned",
        "schedule": crontab(hour="4", minute="30"),
    },
    "analytics.roll_up": {
        "task": "analytics.roll_up",
        "schedule": crontab(minute="*/15"),
    },
    "analytics.prune_events": {
        "task": "analytics.prune_events",
        "schedule": crontab(hour="4", minute="45"),
    },
    "orders.deliver_outbox": {"task": "orders.deliver_outbox", "schedule": 30.0},
}

SHOP_CURRENCY = env.str("SHOP_CURRENCY", default="USD")
SHOP_CART_DAYS = env.int("SHOP_CART_DAYS", default=90)
SHOP_WRITES_AN_HOUR = env.int("SHOP_WRITES_AN_HOUR", default=20)
SHOP_PROXIES = env.int("SHOP_PROXIES", default=0)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="shop@localhost")

RECOMMENDATIONS = {
    "STORE": "shop.store.ShopStore",
    "BEHAVIOUR": "recommendations.behaviour.EventBehaviour",
}
ANALYTICS = {
    "HOST": "shop.behaviour.ShopHost",
    "TOKEN_READER": "recommendations.services.tokens.read_token",
    "EXPERIMENT_READER": "recommendations.services.experiments.started_between",
    "USE_CELERY": bool(CELERY_BROKER_URL),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
