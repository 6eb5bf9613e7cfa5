from django.apps import AppConfig


class ToystoreConfig(AppConfig):
    name = "tests.projects.plugin_only.toystore"
    label = "toystore"
