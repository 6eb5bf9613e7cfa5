"""Customer service: how fast it answers, and what people write about."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer

from analytics.stats.arrays import Floats

MOST_TOPICS = 8
#: A topic needs so many texts on average, or it would be about one of them.
TEXTS_A_TOPIC = 10
WORDS_A_TOPIC = 6
#: Words with less of the strongest one's weight are what the factorisation left over.
LEAST_WEIGHT = 0.05
#: Words in fewer texts are left out: they may name somebody.
LEAST_TEXTS = 2


@dataclass(frozen=True)
class Topic:
    """The words that stand for it, strongest first, and the texts it is the strongest topic of."""

    words: tuple[str, ...]
    texts: int


def waiting(seconds: Floats) -> tuple[float, float]:
    """The median, and what nine of ten are below; NaN without any. seconds: (n,), NaN for none."""
    known = seconds[np.isfinite(seconds)]
    if not len(known):
        return float("nan"), float("nan")
    middle, slow = np.quantile(known, [0.5, 0.9])
    return float(middle), float(slow)


def topics(texts: Sequence[str], seed: int = 0) -> list[Topic]:
    """Topics by non-negative factors of the tf-idf matrix, the most frequent first.

    Formula: X ≈ W H with W, H ≥ 0; a text belongs to the topic of its largest W. One topic for
    ten texts, at most eight. Texts without a shared word belong to none. Source: Lee and Seung,
    "Learning the parts of objects by non-negative matrix factorization", Nature 401 (1999).
    """
    number = min(MOST_TOPICS, len(texts) // TEXTS_A_TOPIC)
    vectorizer = TfidfVectorizer(min_df=LEAST_TEXTS, max_df=0.9, stop_words="english")
    try:
        X = vectorizer.fit_transform(texts)
    except ValueError:  # no word is in two texts
        return []
    number = min(number, *X.shape)
    if not number:
        return []
    model = NMF(number, init="nndsvd", random_state=seed, max_iter=500, tol=1e-2)
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # topics are told apart long before
        W = model.fit_transform(X)
    words = vectorizer.get_feature_names_out()
    sizes = np.bincount(W.argmax(axis=1)[W.max(axis=1) > 0], minlength=number)
    return [
        Topic(tuple(str(words[i]) for i in _strongest(model.components_[t])), int(sizes[t]))
        for t in np.argsort(-sizes, kind="stable")
        if sizes[t]
    ]


def _strongest(weights: Floats) -> list[int]:
    order = np.argsort(-weights, kind="stable")[:WORDS_A_TOPIC]
    return [int(i) for i in order if weights[i] > LEAST_WEIGHT * weights[order[0]]]
