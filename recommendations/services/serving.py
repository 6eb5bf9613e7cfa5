"""From the keys of a basket to suggestions with evidence, in as few queries as can be.

Seeds → candidates → live offers → suggestions. Reading writes nothing. All functions take many
baskets at once, because a page of products must not cost a query each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, islice

from recommendations.conf import get_settings, get_store
from recommendations.engine.base import ListKind
from recommendations.exceptions import InvalidArgument
from recommendations.models import RankedList, Surface
from recommendations.services.merging import MAX_BECAUSE_OF, Lists, Ranking, SeedList, Share
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
    rankings = [Ranking(lists, basket) for basket in baskets]
    offers = _offers(rankings, first, actor, scope)
    chosen = [list(islice(_for_sale(ranking, offers), first)) for ranking in rankings]
    orders = _orders_of(rankings, chosen, lists)
    return [
        Suggestions(
            items=tuple(
                _suggestion(ranking, position, lists, offers, orders) for position in positions
            ),
            version=None if lists.version_id is None else f"v{lists.version_id}",
        )
        for ranking, positions in zip(rankings, chosen, strict=True)
    ]


def load_lists(seeds: Collection[str], scope: Scope) -> Lists:
    rows = RankedList.objects.filter(
        version__live_at__surface=Surface.FREQUENTLY_BOUGHT_WITH,
        version__live_at__scope=scope.name,
        kind__in=[ListKind.ITEM, ListKind.GLOBAL],
        seed_key__in=[*seeds, ""],
    ).values_list("kind", "seed_key", "orders", "entries", "version_id", "version__orders")
    lists = Lists()
    for kind, seed, orders, entries, version, total_orders in rows:
        lists.version_id, lists.orders = version, total_orders
        if kind == ListKind.ITEM:
            lists.by_seed[seed] = SeedList(orders, *entries)
        else:
            lists.popular = SeedList(orders, *entries)
    return lists


def _offers(
    rankings: Sequence[Ranking], first: int, actor: Actor, scope: Scope
) -> dict[str, Offer]:
    """Walks down each ranking until enough is for sale; offers are asked for in rounds."""
    offers: dict[str, Offer] = {}
    asked: set[str] = set()
    depth = first + SPARE
    while True:
        wanted = {
            key
            for ranking in rankings
            if not _enough(ranking, offers, asked, first)
            for position, candidate in enumerate(islice(ranking.keys, depth))
            for key in (candidate, *_because_of(ranking, position))
        } - asked
        if not wanted:
            return offers
        asked |= wanted
        offers |= get_store().offers(wanted, actor, scope)
        depth *= 4


def _for_sale(ranking: Ranking, offers: Mapping[str, Offer]) -> Iterator[int]:
    return (
        position
        for position, key in enumerate(ranking.keys)
        if key in offers and offers[key].available
    )


def _enough(ranking: Ranking, offers: Mapping[str, Offer], asked: set[str], first: int) -> bool:
    """Whether the best `first` that are for sale are known without asking further."""
    found = 0
    for key in ranking.keys:
        if found == first:
            return True
        if key not in asked:
            return False
        found += key in offers and offers[key].available
    return True


def _orders_of(
    rankings: Sequence[Ranking], chosen: Sequence[Sequence[int]], lists: Lists
) -> dict[str, int]:
    """In how many orders each chosen candidate was that orders speak for."""
    keys = {
        ranking.keys[position]
        for ranking, positions in zip(rankings, chosen, strict=True)
        for position in positions
        if any(share.pair_orders for share in ranking.shares(position)[:1])
    }
    if not keys:
        return {}
    return dict(
        RankedList.objects.filter(
            version=lists.version_id, kind=ListKind.ITEM, seed_key__in=keys
        ).values_list("seed_key", "orders")
    )


def _because_of(ranking: Ranking, position: int) -> tuple[str, ...]:
    return tuple(share.seed for share in ranking.shares(position)[:MAX_BECAUSE_OF])


def _suggestion(
    ranking: Ranking,
    position: int,
    lists: Lists,
    offers: Mapping[str, Offer],
    orders: Mapping[str, int],
) -> Suggestion:
    key = ranking.keys[position]
    because_of = _because_of(ranking, position)
    evidence = (
        _evidence(ranking.shares(position)[0], orders.get(key, 0), lists) if because_of else None
    )
    if evidence:
        source = Source.BOUGHT_TOGETHER
    else:
        source = Source.SIMILAR if because_of else Source.POPULAR
    seed = offers.get(because_of[0]) if because_of else None
    return Suggestion(
        key=key,
        score=ranking.score(position),
        source=source,
        reason=reason_for(source, evidence, seed.title if seed else ""),
        because_of=because_of,
        evidence=evidence,
    )


def _evidence(strongest: Share, orders: int, lists: Lists) -> Evidence | None:
    """Of the seed that counts most, where orders speak for it. `orders`: the candidate's own."""
    if not strongest.pair_orders or not orders:
        return None
    seed_orders = lists.by_seed[strongest.seed].orders
    confidence = strongest.pair_orders / seed_orders
    return Evidence(
        pair_orders=strongest.pair_orders,
        seed_orders=seed_orders,
        support=strongest.pair_orders / lists.orders,
        confidence=confidence,
        lift=confidence * lists.orders / orders,
    )
