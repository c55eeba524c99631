"""One caller: what is said when, and what is heard. Told the time; the sockets are the loop's."""

from dataclasses import dataclass
from enum import Enum, auto

from callcenter.bench.callsim.ear import Ear, Sound
from callcenter.bench.callsim.plan import FRAME_BYTES, RATE_HZ, Plan

SILENCE = bytes(FRAME_BYTES)


class Stage(Enum):
    IDLE = auto()
    SPEAKING = auto()
    WAITING = auto()
    LISTENING = auto()
    DONE = auto()


@dataclass(slots=True)
class Turn:
    """Times on the monotonic clock; None until then."""

    call: int
    number: int
    interrupts: bool
    """It was said into the answer before."""
    began_s: float | None = None
    ended_s: float | None = None
    """When its last sample had been sent: a frame can only be sent once it has been spoken."""
    answered_s: float | None = None
    """When the first audible sample of the answer is heard."""
    quiet_s: float | None = None
    """When the interrupted answer was heard no more."""
    answer_ms: float = 0.0
    """Audible audio of the answer."""
    was_interrupted: bool = False
    early: bool = False
    """The server spoke while the caller was still speaking."""
    timed_out: bool = False


class Caller:
    def __init__(self, number: int, plan: Plan, talks_at_s: float) -> None:
        self.number, self._plan, self._talks_at_s = number, plan, talks_at_s
        self.stage = Stage.IDLE
        self.turns: list[Turn] = []
        self.ear = Ear(plan)
        self._utterance = b""
        self._position = 0

    # ------------------------------------------------------------ the mouth: every 20 ms

    def next_frame(self, now_s: float) -> bytes:
        """The next 20 ms for the line."""
        self._follow_script(now_s)
        if self.stage is not Stage.SPEAKING:
            return SILENCE
        turn = self.turns[-1]
        if self._position == 0:
            turn.began_s = now_s
        frame = self._utterance[self._position : self._position + FRAME_BYTES]
        self._position += FRAME_BYTES
        if self._position >= len(self._utterance):
            turn.ended_s = now_s
            self.stage = Stage.WAITING
        return frame.ljust(FRAME_BYTES, b"\0")

    def _follow_script(self, now_s: float) -> None:
        if self.stage is Stage.IDLE:
            if now_s >= self._talks_at_s:
                self._speak(interrupts=False)
            return
        if not self.turns:
            return
        turn = self.turns[-1]
        if self.stage is Stage.WAITING:
            if turn.answered_s is not None:
                self.stage = Stage.LISTENING
            elif turn.ended_s is not None and now_s - turn.ended_s > self._plan.timeout_s:
                turn.timed_out = True
                self._next_turn(now_s)
        elif self.stage is Stage.LISTENING and turn.answered_s is not None:
            may = turn.number < self._plan.turns and turn.number in self._plan.interrupted
            if may and now_s - turn.answered_s >= self._plan.interrupt_after_s:
                turn.was_interrupted = True
                self._speak(interrupts=True)
            elif now_s - self.ear.quiet_since_s > self._plan.end_silence_s:
                self._next_turn(now_s)

    def _speak(self, *, interrupts: bool) -> None:
        number = len(self.turns) + 1
        self._utterance = self._plan.utterances[(self.number + number - 1) % len(self._plan.utterances)]
        self._position = 0
        self.turns.append(Turn(self.number, number, interrupts))
        if interrupts:  # unless more of the old answer comes
            self.turns[-1].quiet_s = self.ear.quiet_since_s
        self.stage = Stage.SPEAKING

    def _next_turn(self, now_s: float) -> None:
        if len(self.turns) >= self._plan.turns:
            self.stage = Stage.DONE
        else:
            self._talks_at_s = now_s + self._plan.pause_s
            self.stage = Stage.IDLE

    # ------------------------------------------------------------ the ear

    def hear(self, at_s: float, pcm: bytes) -> None:
        sound = self.ear.hear(at_s, pcm)
        if sound is None or not self.turns:
            return
        turn = self.turns[-1]
        if turn.answered_s is None:
            self._begin_answer(turn, sound)
        if turn.answered_s is not None:
            turn.answer_ms += len(pcm) // 2 * 1000 / RATE_HZ
        elif turn.interrupts:
            turn.quiet_s = sound.ended_s

    def _begin_answer(self, turn: Turn, sound: Sound) -> None:
        """Is this the answer, or the tail of the one that we talk into?"""
        if self.stage in (Stage.WAITING, Stage.LISTENING):
            if not turn.interrupts or sound.new_spurt:
                turn.answered_s = sound.began_s
        elif self.stage is Stage.SPEAKING and (not turn.interrupts or sound.new_spurt):
            turn.early = True
