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
        judge_engine("recognizer", recognizers(settings)),
        judge_engine("agent", agents(settings)),
        judge_engine("voice", voices(settings)),
    ]


def judge_engine(component: str, statuses: Iterable[BackendStatus]) -> Finding:
    choices = tuple(Choice(s.name, s.available, s.active, s.why, s.how_to_get) for s in statuses)
    active = [choice for choice in choices if choice.active]
    if not active or not all(choice.available for choice in active):
        named = active[0] if active else None
        why = named.why if named else "none can be used"
        to_do = named.how_to_get if named else "; or ".join(c.how_to_get for c in choices if c.how_to_get)
        return Finding(component, Health.BROKEN, named.name if named else "none", why, to_do, choices)
    better = [c.how_to_get for c in choices if not c.active and c.how_to_get]
    health = Health.LIMITED if active[0].how_to_get else Health.OK
    to_do = active[0].how_to_get or (f"other ways: {better[0]}" if better else "")
    return Finding(component, health, ", ".join(c.name for c in active), active[0].why, to_do, choices)


def _vad() -> Finding:
    from callcenter.vad.silero import MODEL

    if not MODEL.exists():
        return Finding("voice activity", Health.BROKEN, "silero", f"{MODEL} is missing", "reinstall the package")
    return Finding("voice activity", Health.OK, "silero", "its model comes with the package, run by onnxruntime")
