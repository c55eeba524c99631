"""Asterisk, callers with voices, and the product as a user runs it."""

import os
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from callcenter.stt.synthetic import Caller, Mouths, over_the_line
from tests.acceptance import system as systems
from tests.acceptance.system import System
from tests.asterisk import bench, fetch
from tests.asterisk.bench import Asterisk
from tests.asterisk.operator_phone import OperatorPhone

CACHE = Path(__file__).parents[2] / ".cache"
Speak = Callable[[str], bytes]
StartSystem = Callable[..., Awaitable[System]]


@pytest.fixture(scope="session")
def asterisk_files() -> Path:
    """An unpacked Asterisk. Where it cannot be had the tests that need it are skipped, loudly; in CI they fail."""
    try:
        return fetch.fetch(CACHE)
    except fetch.NoAsterisk as reason:
        if os.environ.get("CI"):
            raise
        notice = f"NO REAL SIP CALLS ARE TESTED: {reason}"
        warnings.warn(pytest.PytestWarning(notice), stacklevel=1)
        pytest.skip(notice)


@pytest.fixture(scope="session")
def mouths() -> Iterator[Mouths]:
    with Mouths() as speakers:
        yield speakers


@pytest.fixture
def speak(mouths: Mouths) -> Speak:
    """What a caller says, as it comes out of a telephone."""

    def say(text: str) -> bytes:
        spoken = mouths.say(text, Caller("en-us", 165, 50))
        return over_the_line(spoken, np.random.default_rng(1), noise_db=40, lead_ms=0, tail_ms=0)

    return say


@dataclass(slots=True)
class Shop:
    """A shop with a telephone: our system behind a real Asterisk."""

    system: System
    asterisk: Asterisk
    operator: OperatorPhone


StartShop = Callable[..., Awaitable[Shop]]


@pytest.fixture
async def start_system(tmp_path: Path) -> AsyncIterator[StartSystem]:
    """Starts the product with the environment variables given; ends it after the test."""
    started: list[System] = []

    async def start(**settings: str) -> System:
        folder = tmp_path / f"system{len(started)}"
        folder.mkdir()
        started.append(await systems.start(folder, **settings))
        return started[-1]

    yield start
    for system in started:
        if system.process.returncode is None:
            await system.stop()


@pytest.fixture
async def start_shop(start_system: StartSystem, asterisk_files: Path, tmp_path: Path) -> AsyncIterator[StartShop]:
    """Starts the product behind a real Asterisk."""
    running: list[Asterisk] = []

    async def start(**settings: str) -> Shop:
        system = await start_system(**settings)
        folder = tmp_path / f"asterisk{len(running)}"
        running.append(await bench.start(folder, asterisk_files, system.audio, system.http, operator.port))
        return Shop(system, running[-1], operator)

    async with OperatorPhone() as operator:
        yield start
        for asterisk in running:
            await asterisk.stop()
