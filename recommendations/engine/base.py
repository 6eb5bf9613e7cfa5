"""The shape all models share: parameters, `fit`, and ranked lists out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from recommendations.engine.interactions import Interactions
from recommendations.exceptions import NotFitted


class ListKind(StrEnum):
    """What a ranked list is looked up by: an item, a user, or nothing at all."""

    ITEM = "item"
    USER = "user"
    GLOBAL = "global"


class Document(Protocol):
    """What is known of a product besides its orders; `stores.base.ProductDoc` has this shape."""

    @property
    def key(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def categories(self) -> tuple[str, ...]: ...
    @property
    def attributes(self) -> Mapping[str, str]: ...
    @property
    def price(self) -> float | None: ...
    @property
    def category_keys(self) -> tuple[str, ...]: ...
    @property
    def rating(self) -> float | None: ...
    @property
    def ratings(self) -> int: ...
    @property
    def returns(self) -> int: ...


class Entry(NamedTuple):
    """One ranked item. `pair_orders`: orders that hold seed and item.

    A negative score speaks against the item: it lowers what other seeds say for it and is no
    suggestion by itself.
    """

    key: str
    score: float
    pair_orders: int


class Ranked(NamedTuple):
    """The best items for one seed, best first. `orders`: in how many orders the seed was.

    The entries stand in three columns, as they are stored: of rows by the million the garbage
    collector would look at each.
    """

    kind: ListKind
    seed: str
    orders: int
    keys: list[str]
    scores: list[float]
    pair_orders: list[int]

    @classmethod
    def of(cls, kind: ListKind, seed: str, orders: int, entries: Iterable[Entry]) -> Self:
        columns = [list(column) for column in zip(*entries, strict=True)] or [[], [], []]
        return cls(kind, seed, orders, *columns)

    @property
    def entries(self) -> list[Entry]:
        return list(map(Entry, self.keys, self.scores, self.pair_orders))


@dataclass(frozen=True)
class Publication:
    """What may be published: at most `k` a list, pairs of enough orders and enough buyers.

    `against`: entries with a negative score that are kept beside the k, for models that have some.
    """

    k: int = 50
    min_orders: int = 1
    min_buyers: int = 1
    against: int = 0


class Recommender(BaseEstimator, ABC):
    """A model that learns from baskets and compiles to ranked lists.

    Subclasses store their parameters in `__init__`, learn attributes that end in `_` in `fit`,
    and name themselves in `engine.registry`.
    """

    @abstractmethod
    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        """Learns from all baskets; an empty matrix is legal and gives empty lists.

        `documents` describe the products; models that read no content leave them alone.
        """

    def tuned(self, interactions: Interactions, seed: int = 0) -> Self:
        """A copy with parameters chosen on the newest part of these baskets. Models without such
        a search return themselves."""
        return self

    @abstractmethod
    def ranked(self, publication: Publication) -> Iterator[Ranked]:
        """The lists of every seed that has any entry. Raises `NotFitted` before `fit`."""

    def _check_fitted(self, attribute: str) -> Any:
        try:
            check_is_fitted(self, attribute)
        except NotFittedError as error:
            raise NotFitted(f"{type(self).__name__} must be fitted first.") from error
        return getattr(self, attribute)


class Additive(Recommender):
    """A model that needs nothing but counts for the list of a seed: where orders change, only
    the lists of the items in them are made again."""

    @abstractmethod
    def ranked(
        self, publication: Publication, seeds: npt.NDArray[np.int64] | None = None
    ) -> Iterator[Ranked]:
        """As of any model; of the item lists only those of the item indices `seeds`, if given."""


def columns_of(
    keys: tuple[str, ...],
    indices: npt.NDArray[np.int32],
    scores: npt.NDArray[np.float64],
    pair_orders: npt.NDArray[np.int32],
) -> tuple[list[str], list[float], list[int]]:
    """The columns of `Ranked` from one row of arrays, which indices of −1 end."""
    size = np.count_nonzero(indices >= 0)
    named = [keys[i] for i in indices[:size].tolist()]
    return named, scores[:size].tolist(), pair_orders[:size].tolist()
