"""What products are like, by what is written about them: the only model for what nobody bought."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from recommendations.engine.base import (
    Document,
    Entry,
    ListKind,
    Publication,
    Ranked,
    Recommender,
)
from recommendations.engine.interactions import Interactions
from recommendations.engine.matmul import matmul_topk
from recommendations.engine.parameters import check_ranges

SEEDS_A_BLOCK = 4096
BANDS_A_DOUBLING = 2
# A term of a fifth of the products tells little and costs most of the time; among a handful of
# products every term counts.
COMMON_SHARE, COMMON_FROM = 0.2, 50
WORD = re.compile(r"[^\W_]{2,}")


class ContentKNN(Recommender):
    """The products with the most similar title, description, categories, attributes and price.

    S_ij = Σ_f v_f t_fi · t_fj / (‖i‖ ‖j‖),  ‖i‖² = Σ_f v_f [field f of i is not empty]

    t_fi is the TF-IDF vector of field f of product i, of length 1, or 0 where the field is empty:
    words of title and description, whole categories, whole attributes with their names, and two
    overlapping bands of the logarithm of the price, of which near prices share both. Terms of
    more than 50 products and more than a fifth of all are left out.

    The products are those of the documents and those of the baskets; one without a document has
    no list and is in none. The evidence `pair_orders` is 0: the lists speak of likeness, not of
    orders, and the thresholds of a publication do not apply.

    Parameters
    ----------
    title_weight, description_weight, category_weight, attribute_weight, price_weight : v_f ≥ 0.
    min_similarity : lowest S_ij of an entry, in [0, 1). A price in common is no likeness yet.

    Attributes
    ----------
    items_ : (items,) keys, sorted. positions_ : key → its index.
    vectors_ : CSR (items, terms), rows of length 1 or 0. terms_ : (terms,) in words.
    item_orders_ : (items,) n_j, 0 for what nobody bought.

    Source: Lops, de Gemmis & Semeraro 2011, "Content-based Recommender Systems: State of the Art
    and Trends".
    """

    def __init__(
        self,
        title_weight: float = 1.0,
        description_weight: float = 0.5,
        category_weight: float = 1.0,
        attribute_weight: float = 0.5,
        price_weight: float = 0.25,
        min_similarity: float = 0.1,
    ) -> None:
        self.title_weight = title_weight
        self.description_weight = description_weight
        self.category_weight = category_weight
        self.attribute_weight = attribute_weight
        self.price_weight = price_weight
        self.min_similarity = min_similarity

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        check_ranges(self, min_similarity="[0, 1)", **dict.fromkeys(FIELDS, "[0, inf)"))
        by_key = {document.key: document for document in documents}
        self.items_ = tuple(sorted({*by_key, *interactions.items}))
        self.positions_ = {key: position for position, key in enumerate(self.items_)}
        self.item_orders_ = np.zeros(len(self.items_), dtype=np.int64)
        bought = [self.positions_[key] for key in interactions.items]
        self.item_orders_[bought] = interactions.item_orders()
        described = [by_key.get(key) for key in self.items_]
        blocks, self.terms_ = [], []
        for weight, terms_of in FIELDS.items():
            matrix, terms = tfidf([terms_of(d) if d else [] for d in described])
            blocks.append(math.sqrt(getattr(self, weight)) * matrix)
            self.terms_ += terms
        self.vectors_ = unit_rows(sparse.hstack(blocks, format="csr"))
        return self

    def ranked(
        self, publication: Publication, seeds: npt.NDArray[np.int64] | None = None
    ) -> Iterator[Ranked]:
        """As of any model; only those of `seeds`, positions in `items_`, if given."""
        vectors = self._check_fitted("vectors_")
        transposed = sparse.csr_array(vectors.T)
        seeds = np.arange(len(self.items_)) if seeds is None else seeds
        for first in range(0, len(seeds), SEEDS_A_BLOCK):
            block = seeds[first : first + SEEDS_A_BLOCK]
            columns, scores = matmul_topk(vectors[block], transposed, publication.k, skip=block)
            columns[scores < self.min_similarity] = -1
            for row, seed in enumerate(block.tolist()):
                entries = [
                    Entry(self.items_[j], score, 0)
                    for j, score in zip(columns[row].tolist(), scores[row].tolist(), strict=True)
                    if j >= 0
                ]
                if entries:
                    orders = int(self.item_orders_[seed])
                    yield Ranked.of(ListKind.ITEM, self.items_[seed], orders, entries)

    def explain(self, seed: str, item: str, limit: int = 5) -> list[str]:
        """What the two have in common, in words, what says most first; empty if nothing is."""
        vectors = self._check_fitted("vectors_")
        if seed not in self.positions_ or item not in self.positions_:
            return []
        i, j = self.positions_[seed], self.positions_[item]
        common = sparse.coo_array(vectors[[i]] * vectors[[j]])
        best = np.lexsort((common.col, -common.data))
        in_words = dict.fromkeys(self.terms_[common.col[position]] for position in best)
        return list(in_words)[:limit]


def words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def attributes(document: Document) -> list[str]:
    return [f"{name}: {value}" for name, value in document.attributes.items() if value]


def price_bands(price: float | None) -> list[str]:
    """Two bands, the second half a band further: prices on either side of a limit share one."""
    if price is None or not price > 0 or math.isinf(price):
        return []
    position = BANDS_A_DOUBLING * math.log2(price)
    lower = [math.floor(position), math.floor(position - 0.5) + 0.5]
    return [
        f"price {2 ** (low / BANDS_A_DOUBLING):.2f}–{2 ** ((low + 1) / BANDS_A_DOUBLING):.2f}"
        for low in lower
    ]


#: The weight of a field → its terms.
FIELDS: dict[str, Callable[[Document], list[str]]] = {
    "title_weight": lambda document: words(document.title),
    "description_weight": lambda document: words(document.description),
    "category_weight": lambda document: list(document.categories),
    "attribute_weight": attributes,
    "price_weight": lambda document: price_bands(document.price),
}


def tfidf(documents: list[list[str]]) -> tuple[sparse.csr_array, list[str]]:
    """Rows of length 1, or 0 for an empty document, (documents, terms); and the terms, sorted."""
    if not any(documents):
        return sparse.csr_array((len(documents), 0)), []
    vectorizer = CountVectorizer(analyzer=lambda terms: terms)
    counts = sparse.csr_array(vectorizer.fit_transform(documents))
    terms = vectorizer.get_feature_names_out()
    frequency = np.bincount(counts.indices, minlength=len(terms))
    kept = frequency <= max(COMMON_FROM, COMMON_SHARE * len(documents))
    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(counts)[:, kept]
    return unit_rows(weighted), terms[kept].tolist()


def unit_rows(matrix: sparse.csr_array) -> sparse.csr_array:
    norms = sparse.linalg.norm(matrix, axis=1)
    return sparse.csr_array(sparse.diags_array(1 / np.where(norms > 0, norms, 1.0)) @ matrix)
