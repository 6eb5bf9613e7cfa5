"""From the keys of a basket to suggestions with evidence: one query for the lists, one for offers.

Seeds → candidates → live offers → suggestions. Reading writes nothing. All functions take many
baskets at once, because a page of products must not cost a query each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, islice

from recommendations.conf import get_settings, get_store
from recommendations.engine.base import ListKind
from recommendations.exceptions import InvalidArgument
from recommendations.models import RankedList, Surface
from recommendations.services.merging import Candidate, Lists, SeedList, merge
from recommendations.services.reasons import reason_for
from recommendations.services.suggestions import Evidence, Source, Suggestion, Suggestions
from recommendations.stores.base import Actor, Offer, Scope

#: Candidates looked at before stock is known, beyond the number asked for.
SPARE = 12
ANYBODY = Actor()
DEFAULT_SCOPE = Scope()


def frequently_bought_with(
    baskets: Sequence[Collection[str]],
    first: int,
    *,
    actor: Actor = ANYBODY,
    scope: Scope = DEFAULT_SCOPE,
) -> list[Suggestions]:
    """For each basket of product keys up to `first` products that go with it, best first.

    Never one of the basket itself, nor one that is not for sale. Where the evidence runs out the
    rest comes from the most popular products and says so. Raises `InvalidArgument` for a `first`
    outside 0 … MAX_FIRST. Without a live version every answer is empty.
    """
    limit = get_settings().MAX_FIRST
    if not 0 <= first <= limit:
        raise InvalidArgument(f"Argument 'first' must be from 0 to {limit}, not {first}.")
    lists = load_lists(set(chain.from_iterable(baskets)), scope)
    ranked = [merge(lists, basket) for basket in baskets]
    return _resolve(ranked, lists, first, actor, scope)


def load_lists(seeds: Collection[str], scope: Scope) -> Lists:
    rows = RankedList.objects.filter(
        version__live_at__surface=Surface.FREQUENTLY_BOUGHT_WITH,
        version__live_at__scope=scope.name,
        kind__in=[ListKind.ITEM, ListKind.GLOBAL],
        seed_key__in=[*seeds, ""],
    ).values_list("kind", "seed_key", "orders", "entries", "version_id", "version__orders")
    lists = Lists()
    for kind, seed, orders, entries, version, total_orders in rows:
        lists.version, lists.orders = f"v{version}", total_orders
        if kind == ListKind.ITEM:
            lists.by_seed[seed] = SeedList(orders, entries)
        else:
            lists.popular = entries
    return lists


def _resolve(
    ranked: list[list[Candidate]], lists: Lists, first: int, actor: Actor, scope: Scope
) -> list[Suggestions]:
    """Walks down each ranking until enough is for sale; offers are asked for in rounds."""
    offers: dict[str, Offer] = {}
    asked: set[str] = set()
    depth = first + SPARE
    while True:
        wanted = {
            key
            for candidates in ranked
            if not _enough(candidates, offers, asked, first)
            for candidate in islice(candidates, depth)
            for key in (candidate.key, *candidate.because_of)
        } - asked
        if not wanted:
            break
        asked |= wanted
        offers |= get_store().offers(wanted, actor, scope)
        depth *= 4
    return [
        Suggestions(
            items=tuple(
                _suggestion(candidate, lists, offers)
                for candidate in islice(_for_sale(candidates, offers), first)
            ),
            version=lists.version,
        )
        for candidates in ranked
    ]


def _for_sale(candidates: Iterable[Candidate], offers: Mapping[str, Offer]) -> Iterable[Candidate]:
    return (c for c in candidates if c.key in offers and offers[c.key].available)


def _enough(
    candidates: list[Candidate], offers: Mapping[str, Offer], asked: set[str], first: int
) -> bool:
    """Whether the best `first` that are for sale are known without asking further."""
    found = 0
    for candidate in candidates:
        if found == first:
            return True
        if candidate.key not in asked:
            return False
        found += candidate.key in offers and offers[candidate.key].available
    return True


def _suggestion(candidate: Candidate, lists: Lists, offers: Mapping[str, Offer]) -> Suggestion:
    evidence = _evidence(candidate, lists)
    if evidence:
        source = Source.BOUGHT_TOGETHER
    else:
        source = Source.SIMILAR if candidate.because_of else Source.POPULAR
    seed = offers.get(candidate.because_of[0]) if candidate.because_of else None
    return Suggestion(
        key=candidate.key,
        score=candidate.score,
        source=source,
        reason=reason_for(source, evidence, seed.title if seed else ""),
        because_of=candidate.because_of,
        evidence=evidence,
    )


def _evidence(candidate: Candidate, lists: Lists) -> Evidence | None:
    """Of the seed that counts most: the first in `because_of`."""
    if not candidate.pair_orders:
        return None
    seed = lists.by_seed[candidate.because_of[0]]
    confidence = candidate.pair_orders / seed.orders
    return Evidence(
        pair_orders=candidate.pair_orders,
        seed_orders=seed.orders,
        support=candidate.pair_orders / lists.orders,
        confidence=confidence,
        lift=confidence * lists.orders / candidate.orders,
    )
