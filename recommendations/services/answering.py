"""From a question to suggestions with evidence, in as few queries as can be.

Seeds → candidates → live offers → suggestions. Reading writes nothing. Many questions are answered
together, because a page of products must not cost a query each.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cache

from django.utils import timezone

from recommendations.conf import get_settings, get_store
from recommendations.models import TRAINED, Surface, Treatment
from recommendations.services.evidence import evidence_of
from recommendations.services.experiments import PlannedArm, visitor_of
from recommendations.services.limits import limits_of
from recommendations.services.lists import NOTHING, blended, item_orders, load_lists, ordered
from recommendations.services.merging import Ranking
from recommendations.services.questions import Question
from recommendations.services.reasons import reason_for
from recommendations.services.rules import Effects
from recommendations.services.steering import Steering, Trial, last_known, steering_at
from recommendations.services.suggestions import Evidence, Source, Suggestion, Suggestions
from recommendations.stores.base import Actor, NewProducts, Offer, Scope

logger = logging.getLogger(__name__)

#: Candidates looked at before stock is known, beyond the number asked for: for one question, and
#: for each of many, where it is cheaper to look again for the few that come out short.
SPARE, SPARE_OF_MANY = 6, 2
#: Of the catalogue, where nothing that sells is for sale.
NEW_PRODUCTS = 200
MAX_BECAUSE_OF = 3


@cache
def _tell_of_no_version(surface: Surface, scope: str) -> None:
    """Once a process: every request until the first training would tell the same."""
    logger.warning("no suggestions for %s in scope %r: no version is live yet", surface, scope)


class Answering:
    """The questions of one surface, while they are answered."""

    def __init__(
        self,
        surface: Surface,
        questions: Sequence[Question],
        first: int,
        actor: Actor,
        scope: Scope,
        trial: Trial | None = None,
    ) -> None:
        """`trial` in place of the rules that are on and of the arm of the actor."""
        self.trial = trial
        self.surface, self.questions, self.first = surface, questions, first
        self.actor, self.scope = actor, scope
        self.offers: dict[str, Offer] = {}
        self._asked: set[str] = set()
        self._effects: dict[int, Effects] = {}
        self.limits = [limits_of(surface, question.category) for question in questions]
        #: By question: what is for sale and beyond its limits.
        self.held_back: list[list[str]] = [[] for _ in questions]
        self.arm = self._arm(last_known())
        self._load()
        if self.arm and not (self.lists.steering_stamp or self.fallback.steering_stamp):
            self.arm = None  # the lists of its version are gone, and the stamp with them
            self._load()
        steering = steering_at(self.lists.steering_stamp or self.fallback.steering_stamp)
        arm = self._arm(steering)
        if arm != self.arm:  # an experiment has started or ended since the last request
            self.arm = arm
            self._load()
        place = (surface, scope.name, timezone.now(), arm.key if arm else "")
        self.rules = trial.rules if trial else steering.rules_at(*place)
        self.attributes = self.rules.attributes.union(
            get_settings().REASON_ATTRIBUTES, *(one.per_attribute for one in self.limits)
        )
        self.rankings = [self._rank(question) for question in questions]

    def _arm(self, steering: Steering) -> PlannedArm | None:
        if self.trial:
            return self.trial.arm
        plan = steering.plan(self.surface, self.scope.name)
        visitor = visitor_of(self.actor) if plan else ""
        return plan.arm_of(visitor) if plan and visitor else None

    def _load(self) -> None:
        main = self.surface if self.surface in TRAINED else Surface.FREQUENTLY_BOUGHT_WITH
        version = self.arm.version_id if self.arm else None
        found = load_lists(
            {main, Surface.FREQUENTLY_BOUGHT_WITH},
            self.scope,
            seeds={seed for question in self.questions for seed in question.seeds},
            categories={"", *(question.category for question in self.questions)},
            shown={} if version is None else {main: version},
        )
        self.lists = found[main]
        self.fallback = found[Surface.FREQUENTLY_BOUGHT_WITH]
        if self.lists.version is None and self.fallback.version is None:
            _tell_of_no_version(self.surface, self.scope.name)

    def answers(self) -> list[Suggestions]:
        holds_out = self.arm is not None and self.arm.treatment == Treatment.NOTHING
        chosen = [[] for _ in self.questions] if holds_out else self._choose()
        speaking = {
            key
            for ranking, keys in zip(self.rankings, chosen, strict=True)
            for key in keys
            if any(share.pair_orders for share in ranking.shares(key)[:1])
        }
        orders = item_orders(self.lists, speaking)
        return [
            Suggestions(
                items=tuple(self._suggestion(n, key, orders) for key in keys),
                version=self.lists.version or self.fallback.version,
                surface=self.surface,
                seeds=tuple(sorted(question.seeds)),
                arm=self.arm.key if self.arm else "",
            )
            for n, (question, keys) in enumerate(zip(self.questions, chosen, strict=True))
        ]

    def _rank(self, question: Question) -> Ranking:
        ranking = Ranking(self.lists.by_seed, question.seeds, question.excluded)
        ranking.fill(question.own_source, question.own)
        if self.surface == Surface.TRENDING:
            ranking.fill(Source.TRENDING, self.lists.popular.get(question.category, NOTHING))
        return ranking

    def _choose(self) -> list[list[str]]:
        """Walks down each ranking until enough is for sale; offers are asked for in rounds."""
        chosen: list[list[str]] = [[] for _ in self.rankings]
        fillings: Counter[int] = Counter()
        waiting = list(range(len(self.rankings)))
        windows = (limits.window for limits in self.limits)
        spare = SPARE if len(self.questions) == 1 else SPARE_OF_MANY
        depth = max(self.first + spare, self.rules.window, *windows)
        while waiting:
            self.look_up(self._heads(waiting, depth))
            for n in waiting:
                chosen[n] = self._best(n, depth)
            short = [n for n in waiting if len(chosen[n]) < self.first]
            ended = [n for n in short if depth >= len(self.rankings[n].keys)]
            fillings.update(ended)
            for number, fill in enumerate((self._fill, self._fill_with_new), start=1):
                fill([n for n in ended if fillings[n] == number])
            waiting = [n for n in short if fillings[n] <= 2]
            depth *= 2
        return [
            [*keys, *beyond][: self.first]
            for keys, beyond in zip(chosen, self.held_back, strict=True)
        ]

    def _best(self, n: int, depth: int) -> list[str]:
        """The first of the best `depth` candidates that are for sale, as rules and limits have
        them."""
        ranking, limits = self.rankings[n], self.limits[n]
        factors = dict.fromkeys(ranking.keys[:depth], 1.0)
        if self.rules:
            factors = self.effects(n).ordered(ranking, depth, self.offers)
        sold = {key: factor for key, factor in factors.items() if self.is_for_sale(key)}
        if not limits:
            return list(sold)[: self.first]
        pins, seeds = self.effects(n).pins, self._offers_of_seeds(self.questions[n])
        best, self.held_back[n] = limits.choose(sold, self.first, ranking, pins, seeds, self.offers)
        return best

    def effects(self, n: int) -> Effects:
        """What the rules do for a question, once the offers of its seeds are known."""
        if n not in self._effects:
            question = self.questions[n]
            found = self.rules.effects(question.seeds, question.category, self.offers)
            self._effects[n] = found
        return self._effects[n]

    def _heads(self, waiting: Sequence[int], depth: int) -> set[str]:
        """The best candidates with what speaks for them; the seeds where these will not do."""
        keys: set[str] = set()
        for n in waiting:
            ranking, seeds = self.rankings[n], self.questions[n].seeds
            heads = ranking.keys[:depth]
            keys.update(heads)
            if self.rules:
                keys.update(self.rules.possible(seeds).named)
            few = len(seeds) <= depth  # what speaks for the candidates is among them
            if few or self.rules or self.limits[n].reads_prices or len(ranking.keys) < self.first:
                keys.update(seeds)
            else:
                keys.update(seed for key in heads for seed in self._because_of(ranking, key))
        return keys

    def _fill(self, short: Sequence[int]) -> None:
        """What sells in the categories of the seeds, then what sells at all."""
        if not short:
            return
        self.look_up({seed for n in short for seed in self.questions[n].seeds})
        of_question = {n: self._categories(self.questions[n]) for n in short}
        popular = self.fallback.popular
        unknown = {one for found in of_question.values() for one in found} - popular.keys()
        if unknown and self.fallback.memory is not None:
            source = Surface.FREQUENTLY_BOUGHT_WITH
            popular |= load_lists([source], self.scope, categories=unknown)[source].popular
        for n in short:
            near = blended(popular[one] for one in of_question[n] if one in popular)
            self.rankings[n].fill(Source.POPULAR, near)
            self.rankings[n].fill(Source.POPULAR, popular.get("", NOTHING))
            self._effects.pop(n, None)  # the offers of what fills up may wake more of them

    def _fill_with_new(self, short: Sequence[int]) -> None:
        """The last resort, where nothing that sells is for sale: what is new in the catalogue."""
        store = get_store()
        if not short or self.fallback.memory is None or not isinstance(store, NewProducts):
            return
        keys = store.new_products(NEW_PRODUCTS, self.scope)
        newest = ordered({key: 1 / place for place, key in enumerate(keys, start=1)})
        for n in short:
            self.rankings[n].fill(Source.NEW, newest)
            self._effects.pop(n, None)

    def _categories(self, question: Question) -> set[str]:
        """The one asked for, or the innermost of each seed."""
        if question.category:
            return {question.category}
        seeds = self._offers_of_seeds(question)
        return {offer.category_keys[-1] for offer in seeds if offer.category_keys}

    def _offers_of_seeds(self, question: Question) -> list[Offer]:
        return [self.offers[seed] for seed in question.seeds if seed in self.offers]

    def look_up(self, keys: Collection[str]) -> None:
        missing = set(keys) - self._asked
        if missing:
            self._asked |= missing
            self.offers |= get_store().offers(missing, self.actor, self.scope, self.attributes)

    def is_for_sale(self, key: str) -> bool:
        return key in self.offers and self.offers[key].available

    def _because_of(self, ranking: Ranking, key: str) -> tuple[str, ...]:
        return tuple(share.seed for share in ranking.shares(key)[:MAX_BECAUSE_OF])

    def _suggestion(self, n: int, key: str, orders: Mapping[str, int]) -> Suggestion:
        question, ranking = self.questions[n], self.rankings[n]
        because_of = self._because_of(ranking, key)
        evidence = None
        if because_of:
            evidence = evidence_of(ranking.shares(key)[0], orders.get(key, 0), self.lists)
        source = ranking.filler(key) or self._source(evidence)
        if key in self.effects(n).pins:
            source = Source.PINNED
        offer = self.offers[key]
        seed = self.offers.get(because_of[0]) if because_of else None
        own = "" if source == Source.PINNED else question.reasons.get(key, "")
        return Suggestion(
            key=key,
            title=offer.title,
            score=ranking.score(key),
            source=source,
            explain=lambda: own or reason_for(source, offer, seed, evidence, question.viewed),
            because_of=because_of,
            evidence=evidence,
        )

    def _source(self, evidence: Evidence | None) -> Source:
        if self.surface == Surface.RECOMMENDED_FOR_YOU:
            return Source.PERSONAL
        return Source.BOUGHT_TOGETHER if evidence else Source.SIMILAR
