"""Many callers at once with the embedded recognizer and voice: the short form of `callcenter bench calls`, which tells
how late frames are with twenty. Here nothing may be heard in another call, and all must be served."""

import pytest

from callcenter.audio import LINE_RATE_HZ
from callcenter.phone.call import Dialed
from callcenter.phone.crowd import place_calls
from callcenter.phone.speech import espeak_voice
from tests.acceptance.conftest import StartSystem
from tests.acceptance.listening import played

CALLS = 12
STALLED = 0.005
"""Share of frames that may be skipped: a machine that stands still for more than 60 ms skips, by design."""


@pytest.mark.timeout(300)
async def test_many_callers_hear_their_own_answers(start_system: StartSystem) -> None:
    system = await start_system()
    dialed = Dialed("127.0.0.1", system.audio_port, system.http, "", "100")
    report, ears = await place_calls(dialed, CALLS, espeak_voice("en", LINE_RATE_HZ), turns=2)
    print({name: value for name, value in report.figures().items() if name != "call_ids"})
    assert report.frames_lost <= STALLED * report.frames
    assert all(each.ended_by == "caller" and each.announced == "ok" for each in report.reports)
    understood = 0
    for each, ear in zip(report.reports, ears, strict=True):
        call = await system.ended_call_by_id(str(each.call_id))
        customer = next((turn for turn in call["turns"] if turn["speaker"] == "customer"), None)
        understood += customer is not None and customer["content"] == each.said[0]
        for turn in call["turns"]:
            if turn["speaker"] == "bot" and turn["turn_number"] and not turn["interrupted"]:
                assert await played(turn["content_heard"], ear.recording()), turn["content_heard"]
    assert understood >= 0.8 * CALLS
