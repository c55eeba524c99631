"""What smart-turn hears: the last 8 s of 16 kHz audio as Whisper's log-mel spectrogram. Pure.

As transformers' WhisperFeatureExtractor(chunk_length=8) makes it with do_normalize=True of audio that was padded with
zeros before its start (pipecat-ai/smart-turn, inference.py): the mean and the deviation are those of all 8 s. 1 ms.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

RATE_HZ = 16000
SAMPLES = 8 * RATE_HZ
FFT = 400
HOP = 160
MELS = 80
FRAMES = SAMPLES // HOP

Floats = npt.NDArray[np.float32]


def log_mel(samples: Floats) -> Floats:
    """Shape (80, 800) of samples within -1..1, any number of them."""
    audio = np.zeros(SAMPLES, np.float32)
    last = samples[-SAMPLES:]
    audio[SAMPLES - last.size :] = last
    audio = (audio - audio.mean()) / np.sqrt(audio.var() + np.float32(1e-7))
    padded = np.pad(audio, FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT)[: FRAMES * HOP : HOP]
    power = np.abs(np.fft.rfft(frames * _window(), axis=1)[:, :-1]).astype(np.float32) ** 2
    mels = np.log10(np.maximum(_filters() @ power.T, 1e-10))
    scaled: Floats = ((np.maximum(mels, mels.max() - 8) + 4) / 4).astype(np.float32)
    return scaled


@cache
def _window() -> Floats:
    """Hann's, periodic."""
    return np.hanning(FFT + 1)[:-1].astype(np.float32)


@cache
def _filters() -> Floats:
    """Slaney's mel filters of unit area, shape (80, 200): as librosa.filters.mel, without the last bin (all 0)."""
    bins_hz = np.arange(FFT // 2) * RATE_HZ / FFT
    edges_hz = _hz(np.linspace(0, _mel(RATE_HZ / 2), MELS + 2))
    below, centre, above = edges_hz[:-2, None], edges_hz[1:-1, None], edges_hz[2:, None]
    triangles = np.minimum((bins_hz - below) / (centre - below), (above - bins_hz) / (above - centre))
    return (np.maximum(0, triangles) * 2 / (above - below)).astype(np.float32)


# Slaney's scale: linear up to 1 kHz, logarithmic above (Auditory Toolbox, 1998)
_LINEAR_HZ = 200 / 3
_KNEE_MEL = 1000 / _LINEAR_HZ
_STEP = np.log(6.4) / 27


def _mel(hz: float) -> float:
    return float(_KNEE_MEL + np.log(hz / 1000) / _STEP)


def _hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(mel < _KNEE_MEL, mel * _LINEAR_HZ, 1000 * np.exp(_STEP * (mel - _KNEE_MEL)))
