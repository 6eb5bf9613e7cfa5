"""Model versions, the lists they publish, which version is live, and the shop's own rules."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recommendations.choices import Effect, Phase, Target
from recommendations.engine.base import ListKind
from recommendations.fields import KeyField
from recommendations.validators import check_rule


class Surface(models.TextChoices):
    """A place where suggestions are shown. Those of `TRAINED` have live versions of their own; the
    others read the lists of "frequently bought with"."""

    FREQUENTLY_BOUGHT_WITH = "frequently_bought_with", _("Frequently bought with")
    SIMILAR_PRODUCTS = "similar_products", _("Similar products")
    TRENDING = "trending", _("Trending")
    RECOMMENDED_FOR_YOU = "recommended_for_you", _("Recommended for you")
    BUY_AGAIN = "buy_again", _("Buy again")
    RECENTLY_VIEWED = "recently_viewed", _("Recently viewed")


TRAINED = (Surface.FREQUENTLY_BOUGHT_WITH, Surface.SIMILAR_PRODUCTS, Surface.TRENDING)


class RunStatus(models.TextChoices):
    RUNNING = "RUNNING", _("Running")
    READY = "READY", _("Ready")
    REJECTED = "REJECTED", _("Rejected by the gate")
    FAILED = "FAILED", _("Failed")


class ModelVersion(models.Model):
    """One training run and what came of it."""

    surface = models.CharField(_("surface"), max_length=32, choices=Surface)
    scope = KeyField(_("scope"), max_length=64)
    run = models.CharField(
        _("run"),
        max_length=64,
        db_index=True,
        help_text=_("The task that trained it, the same on a redelivery."),
    )
    model = models.CharField(_("model"), max_length=40, help_text=_("Name in the model registry."))
    params = models.JSONField(_("parameters"), default=dict)
    status = models.CharField(
        _("status"), max_length=8, choices=RunStatus, default=RunStatus.RUNNING
    )
    phase = models.CharField(_("phase"), max_length=60, choices=Phase, blank=True)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0, help_text=_("Percent."))
    orders = models.PositiveIntegerField(
        _("orders"), default=0, help_text=_("Orders it learned from.")
    )
    items = models.PositiveIntegerField(
        _("items"), default=0, help_text=_("Products in those orders.")
    )
    lists = models.PositiveIntegerField(_("lists"), default=0, help_text=_("Ranked lists written."))
    metrics = models.JSONField(_("metrics"), default=dict, blank=True)
    error = models.TextField(_("error"), blank=True)
    orders_changed_at = models.DateTimeField(
        _("orders changed at"),
        null=True,
        blank=True,
        help_text=_("The newest change of an order this version knows of."),
    )
    refreshed_at = models.DateTimeField(
        _("refreshed at"),
        null=True,
        blank=True,
        help_text=_("When orders were last counted in after the training."),
    )
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("model version")
        verbose_name_plural = _("model versions")

    def __str__(self) -> str:
        return f"v{self.pk}"


class LiveVersion(models.Model):
    """The pointer: which version answers a surface in a scope. Publishing updates this row."""

    surface = models.CharField(max_length=32, choices=Surface)
    scope = KeyField(max_length=64)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="live_at")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["surface", "scope"], name="one_live_version")
        ]

    def __str__(self) -> str:
        return f"{self.surface}/{self.scope} → {self.version_id}"


class RankedList(models.Model):
    """What goes with one seed: the only thing serving reads, whatever the model was.

    Every product that was ever ordered has its row, with or without entries, for its `orders`.
    """

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="ranked_lists")
    kind = models.CharField(max_length=6, choices=[(kind, kind) for kind in ListKind])
    seed_key = KeyField(max_length=255, blank=True)
    orders = models.PositiveIntegerField(default=0, help_text="Orders that hold the seed.")
    entries = models.JSONField(
        help_text="Three columns, best first: [[key, …], [score, …], [pair orders, …]]."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "kind", "seed_key"], name="one_list_per_version_seed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.seed_key}"


class ArtifactPart(models.Model):
    """A piece of the arrays that a version keeps for its refreshes; a large value as a whole
    would not pass every database's packet size."""

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="artifacts")
    name = models.CharField(max_length=16)
    number = models.PositiveIntegerField()
    checksum = models.CharField(max_length=64, help_text="SHA-256 of all the pieces together.")
    data = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "name", "number"], name="one_artifact_part_per_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class TrainingLease(models.Model):
    """Who trains a surface and scope at the moment, and until when we believe it is alive."""

    surface = models.CharField(max_length=32, choices=Surface)
    scope = KeyField(max_length=64)
    holder = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["surface", "scope"], name="one_training_lease")
        ]

    def __str__(self) -> str:
        return f"{self.surface}/{self.scope}: {self.holder}"


class SteeringStamp(models.Model):
    """One row, whose value changes with the rules and with what experiments run: serving reads it
    along with its lists."""

    value = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.value

    @classmethod
    def renew(cls) -> None:
        """Tells every process that something has changed, with the transaction that changes it.

        A random value, where a counter that was rolled back would come again with other rules.
        """
        cls.objects.update_or_create(pk=1, defaults={"value": uuid.uuid4().hex})


class SteeringQuerySet(models.QuerySet[Any]):
    """Of rules or experiments: many that change at once, for which Django sends no signal, show at
    once all the same."""

    def update(self, **kwargs: Any) -> int:
        with transaction.atomic(using=self.db):
            changed = super().update(**kwargs)
            SteeringStamp.renew()
        return changed

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        with transaction.atomic(using=self.db):
            made = super().bulk_create(*args, **kwargs)
            SteeringStamp.renew()
        return made


class MerchandisingRule(models.Model):
    """What the shop wants shown, whatever the orders say. `full_clean` refuses a broken one."""

    name = models.CharField(_("name"), max_length=120, help_text=_("Explanations call it so."))
    effect = models.CharField(_("effect"), max_length=8, choices=Effect)
    factor = models.FloatField(
        _("factor"),
        null=True,
        blank=True,
        help_text=_("What scores are multiplied by: above 1 for a boost, below 1 to bury."),
    )
    target = models.CharField(_("target"), max_length=10, choices=Target, default=Target.PRODUCT)
    value = KeyField(
        _("value"),
        max_length=255,
        blank=True,
        help_text=_("The key of the product or category, or the value of the attribute."),
    )
    attribute = models.CharField(_("attribute"), max_length=120, blank=True)
    at_least = models.DecimalField(
        _("at least"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    at_most = models.DecimalField(
        _("at most"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    surface = models.CharField(
        _("surface"), max_length=32, choices=Surface, blank=True, help_text=_("Empty: on all.")
    )
    scope = KeyField(_("scope"), max_length=64, blank=True, help_text=_("Empty: in all."))
    seed_product = KeyField(
        _("seed product"),
        max_length=255,
        blank=True,
        help_text=_("Only for baskets with it, and for its own page."),
    )
    seed_category = KeyField(
        _("seed category"),
        max_length=255,
        blank=True,
        help_text=_("Only for baskets with a product of it."),
    )
    arm = models.ForeignKey(
        "Arm",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        verbose_name=_("arm"),
        help_text=_("Only for visitors in this arm of an experiment, while it runs."),
    )
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    priority = models.SmallIntegerField(
        _("priority"), default=0, help_text=_("Of several rules the highest counts first.")
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = SteeringQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-priority", "pk"]
        verbose_name = _("merchandising rule")
        verbose_name_plural = _("merchandising rules")

    def __str__(self) -> str:
        return self.name

    def about(self) -> str:
        """Its target in words, such as "Price band 10 … 20 EUR"."""
        if self.at_least is None and self.at_most is None:
            described = f"{self.attribute} {self.value}"
        else:
            low, high = ("" if one is None else one for one in (self.at_least, self.at_most))
            described = f"{low} … {high} {self.currency}"
        return f"{self.get_target_display()} {' '.join(described.split())}"

    def clean(self) -> None:
        """Keys of variants become those of their products."""
        check_rule(self)


class Treatment(models.TextChoices):
    LIVE = "LIVE", _("The live version")
    VERSION = "VERSION", _("Another version")
    NOTHING = "NOTHING", _("No suggestions")


def new_salt() -> str:
    return uuid.uuid4().hex


class Experiment(models.Model):
    """Visitors are shown different suggestions, to see what these bring.

    One runs at a time on a surface and scope. While it runs and after, nothing of it changes.
    """

    name = models.CharField(_("name"), max_length=120)
    surface = models.CharField(_("surface"), max_length=32, choices=Surface)
    scope = KeyField(_("scope"), max_length=64, default="default")
    salt = models.CharField(_("salt"), max_length=32, default=new_salt, editable=False)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)

    objects = SteeringQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("experiment")
        verbose_name_plural = _("experiments")

    def __str__(self) -> str:
        return self.name


class Arm(models.Model):
    """A part of the visitors of an experiment, and what they are shown."""

    experiment = models.ForeignKey(
        Experiment, on_delete=models.CASCADE, related_name="arms", verbose_name=_("experiment")
    )
    name = models.SlugField(_("name"), max_length=40)
    share = models.PositiveSmallIntegerField(
        _("share"),
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("Part of the visitors, in relation to the shares of the other arms."),
    )
    treatment = models.CharField(
        _("treatment"), max_length=8, choices=Treatment, default=Treatment.LIVE
    )
    version = models.ForeignKey(
        ModelVersion,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("version"),
    )
    is_control = models.BooleanField(
        _("is control"), default=False, help_text=_("What the other arms are compared with.")
    )

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("arm")
        verbose_name_plural = _("arms")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "name"], name="one_arm_per_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """Names the experiment and the arm, in tokens and in events."""
        return f"{self.experiment_id}/{self.name}"
