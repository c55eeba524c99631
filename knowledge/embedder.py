"""What makes vectors of texts: our own n-grams, or a model behind an OpenAI-compatible server."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Cosines:
    """What a model's cosines mean; they differ from model to model, so measure them."""

    unrelated: float
    """Usual between a question and the nearest of many texts that have nothing to do with it."""
    related: float
    """Usual between a question and its answer."""

    def closeness(self, cosine: float) -> float:
        return (cosine - self.unrelated) / (self.related - self.unrelated)


class Embedder(Protocol):
    @property
    def name(self) -> str:
        """Of the model and of all that its vectors depend on: vectors of two names are never compared."""

    @property
    def dimensions(self) -> int: ...

    @property
    def cosines(self) -> Cosines: ...

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """A row of length 1 for each text, in their order; of a text without any word it may be of zeros. Raises
        EmbeddingError."""
