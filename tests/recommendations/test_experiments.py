"""Who is in which arm, and when an experiment may run."""

from collections import Counter

import pytest

from recommendations.exceptions import ExperimentNotReady
from recommendations.models import Arm, Experiment, ModelVersion, RunStatus, Surface, Treatment
from recommendations.services import experiments, publishing
from recommendations.services.experiments import Plan, PlannedArm

FBW = Surface.FREQUENTLY_BOUGHT_WITH
LIVE, NOTHING = Treatment.LIVE, Treatment.NOTHING


def plan(*shares: int, salt: str = "salt") -> Plan:
    arms = tuple(PlannedArm(f"1/{n}", share, LIVE) for n, share in enumerate(shares))
    return Plan(FBW, "default", salt, arms)


def version(surface=FBW, lists=3) -> ModelVersion:
    return ModelVersion.objects.create(
        surface=surface, scope="default", run="r", model="m", status=RunStatus.READY, lists=lists
    )


def experiment(*arms: dict, name="Test", surface=FBW) -> Experiment:
    made = Experiment.objects.create(name=name, surface=surface)
    for number, arm in enumerate(arms):
        Arm.objects.create(experiment=made, **{"name": f"arm-{number}"} | arm)
    return made


CONTROL = {"name": "control", "is_control": True}
HOLD_OUT = {"name": "hold-out", "treatment": NOTHING}


class TestAssignment:
    def test_a_visitor_stays_in_one_arm(self):
        one = plan(50, 50)
        assert {one.arm_of("visitor 7").key for _ in range(50)} == {one.arm_of("visitor 7").key}

    def test_visitors_are_split_by_the_shares(self):
        one = plan(1, 3)
        counts = Counter(one.arm_of(f"visitor {n}").key for n in range(20_000))
        # five standard deviations of a binomial with n = 20,000 and p = 1/4
        assert abs(counts["1/0"] - 5_000) < 5 * (20_000 * 0.25 * 0.75) ** 0.5
        assert set(counts) == {"1/0", "1/1"}

    def test_experiments_are_independent_of_each_other(self):
        one, other = plan(50, 50), plan(50, 50, salt="another")
        both = Counter(
            (one.arm_of(f"visitor {n}").key, other.arm_of(f"visitor {n}").key)
            for n in range(20_000)
        )
        assert len(both) == 4
        assert all(
            abs(count - 5_000) < 5 * (20_000 * 0.25 * 0.75) ** 0.5 for count in both.values()
        )


@pytest.mark.django_db
class TestRunning:
    def test_what_runs_is_what_was_started_and_not_ended(self):
        one = experiment(CONTROL, HOLD_OUT)
        assert experiments.running_plans() == []
        experiments.start(one)
        (found,) = experiments.running_plans()
        assert found.arms == (
            PlannedArm(f"{one.pk}/control", 50, LIVE),
            PlannedArm(f"{one.pk}/hold-out", 50, NOTHING),
        )
        experiments.end(one)
        assert experiments.running_plans() == []

    def test_one_runs_at_a_time_on_a_surface(self):
        experiments.start(experiment(CONTROL, HOLD_OUT, name="First"))
        second = experiment(CONTROL, HOLD_OUT, name="Second")
        with pytest.raises(ExperimentNotReady, match="First still runs"):
            experiments.start(second)
        experiments.start(experiment(CONTROL, HOLD_OUT, surface=Surface.TRENDING))

    def test_it_starts_and_ends_once(self):
        one = experiment(CONTROL, HOLD_OUT)
        with pytest.raises(ExperimentNotReady, match="does not run"):
            experiments.end(one)
        experiments.start(one)
        with pytest.raises(ExperimentNotReady, match="started before"):
            experiments.start(one)
        experiments.end(one)
        with pytest.raises(ExperimentNotReady, match="does not run"):
            experiments.end(one)
        with pytest.raises(ExperimentNotReady, match="started before"):
            experiments.start(one)

    @pytest.mark.parametrize(
        ("arms", "complaint"),
        [
            ([CONTROL], "1 arms"),
            ([HOLD_OUT, {"name": "b"}], "0 control arms"),
            ([CONTROL, {"name": "b", "is_control": True}], "2 control arms"),
            ([CONTROL, {"treatment": Treatment.VERSION}], "Arm arm-1: a version is named"),
        ],
    )
    def test_what_can_not_be_told_apart_does_not_start(self, arms, complaint):
        with pytest.raises(ExperimentNotReady, match=complaint):
            experiments.start(experiment(*arms))

    def test_a_version_must_be_of_the_surface_and_have_its_lists(self):
        other = {"treatment": Treatment.VERSION, "version": version(Surface.TRENDING)}
        with pytest.raises(ExperimentNotReady, match="is for Trending in default"):
            experiments.start(experiment(CONTROL, other))
        empty = {"treatment": Treatment.VERSION, "version": version(lists=0)}
        with pytest.raises(ExperimentNotReady, match="has no lists any more"):
            experiments.start(experiment(CONTROL, empty))
        experiments.start(
            experiment(CONTROL, {"treatment": Treatment.VERSION, "version": version()})
        )

    def test_the_lists_of_an_arm_are_kept_until_it_ends(self):
        shown = version()
        one = experiment(CONTROL, {"treatment": Treatment.VERSION, "version": shown})
        experiments.start(one)
        publishing.prune(FBW, "default")
        shown.refresh_from_db()
        assert shown.lists == 3
        experiments.end(one)
        publishing.prune(FBW, "default")
        shown.refresh_from_db()
        assert shown.lists == 0
