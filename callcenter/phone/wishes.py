"""What `callcenter call` was asked for, and doing it."""

import asyncio
import json
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from rich.console import Console

from callcenter.audiosocket.protocol import DIGITS
from callcenter.config import Settings, load_settings
from callcenter.embedded.running import environment_of_running
from callcenter.phone.call import Dialed, place_call
from callcenter.phone.console import ConsoleProgress, print_report
from callcenter.phone.conversation import Conversation, Say, ScriptedConversation
from callcenter.phone.errors import PhoneError
from callcenter.phone.hearing import trim
from callcenter.phone.microphone import MicrophoneConversation
from callcenter.phone.script import Timing
from callcenter.phone.speech import Speak, espeak_voice, read_wav, write_wav
from callcenter.ports import Language

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  where a server listens everywhere


@dataclass(frozen=True, slots=True)
class Wishes:
    says: tuple[str, ...] = ()
    wavs: tuple[Path, ...] = ()
    keys: str = ""
    caller_number: str = ""
    called: str = "100"
    to: str = ""
    """host:port; "": the media server that runs here."""
    http: str = ""
    language: str = ""
    """"": that of the settings."""
    rate_hz: int = 8000
    interrupt_after_ms: int | None = None
    record: Path | None = None
    as_json: bool = False


async def place(wishes: Wishes) -> bool:
    """Place the call and tell of it; whether everything that the caller said was answered. Raises PhoneError."""
    settings = load_settings()
    console = Console(quiet=wishes.as_json)
    dialed = dial(wishes, settings, environment_of_running(settings.state_dir))
    says = await prepare_says(wishes, espeak_voice(_language(wishes, settings), wishes.rate_hz))
    conversation: Conversation
    if says:
        after_ms = wishes.interrupt_after_ms
        timing = Timing(interrupt_after_s=None if after_ms is None else after_ms / 1000)
        conversation = ScriptedConversation(says, timing, ConsoleProgress(console))
    else:
        conversation = MicrophoneConversation(_put_down_by_ctrl_c())
        console.print("  speak; Ctrl-C hangs up", highlight=False)
    console.print(f"  calling {dialed.host}:{dialed.port}", highlight=False)
    report, ear = await place_call(dialed, conversation)
    if wishes.record is not None:
        write_wav(wishes.record, ear.recording(), ear.rate_hz or wishes.rate_hz)
    if wishes.as_json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    print_report(console, report)
    return report.answered


def dial(wishes: Wishes, settings: Settings, running: dict[str, str]) -> Dialed:
    """Who is called: what the options name, else what runs here, else what the settings say. Raises PhoneError."""
    host, port = _address(settings.audiosocket.host), settings.audiosocket.port
    port = int(running.get("CALLCENTER_AUDIOSOCKET__PORT", port))
    http_port = int(running.get("CALLCENTER_HTTP__PORT", settings.http.port))
    http_host = _address(settings.http.host)
    if wishes.to:
        host, _, given = wishes.to.rpartition(":")
        if not host or not given.isdecimal() or int(given) > 65535:
            raise PhoneError("--to: must be host:port, as 127.0.0.1:9092")
        host, port = host.strip("[]"), int(given)
        http_host = host
    http = wishes.http or f"http://{f'[{http_host}]' if ':' in http_host else http_host}:{http_port}"
    if not http.startswith(("http://", "https://")):
        raise PhoneError("--http: must be a URL, as http://127.0.0.1:9093")
    return Dialed(host, port, http, wishes.caller_number, wishes.called, wishes.rate_hz)


async def prepare_says(wishes: Wishes, speak: Speak) -> list[Say]:
    """All audio is made before the call, so that making it disturbs no measurement. Raises PhoneError."""
    if strange := set(wishes.keys) - set(DIGITS):
        raise PhoneError(f"--dtmf: a telephone has the keys {DIGITS}, and no {''.join(sorted(strange))}")
    says = [Say(words, trim(await speak(words))) for words in wishes.says]
    says += [Say(path.name, trim(read_wav(path, wishes.rate_hz))) for path in wishes.wavs]
    for say in says:
        if not say.pcm:
            raise PhoneError(f"{say.label!r}: is nothing but silence")
    if wishes.keys:
        says.append(Say(f"({len(wishes.keys)} keys)", digits=wishes.keys))
    return says


def _address(host: str) -> str:
    return ANY_ADDRESS.get(host, host)


def _language(wishes: Wishes, settings: Settings) -> Language:
    for language in get_args(Language):
        if language == (wishes.language or settings.language):
            return language  # type: ignore[no-any-return]  # get_args knows no types
    raise PhoneError(f"--language: must be one of {', '.join(get_args(Language))}")


def _put_down_by_ctrl_c() -> asyncio.Event:
    put_down = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, put_down.set)
    return put_down
