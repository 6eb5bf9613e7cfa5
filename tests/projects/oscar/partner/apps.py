"""A forked app, as Oscar's documentation makes one."""

from oscar.apps.partner import apps


class PartnerConfig(apps.PartnerConfig):
    name = "tests.projects.oscar.partner"
