"""Is a model worth publishing? Basket completion on orders it has not seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt
from django.utils.translation import gettext_noop

from recommendations.conf import Settings
from recommendations.engine.base import Document, ListKind, Publication, Ranked, Recommender
from recommendations.engine.bootstrap import Estimate, estimates
from recommendations.engine.interactions import Interactions
from recommendations.engine.metrics import ListScorer, figures_per_case, ranks_of_hidden
from recommendations.engine.popularity import Popularity
from recommendations.engine.quality import weighed
from recommendations.engine.registry import make_model
from recommendations.engine.splits import Cases, hide_one_item, split_by_time
from recommendations.exceptions import InvalidArgument
from recommendations.models import ModelVersion
from recommendations.services.sentences import Sentence

TOP = 10
DECISIVE = f"ndcg@{TOP}"
SHOWN = (DECISIVE, f"hit_rate@{TOP}", f"mrr@{TOP}")
TRAIN_SHARE = 0.9
#: Fewer hidden items than this decide nothing.
MIN_CASES = 30
DIGITS = 4

#: Name of a figure → its value for each case.
PerCase = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Verdict:
    """`accepted` is also true where the store is too small to measure; `metrics` says so."""

    accepted: bool
    metrics: dict[str, Any]


def evaluate(
    model: Recommender,
    interactions: Interactions,
    settings: Settings,
    *,
    live: ModelVersion | None = None,
    documents: Sequence[Document] = (),
) -> Verdict:
    """Fits on the oldest nine tenths, as it would be published, and asks about the rest.

    The model of the `live` version is fitted and asked in the same way. `judge` decides.
    """
    split = split_by_time(interactions, TRAIN_SHARE)
    cases = hide_one_item(split, settings.EVALUATION_BASKETS)
    metrics: dict[str, Any] = {
        "protocol": "basket-completion",
        "split": f"{split.by}:{TRAIN_SHARE}",
        "cases": len(cases),
    }
    if len(cases) < MIN_CASES:
        note = (gettext_noop("fewer than %(least)s baskets to ask about"), {"least": MIN_CASES})
        verdict: Sentence = (gettext_noop("Accepted unmeasured."), {})
        return Verdict(True, metrics | {"note": [note], "verdict": [verdict]})
    known = within(documents, split.train.items)

    def ask(lists: Iterable[Ranked]) -> dict[str, npt.NDArray[Any]]:
        return figures_per_case(ranks_of_hidden(ListScorer(split.train.items, lists), cases), [TOP])

    def fit_and_ask(one: Recommender) -> dict[str, npt.NDArray[Any]]:
        return ask(published_lists(one.fit(split.train, known), split.train, settings))

    rivals = {"popularity": ask(popularity_lists(split.train, settings))}
    new = fit_and_ask(model)
    if live is not None:
        try:
            rival = make_model(live.model, live.params)
        except InvalidArgument as error:  # an older release knew it
            text = gettext_noop("%(version)s, the live version, could not be compared: %(error)s")
            metrics["note"] = [(text, {"version": str(live), "error": str(error)})]
        else:
            same = type(rival) is type(model) and rival.get_params() == model.get_params()
            rivals["live"] = new if same else fit_and_ask(rival)
            metrics["live_version"] = str(live)
    return judge(new, rivals, cases, metrics)


def judge(
    new: PerCase, rivals: Mapping[str, PerCase], cases: Cases, metrics: dict[str, Any]
) -> Verdict:
    """Accepts a model that beats popularity and is not significantly worse than the live one.

    It beats popularity if the 95% interval of the paired nDCG@10 difference lies above 0, and is
    significantly worse than the live version if that interval lies below 0. Returns `metrics`
    with the figures of all, the differences and the verdict as sentences.
    """
    gains = {
        name: estimates({DECISIVE: new[DECISIVE] - rival[DECISIVE]}, cases.buyers)[DECISIVE]
        for name, rival in rivals.items()
    }
    beats_popularity = gains["popularity"].low > 0
    worse_than_live = "live" in gains and gains["live"].high < 0
    accepted = beats_popularity and not worse_than_live
    metrics = metrics | {
        name: _figures(one, cases) for name, one in {"model": new, **rivals}.items()
    }
    metrics["gains"] = {name: _rounded(gain) for name, gain in gains.items()}
    metrics["verdict"] = in_words(gains, accepted, beats_popularity, worse_than_live)
    return Verdict(accepted, metrics)


def learnable(interactions: Interactions) -> Interactions:
    """What `evaluate` lets a model learn from, for a search of parameters before it."""
    return split_by_time(interactions, TRAIN_SHARE).train


def publication(settings: Settings) -> Publication:
    return Publication(
        k=settings.LIST_SIZE,
        min_orders=settings.MIN_PAIR_ORDERS,
        min_buyers=settings.MIN_PAIR_BUYERS,
        against=settings.AGAINST_SIZE,
    )


def popularity_lists(
    interactions: Interactions, settings: Settings, documents: Sequence[Document] = ()
) -> list[Ranked]:
    """The fallback that is published beside every model: overall and for each category."""
    model = Popularity(half_life_days=settings.HALF_LIFE_DAYS, by_category=True)
    return list(model.fit(interactions, documents).ranked(Publication(k=settings.POPULAR_SIZE)))


def published_lists(
    model: Recommender,
    interactions: Interactions,
    settings: Settings,
    documents: Sequence[Document] = (),
    factors: Mapping[str, float] = {},
) -> Iterator[Ranked]:
    """The lists of a fitted model as served: cut, filtered, above what is popular, and with the
    `factors` of `quality`. An evaluation has none: what customers say by now was not known then."""
    lists = weighed(model.ranked(publication(settings)), factors)
    return with_popularity(lists, interactions, settings, documents, factors)


def with_popularity(
    lists: Iterable[Ranked],
    interactions: Interactions,
    settings: Settings,
    documents: Sequence[Document] = (),
    factors: Mapping[str, float] = {},
) -> Iterator[Ranked]:
    """Adds what is popular. A model with a list for everybody, such as popularity itself, keeps
    its own."""
    has_own = False
    for ranked in lists:
        has_own |= ranked.kind == ListKind.GLOBAL and not ranked.seed
        yield ranked
    if not has_own:
        yield from weighed(popularity_lists(interactions, settings, documents), factors)


def with_every_item(lists: Iterable[Ranked], orders: Mapping[str, int]) -> list[Ranked]:
    """Adds an empty list for each item of these orders without one: the number is part of the
    evidence of other lists."""
    found = list(lists)
    listed = {ranked.seed for ranked in found if ranked.kind == ListKind.ITEM}
    missing = ((key, n) for key, n in orders.items() if key not in listed)
    return found + [Ranked.of(ListKind.ITEM, key, n, []) for key, n in missing]


def within(documents: Sequence[Document], items: tuple[str, ...]) -> list[Document]:
    """The documents of these items: what came later is as unknown as its orders."""
    known = set(items)
    return [document for document in documents if document.key in known]


def _figures(values: PerCase, cases: Cases) -> dict[str, Any]:
    found = estimates({name: values[name] for name in SHOWN}, cases.buyers)
    means = {name: round(one.mean, DIGITS) for name, one in found.items()}
    return means | {"intervals": {name: _rounded(one)[::2] for name, one in found.items()}}


def _rounded(one: Estimate) -> list[float]:
    return [round(one.low, DIGITS), round(one.mean, DIGITS), round(one.high, DIGITS)]


def in_words(
    gains: Mapping[str, Estimate], accepted: bool, beats_popularity: bool, worse_than_live: bool
) -> list[Sentence]:
    """The verdict, with the intervals that it comes from."""
    said: list[Sentence] = [
        (gettext_noop("Accepted.") if accepted else gettext_noop("Rejected."), {}),
        (
            gettext_noop("It beats popularity:")
            if beats_popularity
            else gettext_noop("It does not beat popularity:"),
            {},
        ),
        _interval(gains["popularity"]),
    ]
    if "live" in gains:
        compared = (
            gettext_noop("It is significantly worse than the live version:")
            if worse_than_live
            else gettext_noop("It is not significantly worse than the live version:")
        )
        said += [(compared, {}), _interval(gains["live"])]
    return said


def _interval(gain: Estimate) -> Sentence:
    values = {"mean": gain.mean, "low": gain.low, "high": gain.high}
    return (
        gettext_noop("nDCG@10 %(mean)s, 95%% interval %(low)s to %(high)s."),
        {name: f"{value:+.{DIGITS}f}" for name, value in values.items()},
    )
