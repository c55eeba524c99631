"""What the callers are to do."""

from dataclasses import dataclass

FRAME_MS = 20
RATE_HZ = 8000
FRAME_BYTES = RATE_HZ * 2 * FRAME_MS // 1000


@dataclass(frozen=True, slots=True)
class Plan:
    host: str
    port: int
    utterances: tuple[bytes, ...]
    """8 kHz PCM without silence at either end, used in turn."""
    calls: int = 10
    turns: int = 5
    interrupted: frozenset[int] = frozenset({2, 4})
    """Turns, from 1, whose answer is talked into."""
    interrupt_after_s: float = 1.0
    pids: tuple[int, ...] = ()
    """The server's processes, for CPU and memory."""
    ramp_s: float = 2.0
    """Calls connect spread over this."""
    settle_s: float = 2.0
    idle_s: float = 6.0
    spread_s: float = 4.0
    """Calls begin to talk spread over this, so that their turns are not in step."""
    pause_s: float = 0.4
    """Between the end of an answer and the next utterance."""
    timeout_s: float = 8.0
    end_silence_s: float = 0.7
    """So much silence, and an answer is over."""
    spurt_pause_s: float = 0.3
    """Silence that separates two spurts of speech."""
    threshold: int = 200
    """Samples above this are no silence."""
    gap_ms: float = 5.0
    """So long without anything to play within a spurt is a gap."""
    seed: int = 1
    answer_ms: float = 0.0
    """How long a whole answer is known to be; 0: unknown."""
