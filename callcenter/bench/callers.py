"""Callers in a process of their own (`callsim`), and what they say."""

import asyncio
import base64
import json
import sys
from dataclasses import asdict, replace
from typing import Any

from callcenter.audio import LINE_RATE_HZ
from callcenter.bench.callsim.plan import Plan
from callcenter.bench.report import Run
from callcenter.bench.server import BenchError
from callcenter.phone.hearing import trim
from callcenter.phone.speech import espeak_voice

SENTENCES = (
    "I would like to know when my parcel ships",
    "can you tell me where my order is now please",
    "my order number is seven and I need it on Friday",
)
LATE_MS = 8.0
"""When the callers' own frames were so late (p99), the machine was too busy for the figures to say anything."""


async def utterances(sentences: tuple[str, ...] = SENTENCES) -> tuple[bytes, ...]:
    """Spoken by espeak-ng, without silence at either end."""
    speak = espeak_voice("en", LINE_RATE_HZ)
    return tuple([trim(await speak(sentence)) for sentence in sentences])


async def call(plan: Plan, *, late_ms: float = LATE_MS) -> tuple[Run, dict[str, Any]]:
    """Make these calls; the figures, and all that callsim said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "callcenter.bench.callsim"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate(json.dumps(_as_json(plan)).encode())
    if process.returncode:
        raise BenchError(f"callsim ended with code {process.returncode}")
    found: dict[str, Any] = json.loads(said)
    figures = {name: value for name, value in found.items() if isinstance(value, int | float) or value is None}
    late = found["own_late_p99_ms"] or 0.0
    fault = f"the callers' own frames came {late:.1f} ms late (p99), at most {late_ms:g} are allowed"
    return Run(figures, fault if late > late_ms else ""), found


def _as_json(plan: Plan) -> dict[str, Any]:
    values = asdict(replace(plan, interrupted=frozenset(), utterances=()))
    return values | {
        "interrupted": sorted(plan.interrupted),
        "pids": list(plan.pids),
        "utterances": [base64.b64encode(pcm).decode() for pcm in plan.utterances],
    }
