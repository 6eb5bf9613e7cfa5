from django.apps import AppConfig


class AnalyticsOscarConfig(AppConfig):
    name = "analytics.oscar"
    label = "boughtwith_analytics_oscar"  # django-oscar's own app is "oscar"

    def ready(self) -> None:
        from analytics.oscar import checks, receivers  # noqa: F401  (registers what they hold)
