"""One pocketsphinx decoder, with the settings that serve (why: see sphinx_engine)."""

import re
import tempfile
from collections.abc import Mapping

from callcenter.stt.sphinx_dictionary import dictionary_file

WAY = re.compile(r"(?<=\w)\.[0-9]+(?![^ ])")
"""Of a grammar's word that is said in a way of its own: "sixteen.2"."""
NOT_WORDS = frozenset({"<sil>", "(NULL)", "[NOISE]", "[SPEECH]"})


class Decoder:
    """One decoder with its own small dictionary and some grammars."""

    def __init__(self, pronunciations: Mapping[str, tuple[str, ...]]) -> None:
        import pocketsphinx  # type: ignore[import-untyped]  # ships no types

        with tempfile.NamedTemporaryFile("w", suffix=".dict") as file:
            file.write(dictionary_file(pronunciations))
            file.flush()
            self._decoder = pocketsphinx.Decoder(
                pocketsphinx.Config(
                    lm=None,
                    dict=file.name,
                    bestpath=False,
                    compallsen=True,
                    beam=1e-80,
                    pbeam=1e-80,
                    wbeam=1e-60,
                    loglevel="FATAL",
                )
            )
        self._compiled: set[str] = set()
        self._speaking = False

    def compile(self, name: str, jsgf: str) -> None:
        """Ready a grammar under a name; 0.5-5 ms the first time."""
        if name not in self._compiled:
            self._decoder.add_jsgf_string(name, jsgf)
            self._compiled.add(name)

    def forget(self, name: str) -> None:
        self._decoder.activate_search(next(iter(self._compiled - {name})))
        self._decoder.remove_search(name)
        self._compiled.discard(name)

    def add_words(self, pronunciations: Mapping[str, tuple[str, ...]]) -> None:
        for word, variants in pronunciations.items():
            if self._decoder.lookup_word(word) is None:
                for number, phones in enumerate(variants, 1):
                    self._decoder.add_word(word if number == 1 else f"{word}({number})", phones, update=False)

    def begin(self, grammar: str, means: str) -> None:
        self._decoder.activate_search(grammar)
        self._decoder.set_cmn(means)
        self._decoder.start_utt()
        self._speaking = True

    def feed(self, pcm: bytes) -> None:
        self._decoder.process_raw(pcm)

    def end(self) -> None:
        """Idempotent."""
        if self._speaking:
            self._speaking = False
            self._decoder.end_utt()

    @property
    def text(self) -> str:
        """What was said; "" when nothing in the grammar."""
        found = self._decoder.hyp()
        return WAY.sub("", str(found.hypstr)) if found else ""

    @property
    def log_likelihood(self) -> float:
        """Natural logarithm, relative to the best senones of each frame."""
        found = self._decoder.hyp()
        return float(self._decoder.logmath.log(found.score)) * 1e-4 if found else 0.0  # the base is 1.0001

    @property
    def means(self) -> str:
        return str(self._decoder.get_cmn())

    def word_frames(self) -> int:
        return sum(s.end_frame - s.start_frame + 1 for s in self._decoder.seg() if s.word not in NOT_WORDS)
