"""Where each part of the hybrid speaks."""

from dataclasses import dataclass, field

import pytest

from recommendations.engine.base import Publication
from recommendations.engine.ease import EASE
from recommendations.engine.hybrid import Hybrid
from recommendations.engine.item_knn import ItemKNN
from tests.engine.baskets import interactions

#: a, b and c sell often; x and y seldom, always with a.
BASKETS = ["a b", "a c", "b c", "a b c"] * 10 + ["a x"] * 3 + ["a y"] * 2


@dataclass(frozen=True)
class Document:
    key: str
    title: str
    description: str = ""
    categories: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    price: float | None = None


def by_seed(model, documents=(), **publication):
    lists = model.fit(interactions(*BASKETS), documents).ranked(Publication(**publication))
    return {ranked.seed: ranked for ranked in lists}


def scores(ranked):
    return {entry.key: entry.score for entry in ranked.entries}


def test_pairs_of_frequent_items_have_the_scores_of_ease():
    found = scores(by_seed(Hybrid(max_items=3))["a"])
    ease = scores(by_seed(EASE(max_items=3))["a"])
    assert {key: found[key] for key in ("b", "c")} == ease


def test_pairs_with_a_rarer_item_have_scaled_scores_of_co_occurrence():
    hybrid, sparse = by_seed(Hybrid(max_items=3)), by_seed(ItemKNN())
    ease = by_seed(EASE(max_items=3))
    shared = [
        (entry.score, scores(sparse[seed])[entry.key])
        for seed in ("a", "b", "c")
        for entry in ease[seed].entries
    ]
    scale = sum(e * s for e, s in shared) / sum(s * s for _, s in shared)
    for seed, other in (("a", "x"), ("x", "a"), ("y", "a")):
        expected = scale * scores(sparse[seed])[other]
        assert scores(hybrid[seed])[other] == pytest.approx(expected)


def test_its_evidence_is_that_of_the_orders():
    (entry,) = by_seed(Hybrid(max_items=3))["x"].entries
    assert (entry.key, entry.pair_orders) == ("a", 3)


def test_a_product_without_partners_has_similar_ones_below_all_partners():
    documents = [Document("x", "Blue tea cup"), Document("z", "Red tea cup"), Document("b", "Jam")]
    found = by_seed(Hybrid(max_items=3), documents)
    (similar,) = found["z"].entries
    assert (similar.key, similar.pair_orders) == ("x", 0)
    assert found["z"].orders == 0
    partners = [e.score for seed in "abcxy" for e in found[seed].entries if e.score > 0]
    assert 0 < similar.score < min(partners)


def test_a_product_with_a_partner_has_partners_only():
    documents = [Document("x", "Blue tea cup"), Document("z", "Red tea cup")]
    assert [entry.key for entry in by_seed(Hybrid(max_items=3), documents)["x"].entries] == ["a"]
