"""espeak-ng by its shared library: English, Ukrainian and Russian, 5 ms for a sentence, no model to fetch.

espeak-ng is GPL-3. Its library is loaded by constructing `Espeak`, which only programs of their own do: the worker
process (EspeakService) and `python -m callcenter.tts.espeak_speak`. Importing this module loads nothing.
"""

import ctypes
import os
from collections.abc import Iterator, Mapping
from typing import Any

from callcenter.errors import ConfigurationError, SynthesisError
from callcenter.inference.service import Handler
from callcenter.tts.line_audio import SpeakJob

GET_ESPEAK = "pip install 'callcenter[embedded]'"
VOICES = {"en": "en-us", "uk": "uk", "ru": "ru"}
WORDS_PER_MINUTE = 160
"""espeak's own 175 is hard to follow on a telephone."""
VOLUME = 85
"""At espeak's own 100 the loudest Ukrainian vowels are clipped."""

# speak_lib.h
_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_UTF8 = 1
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_LONGEST_DATA_PATH = 150
"""espeak-ng keeps its data path in a buffer of 160 bytes, and looks elsewhere when it does not fit."""
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """The library, one a process, one thread. Raises ConfigurationError when it is not there."""

    def __init__(self) -> None:
        try:
            import espeakng_loader  # type: ignore[import-untyped]  # ships no types

            data = espeakng_loader.get_data_path()
            self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        except (ImportError, OSError, RuntimeError) as error:
            raise ConfigurationError(f"tts.backend: espeak-ng's library is not there ({GET_ESPEAK})") from error
        if len(os.fsencode(data)) > _LONGEST_DATA_PATH:
            os.chdir(data)
            data = "."
        self.rate_hz: int = self._library.espeak_Initialize(_SYNCHRONOUS, 0, os.fsencode(data), _DONT_EXIT)
        if self.rate_hz <= 0:
            raise ConfigurationError(f"tts.backend: espeak-ng cannot read its voices in {data}")
        self._chunks: list[bytes] = []
        self._callback = _Callback(self._receive)  # kept: the library holds no reference
        self._library.espeak_SetSynthCallback(self._callback)

    def has_voice(self, voice: str) -> bool:
        return bool(self._library.espeak_SetVoiceByName(voice.encode()) == 0)

    def speak(self, text: str, voice: str, *, words_per_minute: int = WORDS_PER_MINUTE, pitch: int = 50) -> bytes:
        """PCM at rate_hz. `voice` is espeak's name, perhaps with a variant ("en-us+f3"). Raises SynthesisError."""
        if not self.has_voice(voice):
            raise SynthesisError(f"espeak-ng has no voice {voice!r}", kind="refused")
        for parameter, value in ((_RATE, words_per_minute), (_VOLUME, VOLUME), (_PITCH, pitch), (_RANGE, 50)):
            self._library.espeak_SetParameter(parameter, value, 0)
        data = text.replace("\0", " ").encode(errors="replace") + b"\0"
        if self._library.espeak_Synth(data, len(data), 0, 0, 0, _UTF8, None, None) != 0:
            raise SynthesisError("espeak-ng did not take the text", kind="bad_answer")
        pcm = b"".join(self._chunks)
        self._chunks.clear()
        return pcm

    def _receive(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self._chunks.append(ctypes.string_at(samples, count * 2))
        return 0  # go on


class EspeakService:
    """Service of the worker process. Configuration: "voices", the names of the settings, checked at start; "strict",
    whether a name that espeak does not know is a fault (else it is another backend's, and ours is the default)."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._espeak = Espeak()
        self._strict: bool = config["strict"]
        for language, voice in config["voices"].items():
            if self._strict and not self._espeak.has_voice(voice):
                raise ConfigurationError(
                    f"tts.voices.{language}: espeak-ng has no voice {voice!r} (its own are like en-us, uk, ru+f2)"
                )

    def open(self, method: str, options: Mapping[str, Any]) -> Handler:
        voice = options["voice"] or VOICES[options["language"]]
        if not self._strict and not self._espeak.has_voice(voice):
            voice = VOICES[options["language"]]
        rate = max(80, min(450, round(WORDS_PER_MINUTE * options["speed"])))

        def synthesize() -> Iterator[bytes]:
            yield self._espeak.speak(options["text"], voice, words_per_minute=rate)

        return SpeakJob(synthesize, self._espeak.rate_hz, options)

    def release(self, pin: str) -> None:
        """Nothing is kept for a call."""
