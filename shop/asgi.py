"""The ASGI entry point."""

import os

from django.core.asgi import get_asgi_application

from shop.celery import app as celery_app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.production")
celery_app.set_default()
application = get_asgi_application()
