"""The embedded Redis: what it can do, and what it survives."""

import os
import signal
from pathlib import Path

import pytest
from redis import AuthenticationError, Redis
from redis.asyncio import Redis as AsyncRedis

from callcenter.embedded.process import EmbeddedError
from callcenter.embedded.redis import EmbeddedRedis


def server_in(folder: Path, port: int | None = None) -> EmbeddedRedis:
    return EmbeddedRedis(folder / "redis", folder / "logs" / "redis.log", port=port)


async def test_it_answers(redis_url: str) -> None:
    async with AsyncRedis.from_url(redis_url) as client:
        await client.set("a", "1")
        assert await client.get("a") == b"1"


def test_it_wants_its_password(redis_server: EmbeddedRedis) -> None:
    with Redis.from_url("redis://" + redis_server.url().split("@")[1]) as client, pytest.raises(AuthenticationError):
        client.ping()


def test_the_password_is_for_the_owner_alone(tmp_path: Path) -> None:
    server = server_in(tmp_path)
    server.prepare()
    assert (tmp_path / "redis" / "redis.conf").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("ending", ["stopped", "killed"])
def test_what_was_handed_over_survives(tmp_path: Path, ending: str) -> None:
    server = server_in(tmp_path)
    server.start()
    with Redis.from_url(server.url()) as client:
        client.rpush("finished", "call")
        client.config_set("appendfsync", "always")
        client.rpush("finished", "another")
        if ending == "killed":
            os.kill(client.info("server")["process_id"], signal.SIGKILL)
    server.stop()

    server.start()
    with Redis.from_url(server.url()) as client:
        assert client.lrange("finished", 0, -1) == [b"call", b"another"]
    server.stop()


def test_a_port_in_use_is_named(tmp_path: Path, redis_server: EmbeddedRedis) -> None:
    taken = int(redis_server.url().rsplit(":", 1)[1].split("/")[0])
    with pytest.raises(EmbeddedError, match=rf"Redis did not start: .*{taken}.*log: .*redis\.log"):
        server_in(tmp_path, port=taken).start()
