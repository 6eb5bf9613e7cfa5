"""Which visitors are shown what. A visitor stays in one arm for as long as an experiment runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recommendations.conf import get_behaviour
from recommendations.exceptions import ExperimentNotReady
from recommendations.models import TRAINED, Arm, Experiment, ModelVersion, Surface, Treatment
from recommendations.stores.base import Actor, ExperimentArm, Findings, StartedExperiment


@dataclass(frozen=True)
class PlannedArm:
    """`key` names the experiment and the arm, in tokens and in events."""

    key: str
    share: int
    treatment: str
    version_id: int | None = None


@dataclass(frozen=True)
class Plan:
    """An experiment that runs, as serving needs it."""

    surface: str
    scope: str
    salt: str
    arms: tuple[PlannedArm, ...]

    def arm_of(self, visitor: str) -> PlannedArm:
        """The arm in whose part of [0, 1) the hash of the visitor falls.

        The salt makes experiments independent of each other: who is in the first arm of one can be
        anywhere in the next.
        """
        digest = blake2b(f"{self.salt} {visitor}".encode(), digest_size=8).digest()
        place = int.from_bytes(digest) / 2**64 * sum(arm.share for arm in self.arms)
        for arm in self.arms:
            place -= arm.share
            if place < 0:
                return arm
        return self.arms[-1]


def visitor_of(actor: Actor) -> str:
    """Who is in an experiment, a device; empty for whoever must not be followed."""
    behaviour = get_behaviour()
    return behaviour.visitor_of(actor.request) if behaviour and actor.request else ""


def planned(arm: Arm) -> PlannedArm:
    return PlannedArm(arm.key, arm.share, arm.treatment, arm.version_id)


def running_plans() -> list[Plan]:
    """The experiments that run, one at most on a surface in a scope."""
    running = Experiment.objects.filter(started_at__isnull=False, ended_at__isnull=True)
    return [
        Plan(
            one.surface,
            one.scope,
            one.salt,
            tuple(map(planned, one.arms.all())),
        )
        for one in running.prefetch_related("arms")
    ]


def start(experiment: Experiment) -> None:
    """Begins to split visitors. Raises `ExperimentNotReady` and says what is missing."""
    with transaction.atomic():
        rivals = Experiment.objects.select_for_update().filter(
            surface=experiment.surface, scope=experiment.scope
        )
        states = {one.pk: one for one in rivals.order_by("pk")}
        if states[experiment.pk].started_at:
            text = _("%(name)s has been started before.")
            raise ExperimentNotReady(text % {"name": experiment})
        for one in states.values():
            if one.started_at and not one.ended_at:
                text = _("%(name)s still runs on this surface: end it first.")
                raise ExperimentNotReady(text % {"name": one})
        _check_arms(experiment, list(experiment.arms.select_related("version")))
        experiment.started_at = timezone.now()
        experiment.save(update_fields=["started_at"])


def end(experiment: Experiment) -> None:
    """Everybody sees the live version again; the results stay."""
    with transaction.atomic():
        locked = Experiment.objects.select_for_update().get(pk=experiment.pk)
        if not locked.started_at or locked.ended_at:
            raise ExperimentNotReady(_("%(name)s does not run.") % {"name": experiment})
        experiment.ended_at = timezone.now()
        experiment.save(update_fields=["ended_at"])


def _check_arms(experiment: Experiment, arms: Sequence[Arm]) -> None:
    if len(arms) < 2:
        text = _("%(name)s has %(count)s arms: it takes two or more.")
        raise ExperimentNotReady(text % {"name": experiment, "count": len(arms)})
    controls = sum(arm.is_control for arm in arms)
    if controls != 1:
        text = _("%(name)s has %(count)s control arms: it takes one.")
        raise ExperimentNotReady(text % {"name": experiment, "count": controls})
    for arm in arms:
        if (arm.treatment == Treatment.VERSION) != (arm.version is not None):
            text = _(
                "Arm %(arm)s: a version is named where the treatment is another version, and only "
                "there."
            )
            raise ExperimentNotReady(text % {"arm": arm})
        if arm.version is not None:
            _check_version(experiment, arm, arm.version)


def _check_version(experiment: Experiment, arm: Arm, version: ModelVersion) -> None:
    surface = experiment.surface if experiment.surface in TRAINED else TRAINED[0]
    if (version.surface, version.scope) != (surface, experiment.scope):
        text = _(
            "Arm %(arm)s: %(version)s is for %(surface)s in %(scope)s, the experiment needs one "
            "for %(needed)s in %(in)s."
        )
        values = {
            "arm": arm,
            "version": version,
            "surface": version.get_surface_display(),
            "scope": version.scope,
            "needed": Surface(surface).label,
            "in": experiment.scope,
        }
        raise ExperimentNotReady(text % values)
    if not version.lists:
        text = _("Arm %(arm)s: %(version)s has no lists any more.")
        raise ExperimentNotReady(text % {"arm": arm, "version": version})


def findings(experiment: Experiment) -> Findings | None:
    """What a started experiment has shown so far; None where nothing is known of visitors."""
    behaviour = get_behaviour()
    if behaviour is None or experiment.started_at is None:
        return None
    return behaviour.findings(_as_started(experiment, experiment.started_at))


def started_between(opens: datetime, closes: datetime, scope: str) -> list[StartedExperiment]:
    """The experiments that ran at some time from `opens` to before `closes`, the newest first:
    `ANALYTICS["EXPERIMENT_READER"]`."""
    ran = Experiment.objects.filter(scope=scope, started_at__lt=closes).exclude(ended_at__lt=opens)
    found = ran.order_by("-started_at").prefetch_related("arms")
    return [_as_started(one, one.started_at) for one in found if one.started_at]


def _as_started(experiment: Experiment, started_at: datetime) -> StartedExperiment:
    return StartedExperiment(
        experiment.name,
        experiment.surface,
        experiment.scope,
        [
            ExperimentArm(arm.key, arm.name, arm.share, arm.is_control)
            for arm in experiment.arms.all()
        ],
        started_at,
        experiment.ended_at,
    )
