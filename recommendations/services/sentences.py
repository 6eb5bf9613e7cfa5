"""Sentences that are stored in English, and read in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

#: A text that is marked where it is written, and the values of its placeholders.
Sentence = tuple[str, Mapping[str, Any]]


def read(sentences: Iterable[Sentence]) -> str:
    return " ".join(_(text) % values for text, values in sentences)
