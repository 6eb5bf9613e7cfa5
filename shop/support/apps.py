from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "shop.support"
    label = "support"
    verbose_name = "customer service"
    default_auto_field = "django.db.models.BigAutoField"
