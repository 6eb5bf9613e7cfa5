"""Deep networks on basket vectors: for comparison, and for shops with very many orders."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.neural_network import MLPClassifier

from recommendations.engine.base import Document, Publication, Ranked, Recommender
from recommendations.engine.interactions import Interactions
from recommendations.engine.parameters import check_ranges
from recommendations.engine.ranking import rank_pairs
from recommendations.exceptions import InvalidArgument

BASKETS_A_CHUNK = 4096
BATCH = 128

Examples = tuple[sparse.csr_array, npt.NDArray[Any]]


class BasketNetwork(Recommender):
    """A network from the M most frequent items to themselves, which learns to complete baskets.

    Each epoch passes once over the same `max_baskets` baskets of two modelled items or more, the
    newest for which there is room, with noise drawn anew. S_ij is the output for j when i is alone
    in the basket. Training takes epochs · baskets · (2 M h + h² …) · 6 operations; the number of
    epochs is fixed, so that nothing has to converge.

    Parameters
    ----------
    hidden_units : the sizes of the hidden layers.
    corruption : the share of items dropped from the input, in [0, 1). A seed is one item by
        itself, so that small inputs are what the network has to be good at.
    epochs : ≥ 1.
    learning_rate : Adam's step, > 0.
    regularization : L2 on the weights, ≥ 0.
    max_items : M ≥ 2. max_baskets : ≥ 1.
    seed : of the first weights, the order of the baskets and the noise.

    Attributes
    ----------
    modelled_ : (M,) item indices, ascending.
    network_ : the fitted `MLPClassifier`, or None where no basket holds two items.

    `fit` raises `InvalidArgument` if the weights grow beyond all bounds.
    """

    def __init__(
        self,
        hidden_units: tuple[int, ...] = (128,),
        corruption: float = 0.8,
        epochs: int = 20,
        learning_rate: float = 0.001,
        regularization: float = 0.0001,
        max_items: int = 2_000,
        max_baskets: int = 50_000,
        seed: int = 0,
    ) -> None:
        self.hidden_units = hidden_units
        self.corruption = corruption
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.regularization = regularization
        self.max_items = max_items
        self.max_baskets = max_baskets
        self.seed = seed

    @abstractmethod
    def _examples(self, baskets: sparse.csr_array, rng: np.random.Generator) -> Examples:
        """Inputs (baskets, M) and what the network should answer."""

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        check_ranges(
            self,
            corruption="[0, 1)",
            epochs="[1, inf)",
            learning_rate="(0, inf)",
            regularization="[0, inf)",
            max_items="[2, inf)",
            max_baskets="[1, inf)",
        )
        X = self.interactions_ = interactions
        frequent = np.lexsort((np.arange(X.n_items), -X.item_orders()))
        self.modelled_ = np.sort(frequent[: self.max_items])
        baskets = self._baskets(X)
        self.network_ = self._trained(baskets) if baskets.shape[0] else None
        return self

    def ranked(self, publication: Publication) -> Iterator[Ranked]:
        network = self._check_fitted("network_")
        X = self.interactions_
        if network is None:
            return iter(())

        def rows(first: int, end: int) -> npt.NDArray[np.float32]:
            block = np.zeros((end - first, X.n_items), dtype=np.float32)
            modelled = self.modelled_[(self.modelled_ >= first) & (self.modelled_ < end)]
            if len(modelled):
                alone = np.equal.outer(modelled, self.modelled_).astype(np.float32)
                block[np.ix_(modelled - first, self.modelled_)] = network.predict_proba(alone)
            return block

        return rank_pairs(X, rows, publication)

    def _baskets(self, X: Interactions) -> sparse.csr_array:
        """The newest baskets with two modelled items or more, shape (≤ max_baskets, M)."""
        baskets = sparse.csr_array(X.baskets[:, self.modelled_], dtype=np.float32)
        usable = np.flatnonzero(np.diff(baskets.indptr) >= 2)
        age = -np.nan_to_num(X.days[usable], nan=-np.inf)
        newest = usable[np.argsort(age, kind="stable")[: self.max_baskets]]
        return sparse.csr_array(baskets[np.sort(newest)])

    def _corrupted(self, baskets: sparse.csr_array, rng: np.random.Generator) -> sparse.csr_array:
        inputs = baskets.copy()
        inputs.data[rng.random(len(inputs.data)) < self.corruption] = 0
        inputs.eliminate_zeros()
        return inputs

    def _trained(self, baskets: sparse.csr_array) -> MLPClassifier:
        network = MLPClassifier(
            hidden_layer_sizes=self.hidden_units,
            learning_rate_init=self.learning_rate,
            alpha=self.regularization,
            batch_size=min(BATCH, baskets.shape[0]),
            random_state=self.seed,
        )
        rng = np.random.default_rng(self.seed)
        for _ in range(self.epochs):
            order = rng.permutation(baskets.shape[0])
            for start in range(0, len(order), BASKETS_A_CHUNK):
                chunk = sparse.csr_array(baskets[order[start : start + BASKETS_A_CHUNK]])
                self._learn(network, *self._examples(chunk, rng))
        return network

    def _learn(
        self, network: MLPClassifier, inputs: sparse.csr_array, answers: npt.NDArray[Any]
    ) -> None:
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                network.partial_fit(inputs, answers, classes=np.arange(len(self.modelled_)))
        except ValueError as error:
            if all(np.isfinite(layer).all() for layer in network.coefs_):
                raise
            raise InvalidArgument(
                f"learning_rate {self.learning_rate!r}: the weights are not finite; "
                "legal are smaller numbers above 0, such as 0.001."
            ) from error


class MLP(BasketNetwork):
    """A softmax over all items for the one that was taken out of the basket.

    S_ij = softmax(f({i}))_j,  trained on −log softmax(f(what is left of b ∖ {j}))_j, j drawn from b

    Parameters and attributes as `BasketNetwork`.

    Source: Covington, Adams & Sargin 2016, "Deep Neural Networks for YouTube Recommendations"
    (the softmax over the catalogue).
    """

    def _examples(self, baskets: sparse.csr_array, rng: np.random.Generator) -> Examples:
        sizes = np.diff(baskets.indptr)
        hidden = baskets.indptr[:-1] + (rng.random(len(sizes)) * sizes).astype(np.int64)
        inputs = baskets.copy()
        inputs.data[hidden] = 0
        return self._corrupted(inputs, rng), baskets.indices[hidden]


class DenoisingAutoencoder(BasketNetwork):
    """Restores a basket from which items were dropped.

    S_ij = σ(f({i}))_j,  trained on the cross-entropy of σ(f(what is left of b)) and b

    Parameters and attributes as `BasketNetwork`.

    Source: Vincent et al. 2008, "Extracting and Composing Robust Features with Denoising
    Autoencoders"; Wu et al. 2016, "Collaborative Denoising Auto-Encoders".
    """

    def _examples(self, baskets: sparse.csr_array, rng: np.random.Generator) -> Examples:
        inputs = baskets.copy()
        inputs.data[rng.random(len(inputs.data)) < self.corruption] = 0
        inputs.eliminate_zeros()
        # A narrower type would overflow in scikit-learn, which casts the column numbers to it.
        return inputs, baskets.toarray().astype(np.int32)
