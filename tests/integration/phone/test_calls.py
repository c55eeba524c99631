"""The phone calls a server whose answers are known to the millisecond."""

import asyncio
import json
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from callcenter.audiosocket.server import AudioSocketServer
from callcenter.config import AudioSocketSettings, HttpSettings, TelephonySettings
from callcenter.media.slots import Slots
from callcenter.phone.call import Dialed, place_call
from callcenter.phone.conversation import Say, ScriptedConversation
from callcenter.phone.errors import PhoneError
from callcenter.phone.hearing import Ear, trim
from callcenter.phone.microphone import MicrophoneConversation
from callcenter.phone.report import CallReport
from callcenter.phone.script import Timing
from callcenter.phone.speech import espeak_voice
from callcenter.phone.wishes import Wishes, place
from callcenter.ports import CallInfo, CallLine, DigitReceived, LineClosed
from callcenter.records import CallLeftAsterisk
from callcenter.telephony.http import create_app
from callcenter.telephony.registry import InMemoryCallRegistry
from callcenter.telephony.server import HttpServer
from tests.fakes.parts import FakeJournal

TONE = (np.sin(np.arange(160) * 2 * np.pi / 20) * 8000).astype("<i2").tobytes()
SILENCE = bytes(320)
WORDS = TONE * 20  # 400 ms
ANSWER_AFTER_FRAMES = 20  # 400 ms of silence


@dataclass
class ToyAgent:
    """Greets for 500 ms; answers for `answer_ms` when it has heard 400 ms of silence after speech; stops when spoken
    to; hangs up after `turns` answers, and the call is then over ("bye")."""

    registry: InMemoryCallRegistry
    answer_ms: int = 600
    turns: int = 99
    heard_numbers: list[str | None] = field(default_factory=list)
    digits: str = ""

    async def handle(self, call: CallInfo, line: CallLine) -> None:
        self.heard_numbers.append(call.caller_id)
        frames = [TONE] * 25
        line.start_playing(lambda: frames.pop() if frames else SILENCE)
        quiet, answers = -1, 0
        while True:
            match await line.receive():
                case LineClosed():
                    return
                case DigitReceived(digit):
                    self.digits += digit
                    quiet = 0
                case bytes(pcm):
                    if np.frombuffer(pcm, "<i2").max() > 1000:
                        frames.clear()
                        quiet = 0
                    elif quiet >= 0:
                        quiet += 1
            if quiet == ANSWER_AFTER_FRAMES:
                quiet, answers = -1, answers + 1
                frames += [TONE] * (self.answer_ms // 20)
            if answers == self.turns and not frames:
                self.registry.decide_next(call.call_id, "bye")
                return


@dataclass
class Center:
    agent: ToyAgent
    journal: FakeJournal
    registry: InMemoryCallRegistry
    audio: AudioSocketServer
    dialed: Dialed


@asynccontextmanager
async def center(**settings: object) -> AsyncIterator[Center]:
    registry = InMemoryCallRegistry(TelephonySettings.model_validate(settings), "en")
    agent, journal = ToyAgent(registry), FakeJournal()
    slots = Slots(50)
    audio = AudioSocketServer(AudioSocketSettings(port=0), registry, agent.handle, slots=slots)
    http_settings = HttpSettings(port=0)
    app = create_app(http_settings, registry, journal, slots=slots, language="en", readiness=dict, explain=str)
    http = HttpServer(app, http_settings)
    await audio.start()
    await http.start()
    dialed = Dialed("127.0.0.1", audio.port, f"http://127.0.0.1:{http.port}", "0671234567", "100")
    try:
        yield Center(agent, journal, registry, audio, dialed)
    finally:
        await audio.aclose()
        await http.aclose()


def scripted(turns: int, **timing: float) -> ScriptedConversation:
    return ScriptedConversation(
        [Say(f"words {n}", WORDS) for n in range(turns)], Timing(**{"goodbye_s": 0.3, "hang_s": 0.4, **timing})
    )


BUSY_MS = 3.0


async def place_undisturbed(at: Center, make: Callable[[], ScriptedConversation]) -> tuple[CallReport, Ear]:
    """Figures that were taken while the machine was busy say nothing of the phone: then it calls once more."""
    report, ear = await place_call(at.dialed, make())
    for _ in range(4):
        if report.line.own_late_ms_p99 < BUSY_MS:
            break
        report, ear = await place_call(at.dialed, make())
    return report, ear


async def test_latency_and_length_of_answers_are_measured_from_the_audio() -> None:
    async with center() as at:
        report, ear = await place_undisturbed(at, lambda: scripted(2))
    assert report.answered
    assert report.announced == "ok"
    assert report.greeting_latency_ms is not None
    assert report.greeting_latency_ms < 300
    assert report.greeting_ms == pytest.approx(500, abs=80)
    assert len(report.turns) == 2
    for turn in report.turns:
        assert turn.latency_ms == pytest.approx(ANSWER_AFTER_FRAMES * 20 + 10, abs=80)
        assert turn.answer_ms == pytest.approx(600, abs=80)
        assert turn.said_ms == pytest.approx(380, abs=10)
        assert not turn.early
    assert report.ended_by == "caller"
    assert report.next == "queue"
    assert at.agent.heard_numbers[0] == "+380671234567"
    assert report.line.frames_received == len(ear.arrivals_s) > 150
    assert report.line.jitter_ms_p50 < 5
    assert len(ear.recording()) == pytest.approx(report.duration_s * 16000, rel=0.05)


async def test_the_end_of_the_call_is_told_as_the_dialplan_tells_it() -> None:
    async with center() as at:
        report, _ = await place_call(at.dialed, scripted(1))
        (record,) = at.journal.records
    assert isinstance(record, CallLeftAsterisk)
    assert record.call_id == report.call_id
    assert (record.hangup_cause, record.queue_status, record.operator_answered) == (16, None, None)


async def test_an_agent_that_says_goodbye_ends_the_call() -> None:
    async with center() as at:
        at.agent.turns = 1
        report, _ = await place_call(at.dialed, scripted(1, goodbye_s=3))
    assert (report.ended_by, report.next, report.answered) == ("agent", "bye", True)


async def test_an_agent_that_leaves_early_leaves_words_unanswered() -> None:
    async with center() as at:
        at.agent.turns = 1
        report, _ = await place_call(at.dialed, scripted(2))
    assert len(report.turns) == 1
    assert not report.answered


async def test_an_interruption_is_measured() -> None:
    async with center() as at:
        at.agent.answer_ms = 3000
        report, _ = await place_undisturbed(at, lambda: scripted(2, interrupt_after_s=0.5))
    first, second = report.turns
    assert first.cut
    assert first.answer_ms == pytest.approx(500, abs=100)
    assert second.stopped_after_ms is not None
    assert second.stopped_after_ms < 150
    assert second.latency_ms == pytest.approx(ANSWER_AFTER_FRAMES * 20 + 10, abs=80)


async def test_keys_are_pressed() -> None:
    async with center() as at:
        says = [Say("(3 keys)", digits="12#")]
        report, _ = await place_call(at.dialed, ScriptedConversation(says, Timing(goodbye_s=0.1)))
    assert at.agent.digits == "12#"
    assert report.turns[0].answer_ms is not None


async def test_a_refused_call_goes_to_the_queue() -> None:
    async with center(calls_per_hour=1) as at:
        await place_call(at.dialed, scripted(0))
        report, _ = await place_call(at.dialed, scripted(1))
    assert (report.announced, report.ended_by, report.next, report.answered) == ("refused", "agent", "queue", False)
    assert report.duration_s < 0.5


async def test_a_line_that_breaks_is_a_failure_and_goes_to_the_queue() -> None:
    async with center() as at:
        calling = asyncio.create_task(place_call(at.dialed, scripted(1)))
        await asyncio.sleep(0.3)
        for connection in at.audio._tasks.values():  # as if the media server had been killed
            connection.abort()
        report, _ = await calling
    assert (report.ended_by, report.next) == ("failure", "queue")


async def test_nobody_there_is_said_with_what_to_do(free_port: int) -> None:
    async with center() as at:
        with pytest.raises(PhoneError, match="--http"):
            await place_call(Dialed("127.0.0.1", 1, f"http://127.0.0.1:{free_port}", "", ""), scripted(1))
        with pytest.raises(PhoneError, match="--to"):
            await place_call(Dialed("127.0.0.1", free_port, at.dialed.http, "", ""), scripted(1))


async def test_a_person_speaks_and_hears_through_the_sound_card() -> None:
    """The sound card is a thread that asks for a frame every 20 ms, as PortAudio does."""
    played: list[bytes] = []

    @contextmanager
    def fake_card(rate_hz: int, exchange: Callable[[bytes], bytes]):  # type: ignore[no-untyped-def]  # a generator of None
        async def run() -> None:
            n = 0
            while True:
                n += 1
                played.append(exchange(TONE if 50 < n < 80 else SILENCE))
                await asyncio.sleep(0.02)

        assert rate_hz == 8000
        task = asyncio.create_task(run())
        yield
        task.cancel()

    hung_up = asyncio.Event()
    async with center() as at:
        open_sound: Callable[..., AbstractContextManager[None]] = fake_card
        calling = asyncio.create_task(place_call(at.dialed, MicrophoneConversation(hung_up, open_sound)))
        await asyncio.sleep(2.8)
        hung_up.set()
        report, ear = await calling
    assert report.ended_by == "caller"
    assert len(ear.spurts) == 2
    assert sum(frame == TONE for frame in played) > 20


async def test_texts_are_spoken_by_a_program_of_its_own() -> None:
    english = trim(await espeak_voice("en", 8000)("winter tires"))
    wide = trim(await espeak_voice("uk", 16000)("--зимові шини"))
    assert 0.4 < len(english) / 16000 < 2
    assert 0.4 < len(wide) / 32000 < 2.5


async def test_the_command_reports_in_json_and_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLCENTER_STATE_DIR", str(tmp_path))
    async with center() as at:
        wishes = Wishes(
            says=("winter tires",),
            wavs=(),
            keys="",
            caller_number="0671234567",
            called="100",
            to=f"127.0.0.1:{at.dialed.port}",
            http=at.dialed.http,
            language="en",
            rate_hz=16000,
            interrupt_after_ms=None,
            record=tmp_path / "heard.wav",
            as_json=True,
        )
        assert not await place(wishes)  # the toy knows 8 kHz alone: its player fails, and a human takes the call
    out = capsys.readouterr().out
    report = json.loads(out[out.index("{") :])  # the server beside it logs to the same place
    assert (report["next"], report["ended_by"], report["answered"]) == ("queue", "agent", False)
    assert "0671234567" not in json.dumps(report)
    with wave.open(str(tmp_path / "heard.wav")) as heard:
        assert heard.getnchannels() == 1
