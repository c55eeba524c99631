"""A real Asterisk from Debian's (or Ubuntu's) packages, unpacked into a cache folder: no root, nothing installed.

The packages come with their own libc and libraries, run by their own loader, so that a newer Asterisk than the
machine's distribution has runs on it. 10-30 s the first time, 262 MB; the folder is reused afterwards.
"""

import fcntl
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

LIBRARIES = "usr/lib/x86_64-linux-gnu"
LOADER = "usr/lib64/ld-linux-x86-64.so.2"


class NoAsterisk(Exception):
    """This machine cannot have it; says why."""


@dataclass(frozen=True, slots=True)
class Distribution:
    suite: str
    component: str
    keyring: str


def _distribution() -> Distribution:
    if platform.machine() != "x86_64" or not Path("/etc/os-release").exists():
        raise NoAsterisk(f"only for amd64 Linux, this is {platform.system()} {platform.machine()}")
    release = platform.freedesktop_os_release()
    if missing := [tool for tool in ("apt-get", "dpkg-deb") if shutil.which(tool) is None]:
        raise NoAsterisk(f"needs {', '.join(missing)}")
    match release.get("ID"):
        case "debian":
            return Distribution("forky", "main", "/usr/share/keyrings/debian-archive-keyring.gpg")
        case "ubuntu":
            suite = release["VERSION_CODENAME"]
            return Distribution(suite, "universe main", "/usr/share/keyrings/ubuntu-archive-keyring.gpg")
        case other:
            raise NoAsterisk(f"needs Debian or Ubuntu, this is {other}")


def _mirror() -> str:
    """The mirror that this machine already uses."""
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    if not listing:
        raise NoAsterisk("apt knows no mirror (run apt-get update once)")
    return listing[0].rstrip("/")


def _apt_options(folder: Path) -> list[str]:
    apt = folder / "apt"
    settings = {
        "Dir::Etc::SourceList": apt / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::State": apt,
        "Dir::State::Lists": apt / "lists",
        "Dir::State::status": apt / "status",
        "Dir::Cache": apt,
        "Dir::Cache::Archives": apt / "archives",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "APT::Install-Recommends": "false",
        "Debug::NoLocking": "true",
        "APT::Sandbox::User": "root" if os.geteuid() == 0 else os.environ.get("USER", "nobody"),
    }
    return ["-qq", *(part for key, value in settings.items() for part in ("-o", f"{key}={value}"))]


def _unpack(folder: Path, distribution: Distribution) -> None:
    apt, root = folder / "apt", folder / "root"
    for part in ("lists/partial", "archives/partial"):
        (apt / part).mkdir(parents=True)
    (apt / "status").touch()
    source = f"deb [signed-by={distribution.keyring}] {_mirror()} {distribution.suite} {distribution.component}\n"
    (apt / "sources.list").write_text(source)
    options = _apt_options(folder)
    wanted = ["asterisk", "asterisk-core-sounds-en-wav", "asterisk-core-sounds-en-gsm-"]
    for arguments in (["update"], ["-y", "--download-only", "install", *wanted]):
        done = subprocess.run(["apt-get", *options, *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoAsterisk(f"apt-get {arguments[0]} failed: {done.stderr.strip()[-300:]}")
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    for package in (apt / "archives").glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, root], check=True)
    shutil.rmtree(apt)


def fetch(cache: Path) -> Path:
    """Folder of the unpacked Asterisk. Raises NoAsterisk."""
    distribution = _distribution()
    ready = cache / f"asterisk-{distribution.suite}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"asterisk-{distribution.suite}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests that run side by side fetch it once
        if not ready.exists():
            making = cache / f"asterisk-{distribution.suite}.{os.getpid()}"
            making.mkdir()
            try:
                _unpack(making, distribution)
                making.rename(ready)
            finally:
                shutil.rmtree(making, ignore_errors=True)
    return ready


def command(folder: Path) -> list[str]:
    """How to run it: its own loader with its own libraries."""
    root = folder / "root"
    return [str(root / LOADER), "--library-path", str(root / LIBRARIES), str(root / "usr/sbin/asterisk")]
