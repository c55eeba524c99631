"""Synthetic callers, for measuring recognizers without recordings: espeak-ng voices over a telephone line."""

import json
import struct
import subprocess
import sys
import wave
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from callcenter.audio import LINE_RATE_HZ, SAMPLE_BYTES, resample
from callcenter.errors import ConfigurationError

SPEECH_LEVEL = 2000.0
"""RMS of the speech, 24 dB under full scale."""
A_LAW = 87.6


@dataclass(frozen=True, slots=True)
class Caller:
    voice: str = "en-us"
    """A language of espeak-ng, and a variant of its voice: "uk+f2"."""
    words_per_minute: int = 165
    pitch: int = 50


ENGLISH = (
    Caller("en-us", 165, 50),
    Caller("en-us+f2", 160, 55),
    Caller("en-us+m3", 175, 40),
    Caller("en-us+f4", 150, 60),
    Caller("en", 165, 45),
    Caller("en+f3", 170, 55),
    Caller("en-gb-x-rp", 160, 50),
    Caller("en-us+m7", 165, 35),
)


class Mouths:
    """Speaks; a context manager around the program that holds espeak-ng."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "callcenter.tts.espeak_speak", "--lines", "--rate-hz", str(LINE_RATE_HZ)]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  # our own
        return self

    def __exit__(self, *_: object) -> None:
        self._child.communicate()

    def say(self, text: str, caller: Caller) -> bytes:
        """Speech at 8 kHz as out of a studio."""
        assert self._child.stdin  # noqa: S101  # a pipe
        self._child.stdin.write(json.dumps({"text": text, **asdict(caller)}).encode() + b"\n")
        self._child.stdin.flush()
        (size,) = struct.unpack("!I", self._read(4))
        return self._read(size)

    def _read(self, count: int) -> bytes:
        assert self._child.stdout  # noqa: S101  # a pipe
        data = self._child.stdout.read(count)
        if len(data) < count:
            raise ConfigurationError("espeak-ng does not run; pip install 'callcenter[embedded]' brings it")
        return data


def recorded(path: Path, *, piece_s: float = 3.0) -> list[bytes]:
    """A 16-bit WAV file as pieces of studio speech at 8 kHz."""
    with wave.open(str(path), "rb") as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")[:: file.getnchannels()]
        pcm = resample(samples.tobytes(), file.getframerate(), LINE_RATE_HZ)
    step = round(piece_s * LINE_RATE_HZ) * SAMPLE_BYTES
    return [pcm[at : at + step] for at in range(0, max(1, len(pcm) - step // 3), step)]


def over_the_line(
    pcm: bytes, rng: np.random.Generator, *, noise_db: float = 22.0, lead_ms: int = 240, tail_ms: int = 500
) -> bytes:
    """The same speech as it comes out of a telephone: level, noise `noise_db` under it, A-law; with the silence that
    our turn taking leaves around an utterance."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    loud = np.flatnonzero(np.abs(samples) > 200)
    speech = samples[loud[0] : loud[-1] + 1] if loud.size else samples
    speech = speech * SPEECH_LEVEL / max(1.0, float(np.sqrt(np.mean(speech**2))))
    per_ms = LINE_RATE_HZ // 1000
    line = np.concatenate([np.zeros(lead_ms * per_ms), speech, np.zeros(tail_ms * per_ms)])
    line += rng.standard_normal(line.size) * SPEECH_LEVEL / 10 ** (noise_db / 20)
    return quantize_a_law(line)


def quantize_a_law(samples: npt.NDArray[np.float64]) -> bytes:
    """PCM that has been through G.711 A-law's 256 steps (the smooth curve, not the standard's segments)."""
    size = np.minimum(np.abs(samples) / 32768, 1.0)
    knee = 1 + np.log(A_LAW)
    small = size < 1 / A_LAW
    code = np.where(small, A_LAW * size / knee, (1 + np.log(np.maximum(A_LAW * size, 1.0))) / knee)
    code = np.round(code * 127) / 127
    size = np.where(code < 1 / knee, code * knee / A_LAW, np.exp(code * knee - 1) / A_LAW)
    pcm: bytes = np.clip(np.sign(samples) * size * 32768, -32768, 32767).astype("<i2").tobytes()
    return pcm
