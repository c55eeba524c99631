"""Runs a Dockerfile without a Docker engine, as far as that goes: the instructions that ours uses, in a folder that
stands for the root. RUN is run for real, with its absolute paths led into that folder; the base image is this machine's
Python. Nothing is isolated, so that it shows what is missing in the context or wrong in a step, not in the image."""

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ABSOLUTE = re.compile(r"(?<![\w.:/])/(?=(?:app|opt|var)\b)")


@dataclass(frozen=True, slots=True)
class Instruction:
    name: str
    words: str
    flags: dict[str, str]


def parse(text: str) -> Iterator[Instruction]:
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if not line.strip():
            continue
        name, _, words = line.strip().partition(" ")
        flags = {}
        while found := re.match(r"\s*--([a-z-]+)=(\S+)\s+", words):
            flags[found[1]] = found[2]
            words = words[found.end() :]
        yield Instruction(name.upper(), " ".join(words.split()), flags)


@dataclass(slots=True)
class Image:
    """What the last stage has become."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = ""
    exposed: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    healthcheck: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()

    def inside(self, path: str) -> Path:
        absolute = path if path.startswith("/") else f"{self.folder.rstrip('/')}/{path}"
        return self.root / absolute.lstrip("/")

    def run(self, *command: str, **env: str) -> "subprocess.CompletedProcess[str]":
        """Run a program of the image, as its user would."""
        mapped = [ABSOLUTE.sub(f"{self.root}/", word) for word in command]
        return subprocess.run(
            mapped, cwd=self.inside("."), env=self.environment() | env, capture_output=True, text=True, check=False
        )

    def environment(self) -> dict[str, str]:
        """This machine's (for pip's own settings), without a trace of our own environment, then the image's."""
        outer = {k: v for k, v in os.environ.items() if not k.startswith(("CALLCENTER_", "PYTHON", "VIRTUAL_ENV"))}
        outer["PATH"] = f"{self.root.parent / 'base'}:/usr/local/bin:/usr/bin:/bin"
        for name, value in self.env.items():
            expanded = re.sub(r"\$\{?(\w+)\}?", lambda m: outer.get(m[1], ""), value)
            outer[name] = ABSOLUTE.sub(f"{self.root}/", expanded)
        return outer | self.arguments


class Builder:
    def __init__(self, context: Path, workplace: Path) -> None:
        self._context = context
        self._workplace = workplace
        self._ignore = (context / ".dockerignore").read_text().splitlines()
        self._stages: dict[str, Path] = {}
        self._stage = ""
        self._image = Image(workplace / "root")
        base = workplace / "base"
        base.mkdir()
        (base / "python").symlink_to(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")
        if os.geteuid() != 0:
            (base / "chown").symlink_to("/bin/true")

    def build(self, text: str) -> Image:
        for instruction in parse(text):
            self._do(instruction)
        return self._image

    def _do(self, it: Instruction) -> None:
        image = self._image
        match it.name:
            case "FROM":
                self._begin_stage(it.words)
            case "WORKDIR":
                image.folder = it.words
                image.inside(".").mkdir(parents=True, exist_ok=True)
            case "ARG":
                name, _, value = it.words.partition("=")
                image.arguments[name] = shlex.split(value)[0] if value else ""
            case "ENV":
                image.env |= dict(word.split("=", 1) for word in shlex.split(it.words))
            case "COPY":
                self._copy(it)
            case "RUN":
                done = image.run("sh", "-c", it.words)
                assert done.returncode == 0, f"RUN {it.words}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
            case "USER":
                image.user = it.words
            case "EXPOSE":
                image.exposed = tuple(it.words.split())
            case "VOLUME":
                image.volumes = tuple(it.words.split())
            case "HEALTHCHECK":
                image.healthcheck = tuple(json.loads(it.words.removeprefix("CMD ")))
            case "ENTRYPOINT":
                image.entrypoint = tuple(json.loads(it.words))
            case "CMD":
                image.command = tuple(json.loads(it.words))
            case other:
                raise AssertionError(f"{other} is not understood here")

    def _begin_stage(self, words: str) -> None:
        if self._image.root.exists():
            self._image.root.rename(kept := self._workplace / f"stage-{len(self._stages)}")
            self._stages[self._stage] = kept
        _, _, self._stage = words.partition(" AS ")
        self._image = Image(self._workplace / "root")
        self._image.root.mkdir()

    def _copy(self, it: Instruction) -> None:
        *sources, target = it.words.split()
        place = self._image.inside(target)
        for source in sources:
            if stage := it.flags.get("from"):
                found = self._stages[stage] / source.lstrip("/")
            else:
                found = self._context / source
                assert not self._is_ignored(source), f".dockerignore leaves {source} out"
            assert found.exists(), f"COPY {source}: there is none"
            into = place / found.name if target.endswith("/") else place
            if found.is_dir():
                shutil.copytree(found, place, symlinks=True, dirs_exist_ok=True, ignore=self._left_out)
            else:
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(found, into)

    def _left_out(self, folder: str, names: list[str]) -> set[str]:
        if not Path(folder).is_relative_to(self._context):
            return set()
        return {name for name in names if self._is_ignored(str((Path(folder) / name).relative_to(self._context)))}

    def _is_ignored(self, path: str) -> bool:
        """The last pattern that fits it or a folder above it decides."""
        ignored = False
        above = [path, *map(str, Path(path).parents)]
        for line in self._ignore:
            pattern = line.removeprefix("!").removeprefix("**/")
            if any(fnmatch.fnmatch(part, pattern) or fnmatch.fnmatch(Path(part).name, pattern) for part in above):
                ignored = not line.startswith("!")
        return ignored
