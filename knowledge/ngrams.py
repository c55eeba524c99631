"""The embedding that needs no model, network or GPU: hashed character n-grams of a text's words.

Words that share a stem share n-grams, whatever their endings, so that inflection, recognition's errors and Russian
questions about Ukrainian articles are borne. Deterministic: the same text gives the same vector on every machine.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from knowledge.embedder import Cosines, Vectors
from knowledge.words import fold, words

DIMENSIONS = 4096
"""A chunk has some 1,500 n-grams: in 1,024 dimensions so many of them met by chance that they hid the right article."""
SIZES = range(3, 6)
"""Of an n-gram, in letters; a word's first and last one are told by a mark."""
BUCKETS = 2**16
"""In which rarity is kept."""
_STEP = 1 / 32
"""Of a rarity, as a byte holds it."""
RARITY_FILE = "ngram_rarity.bin"

Rarity = NDArray[np.uint8]
"""ln(texts / texts that hold the n-gram) in steps of 1/32, by bucket; of the language that has it most often."""


class NgramEmbedder:
    """embedder.Embedder."""

    cosines = Cosines(unrelated=0.15, related=0.28)

    def __init__(self, rarity: Rarity | None = None) -> None:
        """With the rarity that is shipped, unless another is given."""
        self._rarity = shipped_rarity() if rarity is None else rarity
        self._name = f"ngrams-{hashlib.blake2b(self._rarity.tobytes(), digest_size=4).hexdigest()}"

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimensions(self) -> int:
        return DIMENSIONS

    async def embed(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._embed(text) for text in texts]) if texts else np.zeros((0, DIMENSIONS), np.float32)

    def _embed(self, text: str) -> Vectors:
        vector = np.zeros(DIMENSIONS)
        for word, times in Counter(words(text)).items():
            hashes = np.array(grams(word), np.uint64)
            # A word weighs what it weighs, however many n-grams it has.
            weights = (1 + math.log(times)) / math.sqrt(len(hashes)) * self._rarity[_buckets(hashes)] * _STEP
            signs = np.where(hashes >> np.uint64(63), 1.0, -1.0)
            np.add.at(vector, (hashes % np.uint64(DIMENSIONS)).astype(int), signs * weights)
        length = float(np.linalg.norm(vector))
        return (vector / length if length else vector).astype(np.float32)


@lru_cache(maxsize=50_000)
def grams(word: str) -> tuple[int, ...]:
    """64-bit hashes of the word's n-grams: the lowest bits choose the dimension, the highest one the sign."""
    marked = f"<{fold(word)}>"
    found = (marked[start : start + size] for size in SIZES for start in range(len(marked) - size + 1))
    return tuple(int.from_bytes(hashlib.blake2b(gram.encode(), digest_size=8).digest()) for gram in found)


def fit_rarity(*languages: Iterable[str]) -> Rarity:
    """How rare each n-gram is among the texts of that language which has it most often: "tire" tells nothing, though no
    Ukrainian text holds it. One that none of them holds is as rare as can be."""
    rarity: Rarity = np.minimum.reduce([_rarity(texts) for texts in languages])
    return rarity


def _rarity(texts: Iterable[str]) -> Rarity:
    holding = np.zeros(BUCKETS)
    total = 0
    for text in texts:
        total += 1
        held = {gram for word in words(text) for gram in grams(word)}
        buckets = _buckets(np.fromiter(held, np.uint64, len(held)))
        holding[np.unique(buckets)] += 1
    rarity = np.log((1 + total) / (1 + holding)) / _STEP
    return np.minimum(np.rint(rarity), 255).astype(np.uint8)


@cache
def shipped_rarity() -> Rarity:
    """Of the tire shop's articles (`python -m knowledge.fit`). Frozen, so that a changed article is embedded alone and
    not everything anew; fit again when the articles have become quite different ones."""
    return np.frombuffer(files("knowledge").joinpath(RARITY_FILE).read_bytes(), np.uint8)


def _buckets(hashes: NDArray[np.uint64]) -> NDArray[np.intp]:
    # Bits that the choice of the dimension does not use.
    return ((hashes >> np.uint64(math.ceil(math.log2(DIMENSIONS)))) % np.uint64(BUCKETS)).astype(np.intp)
