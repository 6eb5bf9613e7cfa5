from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class RecommendationsConfig(AppConfig):
    name = "recommendations"
    label = "recommendations"
    verbose_name = _("Recommendations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from recommendations import checks  # noqa: F401  (registers the system checks)
        from recommendations.models import Experiment, MerchandisingRule, SteeringStamp

        def renew(**kwargs: object) -> None:
            SteeringStamp.renew()

        for model in (MerchandisingRule, Experiment):
            for changed in (post_save, post_delete):
                changed.connect(
                    renew, sender=model, weak=False, dispatch_uid="recommendations.steering"
                )
