from django.apps import AppConfig


class KioskConfig(AppConfig):
    name = "tests.projects.plugin_only.kiosk"
    label = "kiosk"
