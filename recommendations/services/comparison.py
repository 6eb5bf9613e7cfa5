"""Models side by side on one hold-out: what `evaluate_recommendations` prints and writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from recommendations.conf import Settings
from recommendations.engine import bootstrap
from recommendations.engine.base import Document, Recommender
from recommendations.engine.interactions import Interactions
from recommendations.engine.metrics import (
    Answers,
    ListScorer,
    Ranks,
    Values,
    answer,
    coverage,
    figures_per_case,
    gini,
    novelty,
    repeat_and_explore,
)
from recommendations.engine.registry import make_model
from recommendations.engine.splits import (
    Cases,
    Split,
    hide_one_item,
    leave_one_out,
    next_baskets,
    split_at_random,
    split_by_time,
)
from recommendations.exceptions import InvalidArgument, NothingToLearn
from recommendations.services.evaluation import publication, published_lists, within

PROTOCOLS: dict[str, Callable[[Split, int], Cases]] = {
    "basket-completion": hide_one_item,
    "leave-one-out": leave_one_out,
    "next-basket": next_baskets,
}
SPLITS: dict[str, Callable[[Interactions, float], Split]] = {
    "time": split_by_time,
    "random": split_at_random,
}
#: Coverage, novelty and Gini look at this many items of each answer.
TOP = 10
STEPS = ("tune", "fit", "lists", "ask")

#: Part of the answers ("all", "repeat", "explore") → figure → its value for each case.
Parts = dict[str, dict[str, Values]]


@dataclass(frozen=True)
class Plan:
    """What to compare. Made by `make_plan`, which has checked every name.

    given: the models whose parameters were given and are left as they are.
    """

    models: Mapping[str, Recommender]
    given: frozenset[str]
    protocol: str
    split: str
    share: float
    baseline: str
    max_cases: int


def make_plan(
    models: Sequence[str],
    *,
    protocol: str,
    split: str,
    baseline: str,
    max_cases: int,
    params: Mapping[str, Mapping[str, Any]],
) -> Plan:
    """Raises `InvalidArgument` with the legal values for whatever there is not."""
    if protocol not in PROTOCOLS:
        raise InvalidArgument(f"protocol {protocol!r}: legal are {', '.join(PROTOCOLS)}.")
    if max_cases < 1:
        raise InvalidArgument(f"cases {max_cases}: must be 1 or more.")
    # The baseline comes first: the others are compared with it.
    names = list(dict.fromkeys([baseline, *models]))
    for name in params:
        if name not in names:
            raise InvalidArgument(
                f"params for {name!r}, which is not compared; legal: {', '.join(names)}."
            )
    made = {name: make_model(name, params.get(name, {})) for name in names}
    by, share = _parse_split(split)
    return Plan(made, frozenset(params), protocol, by, share, baseline, max_cases)


def _parse_split(text: str) -> tuple[str, float]:
    by, _, written = text.partition(":")
    try:
        share = float(written)
    except ValueError:
        share = 0.0
    if by not in SPLITS or not 0 < share < 1:
        raise InvalidArgument(
            f"split {text!r}: legal are time:SHARE and random:SHARE, the share of the orders to "
            "learn from between 0 and 1, such as time:0.9."
        )
    return by, share


@dataclass
class Result:
    """What came of one model. `figures` and `difference` hold estimates by part and figure."""

    params: dict[str, Any]
    seconds: dict[str, float]
    figures: dict[str, dict[str, bootstrap.Estimate]]
    difference: dict[str, dict[str, bootstrap.Estimate]]
    coverage: float
    novelty: float
    gini: float


@dataclass
class Comparison:
    """`config` says what was asked of whom; its `note` where something was not as wished."""

    config: dict[str, Any]
    models: dict[str, Result] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(
    plan: Plan,
    interactions: Interactions,
    settings: Settings,
    *,
    documents: Sequence[Document] = (),
    listener: Callable[[str, int], None] | None = None,
) -> Comparison:
    """Fits every model on the training part, as it would be published, and asks all the same.

    Where training tunes, parameters that were not given are looked for, in the training part too.
    `listener` hears the name of a model before it is fitted, and how many are done. Raises
    `NothingToLearn` where the split leaves nothing to learn from or nothing to ask.
    """
    split = SPLITS[plan.split](interactions, plan.share)
    cases = PROTOCOLS[plan.protocol](split, plan.max_cases)
    if not len(cases):
        raise NothingToLearn(
            f"Nothing to ask with {plan.protocol}: {split.train.n_baskets:,} orders to learn from "
            f"and {split.test.n_baskets:,} held out have no case for it."
        )
    comparison = Comparison(_config(plan, split, cases, settings))
    known = within(documents, split.train.items)
    baseline: Parts = {}
    for done, (name, wanted) in enumerate(plan.models.items()):
        if listener:
            listener(name, done)
        tune = settings.TUNE and name not in plan.given
        model, answers, seconds = _ask(wanted, tune, split, cases, settings, known)
        values = _parts(answers.ranks, cases)
        baseline = baseline or values
        comparison.config["parts"] = {part: int(_counted(values[part]).sum()) for part in values}
        comparison.models[name] = _result(model, answers, values, baseline, split, cases, seconds)
    return comparison


def _ask(
    model: Recommender,
    tune: bool,
    split: Split,
    cases: Cases,
    settings: Settings,
    documents: Sequence[Document],
) -> tuple[Recommender, Answers, dict[str, float]]:
    began = time.perf_counter()
    if tune:
        model = model.tuned(split.train)
    tuned = time.perf_counter()
    model.fit(split.train, documents)
    fitted = time.perf_counter()
    scorer = ListScorer(split.train.items, published_lists(model, split.train, settings))
    listed = time.perf_counter()
    answers = answer(scorer, cases, TOP)
    ends = (began, tuned, fitted, listed, time.perf_counter())
    seconds = {
        step: round(end - start, 3)
        for step, (start, end) in zip(STEPS, pairwise(ends), strict=True)
    }
    return model, answers, seconds


def _parts(ranks: Ranks, cases: Cases) -> Parts:
    parts = {"all": ranks}
    if cases.bought is not None:
        parts["repeat"], parts["explore"] = repeat_and_explore(ranks, cases)
    # A case without a relevant item of the part has no figure there, nor a part without a case.
    return {
        part: {
            name: np.where(np.isfinite(of_part).any(axis=1), values, np.nan)
            for name, values in figures_per_case(of_part).items()
        }
        for part, of_part in parts.items()
        if np.isfinite(of_part).any()
    }


def _result(
    model: Recommender,
    answers: Answers,
    values: Parts,
    baseline: Parts,
    split: Split,
    cases: Cases,
    seconds: dict[str, float],
) -> Result:
    n_items = split.train.n_items
    gains = {
        part: {name: values[part][name] - baseline[part][name] for name in values[part]}
        for part in values
    }
    return Result(
        params=model.get_params(),
        seconds=seconds,
        figures=_estimates(values, cases),
        difference=_estimates(gains, cases),
        coverage=coverage(answers.best, n_items),
        novelty=novelty(answers.best, split.train.item_orders(), split.train.n_baskets),
        gini=gini(answers.best, n_items),
    )


def _estimates(values: Parts, cases: Cases) -> dict[str, dict[str, bootstrap.Estimate]]:
    found = {}
    for part, figures in values.items():
        counted = _counted(figures)
        kept = {name: column[counted] for name, column in figures.items()}
        found[part] = bootstrap.estimates(kept, cases.buyers[counted])
    return found


def _counted(figures: dict[str, Values]) -> npt.NDArray[np.bool_]:
    return ~np.isnan(next(iter(figures.values())))


def _config(plan: Plan, split: Split, cases: Cases, settings: Settings) -> dict[str, Any]:
    config: dict[str, Any] = {
        "protocol": plan.protocol,
        "split": f"{split.by}:{plan.share:g}",
        "baseline": plan.baseline,
        "cases": len(cases),
        "train": {"orders": split.train.n_baskets, "items": split.train.n_items},
        "test": {"orders": split.test.n_baskets},
        "publication": asdict(publication(settings)),
        "resamples": bootstrap.RESAMPLES,
        "level": bootstrap.LEVEL,
        "top": TOP,
    }
    if split.by != plan.split:
        config["note"] = "the orders have no times to split by: the split is random"
    return config
