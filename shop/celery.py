"""The Celery application: `celery -A shop worker` and `celery -A shop beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.development")
# The threads of GNU OpenMP do not survive the fork of a prefork worker; numba's own layer does.
os.environ.setdefault("NUMBA_THREADING_LAYER", "workqueue")

app = Celery("shop")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
