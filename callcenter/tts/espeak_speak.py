"""espeak-ng as a program of its own (GPL-3), for phones and tests: PCM or WAV on stdout.

python -m callcenter.tts.espeak_speak --language uk --rate-hz 8000 "Добрий день" > words.pcm

With --lines it speaks one JSON object a line of stdin ("text", "voice", and if wanted "words_per_minute" and "pitch");
on stdout each is a length (u32, big-endian) and PCM.
"""

import argparse
import json
import struct
import sys
import wave

from callcenter.audio import SAMPLE_BYTES, resample
from callcenter.errors import CallCenterError
from callcenter.tts.espeak import VOICES, WORDS_PER_MINUTE, Espeak


def main() -> None:
    parser = argparse.ArgumentParser(description="Speak a text with espeak-ng.")
    parser.add_argument("text", nargs="?", default="")
    parser.add_argument("--lines", action="store_true", help="speak what stdin says")
    parser.add_argument("--language", choices=sorted(VOICES), default="en")
    parser.add_argument("--voice", default="", help="espeak's name, as en-us+f3")
    parser.add_argument("--rate-hz", type=int, default=8000)
    parser.add_argument("--words-per-minute", type=int, default=WORDS_PER_MINUTE)
    parser.add_argument("--pitch", type=int, default=50)
    parser.add_argument("--wav", action="store_true", help="with a header")
    wanted = parser.parse_args()
    try:
        espeak = Espeak()
        if wanted.lines:
            _speak_lines(espeak, wanted.rate_hz)
            return
        pcm = espeak.speak(
            wanted.text,
            wanted.voice or VOICES[wanted.language],
            words_per_minute=wanted.words_per_minute,
            pitch=wanted.pitch,
        )
    except CallCenterError as error:
        sys.exit(f"espeak_speak: {error}")
    pcm = resample(pcm, espeak.rate_hz, wanted.rate_hz)
    if wanted.wav:
        with wave.open(sys.stdout.buffer, "wb") as file:
            file.setparams((1, SAMPLE_BYTES, wanted.rate_hz, len(pcm) // SAMPLE_BYTES, "NONE", ""))
            file.writeframesraw(pcm)
    else:
        sys.stdout.buffer.write(pcm)


def _speak_lines(espeak: Espeak, rate_hz: int) -> None:
    for line in sys.stdin.buffer:
        pcm = resample(espeak.speak(**json.loads(line)), espeak.rate_hz, rate_hz)
        sys.stdout.buffer.write(struct.pack("!I", len(pcm)) + pcm)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
