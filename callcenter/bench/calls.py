"""What callers of a running media server hear: announced and greeted as Asterisk's are."""

from callcenter.audio import LINE_RATE_HZ
from callcenter.bench.report import Report, Run, repeat
from callcenter.phone.call import Dialed
from callcenter.phone.crowd import BUSY_MS, place_calls
from callcenter.phone.speech import espeak_voice


async def measure_calls(dialed: Dialed, calls: int, turns: int, runs: int) -> Report:
    """Raises PhoneError when nobody answers there."""

    async def once() -> Run:
        crowd, _ = await place_calls(dialed, calls, espeak_voice("en", LINE_RATE_HZ), turns)
        figures = {name: value for name, value in crowd.figures().items() if isinstance(value, int | float)}
        late = (
            f"the callers' own frames came {crowd.own_late_p99_ms:.1f} ms late (p99), at most {BUSY_MS:g} are allowed"
        )
        return Run(figures, "" if crowd.trustworthy else late)

    return await repeat(f"{calls} calls at once", {"calls": calls, "turns": turns}, runs, once)
