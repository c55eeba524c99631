"""Pocketsphinx in a worker process: a small grammar and a loop of all phones hear every utterance together.

What decides (measured on synthetic voices at 8 kHz, A-law, 22 dB of noise; `python -m callcenter.stt.bench`):

- A wide beam for words. With pocketsphinx's own (7e-29) foreign speech often ends in no hypothesis at all, and the
  likelihoods mean little; with 1e-60 long foreign sentences are refused in 99% instead of 84%, and 3% more sentences
  are recognized, for 8% more CPU.
- compallsen: without it a decoder scores only its own phones, and the two likelihoods cannot be compared. It is two
  thirds of the CPU.
- Rejection looks at log P(grammar) - log P(phones), by frame of recognized *words*: by frame of audio the silence
  around a short foreign word hides it (37-78% of them refused instead of 85-90%).
- Cepstral means come from the call (`options["means"]`) and go back with the result.
"""

import ctypes
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from callcenter.audio import LINE_RATE_HZ, Resampler
from callcenter.errors import ConfigurationError, RecognitionError
from callcenter.inference.service import Handler, Result
from callcenter.ports import Grammar
from callcenter.stt.comfort_noise import ComfortNoise
from callcenter.stt.sphinx_decoder import Decoder
from callcenter.stt.sphinx_dictionary import Dictionary, pronounce, with_choices, words_of

RATE_HZ = 16_000
LINE_MEANS = "44.8,26.4,-39.9,42.5,-28.1,0.6,9.0,-23.8,3.4,-12.2,-2.0,2.9,-6.4"
"""Cepstral means of a telephone line, to start a call with."""
PHONES = (
    *("AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY", "JH"),
    *("K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH"),
)
PHONE_LOOP = f"#JSGF V1.0;\ngrammar loop;\npublic <loop> = ({' | '.join(phone.lower() for phone in PHONES)})+;\n"
EXTRA_FRAMES = 10
"""Added to the words' frames, so that a single short word is not judged by a handful of them."""
MAX_UTTERANCES = 24
"""At once in one worker; each has a pair of decoders of 20 MB, made in 60 ms."""
KEPT_IDLE = 6
"""So many pairs wait for the next utterance; what a rush needed beyond that is freed."""
THIS_TURN = "this turn"
"""Name of the search for a grammar with this turn's choices."""


def engine_config(grammars: Mapping[str, Grammar], *, ready: int) -> dict[str, Any]:
    """What an Engine is made of, as JSON."""
    described = {
        name: {"jsgf": g.jsgf, "pronunciations": dict(g.pronunciations), "size": g.size} for name, g in grammars.items()
    }
    return {"grammars": described, "ready": ready}


class Ears:
    """The decoders of one utterance at a time."""

    def __init__(self, words: Mapping[str, tuple[str, ...]]) -> None:
        self.grammar = Decoder(words)
        self.phones = Decoder({phone.lower(): (phone,) for phone in PHONES})
        self.phones.compile("loop", PHONE_LOOP)


class Engine:
    """`inference.service.Service`. Configuration: see engine_config; `ready` is how many utterances at once are
    prepared for; more come as they are needed.

    Method "recognize" with options "grammar", "choices", "means" and "rate_hz"; one result: "text", "likelihood_ratio"
    (None without a hypothesis), "means", and "unknown_choices", how many choices had words that nobody knows."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        import pocketsphinx  # type: ignore[import-untyped]  # ships no types

        self._dictionary = Dictionary(Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict")))
        self._grammars = {
            name: Grammar(name, g["jsgf"], {w: tuple(v) for w, v in g["pronunciations"].items()}, g["size"])
            for name, g in config["grammars"].items()
        }
        self._words = self._pronounce_all()
        self._made = 0
        self._idle: list[Ears] = []
        for _ in range(config["ready"]):
            self._idle.append(self._make_ears())

    def _pronounce_all(self) -> dict[str, tuple[str, ...]]:
        words: dict[str, tuple[str, ...]] = {}
        for grammar in self._grammars.values():
            known, unknown = pronounce(words_of(grammar.jsgf), grammar.pronunciations, self._dictionary)
            if unknown:
                raise ConfigurationError(
                    f"grammar {grammar.name}: no pronunciation for {', '.join(unknown)}; "
                    "add it to the shop's pronunciations.yaml"
                )
            words |= known
        return words

    def _make_ears(self) -> Ears:
        ears = Ears(self._words)
        for grammar in self._grammars.values():
            try:
                ears.grammar.compile(grammar.name, grammar.jsgf)
            except (ValueError, RuntimeError) as error:
                raise ConfigurationError(f"grammar {grammar.name}: is no JSGF that pocketsphinx takes") from error
        self._made += 1
        return ears

    def open(self, method: str, options: Mapping[str, Any]) -> Handler:
        if options["grammar"] not in self._grammars:
            raise RecognitionError(f"no grammar {options['grammar']}", kind="unknown_grammar")
        if not self._idle and self._made >= MAX_UTTERANCES:
            raise RecognitionError("too many utterances at once", kind="overloaded", retryable=True)
        ears = self._idle.pop() if self._idle else self._make_ears()
        try:
            return Hearing(self, ears, options)
        except Exception:
            self.discard(ears)
            raise

    def release(self, pin: str) -> None:
        """Nothing is kept for a call."""

    def give_back(self, ears: Ears) -> None:
        if len(self._idle) < KEPT_IDLE:
            self._idle.append(ears)
        else:
            self.discard(ears)
            del ears
            _return_memory()

    def discard(self, _ears: Ears) -> None:
        """They failed, or are too many; others are made when they are needed."""
        self._made -= 1

    def prepare(self, ears: Ears, grammar: str, choices: Iterable[str]) -> tuple[str, int]:
        """Name of the search to use, and how many choices could not be taken."""
        usable: list[str] = []
        unknown_choices = 0
        for choice in choices:
            known, unknown = pronounce(choice.split(), self._words, self._dictionary)
            if unknown or not known:
                unknown_choices += 1
            else:
                ears.grammar.add_words(known)
                usable.append(choice)
        if not usable:
            return grammar, unknown_choices
        ears.grammar.compile(THIS_TURN, with_choices(self._grammars[grammar], usable))
        return THIS_TURN, unknown_choices


def _return_memory() -> None:
    """glibc keeps what decoders gave back (350 MB of 30 pairs) unless it is told."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


class Hearing:
    """`inference.service.Handler` of one utterance."""

    def __init__(self, engine: Engine, ears: Ears, options: Mapping[str, Any]) -> None:
        self._engine = engine
        self._ears: Ears | None = ears
        self._noise = ComfortNoise()
        self._to_line = Resampler(options["rate_hz"], LINE_RATE_HZ)  # the means are those of a telephone's band
        self._resampler = Resampler(LINE_RATE_HZ, RATE_HZ)
        self._search, self._unknown_choices = engine.prepare(ears, options["grammar"], options["choices"])
        ears.grammar.begin(self._search, options["means"])
        ears.phones.begin("loop", options["means"])

    def feed(self, data: bytes) -> None:
        if self._ears and (pcm := self._resampler.feed(self._noise.add(self._to_line.feed(data)))):
            self._ears.grammar.feed(pcm)
            self._ears.phones.feed(pcm)

    def finish(self) -> Iterable[Result]:
        assert self._ears  # noqa: S101  # finish comes once, and before cancel
        ears = self._ears
        ears.grammar.end()
        ears.phones.end()
        text, ratio = ears.grammar.text, None
        if text:
            frames = ears.grammar.word_frames() + EXTRA_FRAMES
            ratio = (ears.grammar.log_likelihood - ears.phones.log_likelihood) / frames
        values = {
            "text": text,
            "likelihood_ratio": ratio,
            "means": ears.grammar.means,
            "unknown_choices": self._unknown_choices,
        }
        self.cancel()
        return (Result(values),)

    def cancel(self) -> None:
        if self._ears is None:
            return
        ears, self._ears = self._ears, None
        try:
            ears.grammar.end()
            ears.phones.end()
            if self._search == THIS_TURN:
                ears.grammar.forget(self._search)
        except Exception:
            self._engine.discard(ears)
            raise
        self._engine.give_back(ears)
