"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

from shop.celery import app as celery_app
from shop.startup import warm_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.production")
celery_app.set_default()
application = get_wsgi_application()
warm_up()
