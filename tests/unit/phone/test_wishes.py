import wave
from pathlib import Path

import numpy as np
import pytest

from callcenter.config import AudioSocketSettings, HttpSettings, Settings
from callcenter.phone.errors import PhoneError
from callcenter.phone.speech import read_wav, write_wav
from callcenter.phone.wishes import Wishes, dial, prepare_says

TONE = (np.sin(np.arange(8000) / 5) * 9000).astype("<i2")


def wishes(**given: object) -> Wishes:
    plain: dict[str, object] = {
        "says": (),
        "wavs": (),
        "keys": "",
        "caller_number": "",
        "called": "100",
        "to": "",
        "http": "",
        "language": "",
        "rate_hz": 8000,
        "interrupt_after_ms": None,
        "record": None,
        "as_json": False,
    }
    return Wishes(**(plain | given))  # type: ignore[arg-type]  # the fields' types are the test's business


def test_what_is_called_is_what_the_settings_say() -> None:
    settings = Settings(audiosocket=AudioSocketSettings(host="0.0.0.0", port=1234), http=HttpSettings(port=1235))  # noqa: S104  where a server listens everywhere
    dialed = dial(wishes(), settings, {})
    assert (dialed.host, dialed.port, dialed.http) == ("127.0.0.1", 1234, "http://127.0.0.1:1235")


def test_what_runs_here_goes_before_the_settings() -> None:
    running = {"CALLCENTER_AUDIOSOCKET__PORT": "4001", "CALLCENTER_HTTP__PORT": "4002"}
    dialed = dial(wishes(), Settings(), running)
    assert (dialed.port, dialed.http) == (4001, "http://127.0.0.1:4002")


@pytest.mark.parametrize(
    ("to", "host", "port", "http"),
    [
        ("10.0.0.5:9092", "10.0.0.5", 9092, "http://10.0.0.5:9093"),
        ("media.example:9000", "media.example", 9000, "http://media.example:9093"),
        ("[::1]:9092", "::1", 9092, "http://[::1]:9093"),
    ],
)
def test_an_address_goes_before_all(to: str, host: str, port: int, http: str) -> None:
    dialed = dial(wishes(to=to), Settings(), {})
    assert (dialed.host, dialed.port, dialed.http) == (host, port, http)


@pytest.mark.parametrize("to", ["nonsense", ":9092", "host:", "host:99999", "host:x"])
def test_an_address_that_is_none_is_named(to: str) -> None:
    with pytest.raises(PhoneError, match="--to"):
        dial(wishes(to=to), Settings(), {})


def test_an_url_that_is_none_is_named() -> None:
    with pytest.raises(PhoneError, match="--http"):
        dial(wishes(http="127.0.0.1:9093"), Settings(), {})


async def speak(text: str) -> bytes:
    return bytes(800) + TONE.tobytes() + bytes(800) if text else bytes(800)


async def test_texts_recordings_and_keys_are_said_in_that_order(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", TONE.tobytes(), 8000)
    says = await prepare_says(wishes(says=("hello",), wavs=(tmp_path / "a.wav",), keys="12#"), speak)
    assert [say.label for say in says] == ["hello", "a.wav", "(3 keys)"]
    assert [bool(say.pcm) for say in says] == [True, True, False]
    assert len(says[0].pcm) == pytest.approx(len(TONE) * 2, abs=8)


async def test_keys_that_no_telephone_has_and_silence_are_refused() -> None:
    with pytest.raises(PhoneError, match="--dtmf"):
        await prepare_says(wishes(keys="12A"), speak)
    with pytest.raises(PhoneError, match="silence"):
        await prepare_says(wishes(says=("",)), speak)


@pytest.mark.parametrize(("rate_hz", "channels"), [(8000, 1), (16000, 1), (16000, 2), (44100, 2)])
def test_recordings_come_at_the_lines_rate(tmp_path: Path, rate_hz: int, channels: int) -> None:
    samples = np.repeat((np.sin(np.arange(rate_hz) * 440 * 2 * np.pi / rate_hz) * 9000).astype("<i2"), channels)
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((channels, 2, rate_hz, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    assert len(read_wav(tmp_path / "a.wav", 8000)) == 16000


def test_files_that_are_no_recordings_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"no wave")
    for name in ("a.wav", "missing.wav"):
        with pytest.raises(PhoneError, match=name):
            read_wav(tmp_path / name, 8000)
    with wave.open(str(tmp_path / "b.wav"), "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", ""))
        file.writeframes(bytes(100))
    with pytest.raises(PhoneError, match="8 bits"):
        read_wav(tmp_path / "b.wav", 8000)
