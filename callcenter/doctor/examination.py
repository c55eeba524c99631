"""All findings, in the order of a call."""

import asyncio
from collections.abc import Iterable

from callcenter.backends import BackendStatus
from callcenter.config import Settings
from callcenter.doctor import machine, servers
from callcenter.doctor.finding import Choice, Finding, Health
from callcenter.embedded.running import environment_of_running


async def examine(settings: Settings) -> list[Finding]:
    """`settings`: with the environment of a `callcenter run` at work in the folder already in them."""
    is_running = bool(environment_of_running(settings.state_dir))
    media, web, postgresql, redis, store = await asyncio.gather(
        servers.program("media server", settings.http.host, settings.http.port, is_running),
        servers.program("web", settings.web.host, settings.web.port, is_running),
        servers.postgresql(settings),
        servers.redis(settings),
        servers.store(settings, is_running),
    )
    answering = {"http": media, "audiosocket": media, "web": web, "store": store}
    ours = frozenset(section for section, finding in answering.items() if finding.health is not Health.OFF)
    return [
        machine.python(),
        machine.libraries(),
        machine.disk(settings),
        machine.ports(settings, ours),
        machine.asterisk(settings),
        media,
        _vad(),
        *_engines(settings),
        store,
        postgresql,
        redis,
        web,
    ]


def _engines(settings: Settings) -> list[Finding]:
    from callcenter.agent.choose import backends as agents
    from callcenter.stt.choose import backends as recognizers
    from callcenter.tts.choose import backends as voices

    return [
        judge_engine("recognizer", settings.stt.backend, recognizers(settings)),
        judge_engine("agent", "auto", agents(settings)),
        judge_engine("voice", settings.tts.backend, voices(settings)),
    ]


def judge_engine(component: str, asked: str, statuses: Iterable[BackendStatus]) -> Finding:
    """`asked`: what the settings name, or "auto"."""
    choices = tuple(Choice(s.name, s.available, s.active, s.why, s.how_to_get) for s in statuses)
    used = next((choice for choice in choices if choice.active and choice.available), None)
    if used is None:
        wanted = [choice for choice in choices if choice.name == asked or choice.active] or list(choices)
        why = "; ".join(f"{choice.name}: {choice.why}" for choice in wanted)
        to_do = "; or ".join(choice.how_to_get for choice in wanted if choice.how_to_get)
        return Finding(component, Health.BROKEN, "none", why, to_do, choices)
    if used.how_to_get:
        return Finding(component, Health.LIMITED, used.name, used.why, used.how_to_get, choices)
    return Finding(component, Health.OK, used.name, used.why, "", choices)


def _vad() -> Finding:
    from callcenter.vad.silero import MODEL

    if not MODEL.exists():
        return Finding("voice activity", Health.BROKEN, "silero", f"{MODEL} is missing", "reinstall the package")
    return Finding("voice activity", Health.OK, "silero", "its model comes with the package, run by onnxruntime")
