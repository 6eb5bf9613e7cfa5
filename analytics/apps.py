from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    name = "analytics"
    label = "boughtwith_analytics"  # django-oscar has an app "analytics"
    verbose_name = _("Behaviour")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from analytics import checks, receivers  # noqa: F401  (registers what they hold)
