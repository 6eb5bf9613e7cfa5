"""Which words set one group of texts apart from another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from analytics.stats.arrays import Flags, Floats

#: Weight of the prior: as if so many words had been read before.
PRIOR_WORDS = 50.0
#: Words in fewer texts are left out: they may name somebody.
LEAST_TEXTS = 2
#: |z| from which a difference is more than chance at 95%.
DECISIVE = 1.96


@dataclass(frozen=True)
class Term:
    """`z` is positive for words of the first group. `texts` holds the word at least once."""

    word: str
    z: float
    texts: int


def log_odds(first: Floats, second: Floats, prior: Floats) -> Floats:
    """z of the log-odds ratio with an informative Dirichlet prior: (words,).

    first, second: how often each word is in either group; prior: α of each word. All (words,).
    Formula: δ = ln (y¹+α)/(n¹+α₀−y¹−α) − ln (y²+α)/(n²+α₀−y²−α), z = δ / √(1/(y¹+α) + 1/(y²+α)).
    Source: Monroe, Colaresi and Quinn, "Fightin' words", Political Analysis 16 (2008), eq. 15–22.
    """
    total = prior.sum()

    def odds(counts: Floats) -> Floats:
        return (counts + prior) / (counts.sum() + total - counts - prior)

    variance = 1 / (first + prior) + 1 / (second + prior)
    return np.log(odds(first) / odds(second)) / np.sqrt(variance)


def telling_terms(texts: Sequence[str], in_first: Flags, most: int = 20) -> list[Term]:
    """The words that set either group apart, the first group's strongest first.

    texts: (n,); in_first: (n,). Up to `most` for each group, only such as are beyond chance. Empty
    when a group has no text.
    """
    if not in_first.any() or in_first.all():
        return []
    vectorizer = CountVectorizer(min_df=LEAST_TEXTS)
    try:
        counts = vectorizer.fit_transform(texts)
    except ValueError:  # no word is in two texts
        return []
    first = np.asarray(counts[in_first].sum(axis=0), dtype=np.float64).ravel()
    second = np.asarray(counts[~in_first].sum(axis=0), dtype=np.float64).ravel()
    both = first + second
    if len(both) < 2:
        return []  # one word alone is never more or less frequent than others
    z = log_odds(first, second, PRIOR_WORDS * both / both.sum())
    words, in_texts = vectorizer.get_feature_names_out(), np.bincount(counts.indices)
    order = np.argsort(-z, kind="stable")
    chosen = [*order[:most], *order[max(most, len(order) - most) :]]
    return [
        Term(str(words[i]), float(z[i]), int(in_texts[i])) for i in chosen if abs(z[i]) > DECISIVE
    ]
