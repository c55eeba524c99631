"""The embedded PostgreSQL: what it can do, and what it survives."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from callcenter.embedded.postgres import EmbeddedPostgres
from callcenter.embedded.process import EmbeddedError


def server_in(folder: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder / "postgres", folder / "logs" / "postgres.log", durable=False)


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while alive(pid):
        assert time.monotonic() < deadline, f"process {pid} still runs"
        time.sleep(0.02)


async def test_a_database_has_vectors_and_knows_cyrillic_case(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        await connection.execute("CREATE EXTENSION vector")
        assert await connection.fetchval("SELECT '[1,2]'::vector <-> '[1,4]'::vector") == 2.0
        assert await connection.fetchval("SELECT lower('ЇЖАК')") == "їжак"
        assert await connection.fetchval("SHOW server_version_num") >= "180000"
    finally:
        await connection.close()


def test_two_tests_do_not_see_each_other(postgres_server: EmbeddedPostgres, postgres_url: str) -> None:
    assert postgres_url != postgres_server.url("postgres")
    assert "test_" in postgres_url


def test_data_outlive_a_stop(tmp_path: Path) -> None:
    server = server_in(tmp_path)
    server.start()
    server.ensure_database("kept")
    pid = postmaster(tmp_path)
    server.stop()
    assert not alive(pid)

    again = server_in(tmp_path)
    again.start()
    assert again.sql("SELECT count(*) FROM pg_database WHERE datname = 'kept'") == "1"
    again.stop()


def test_it_starts_after_being_killed(tmp_path: Path) -> None:
    server = server_in(tmp_path)
    server.start()
    os.kill(postmaster(tmp_path), signal.SIGKILL)
    server.stop()

    server.start()
    assert server.sql("SELECT 1") == "1"
    server.stop()


def test_a_process_id_taken_by_another_program_does_not_confuse_it(tmp_path: Path) -> None:
    server = server_in(tmp_path)
    server.start()
    file = tmp_path / "postgres" / "postmaster.pid"
    lines = file.read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)
    server.stop()
    with subprocess.Popen(["sleep", "30"]) as innocent:
        file.write_text("\n".join([str(innocent.pid), *lines[1:]]))
        server.start()
        assert server.sql("SELECT 1") == "1"
        server.stop()
        assert innocent.poll() is None
        innocent.kill()


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path; from callcenter.embedded.postgres import EmbeddedPostgres\n"
            "f = Path(sys.argv[1]); s = EmbeddedPostgres(f / 'postgres', f / 'log')\n"
            "s.start(); print('up', flush=True)\n"
            "time.sleep(60)",
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
    )
    assert starter.stdout is not None
    with starter, starter.stdout:
        assert starter.stdout.readline() == b"up\n"
        pid = postmaster(tmp_path)
        starter.kill()
    wait_until_gone(pid)


def test_a_server_left_running_is_ended_by_the_next_start(tmp_path: Path) -> None:
    first = server_in(tmp_path)
    first.start()
    left_over = postmaster(tmp_path)
    second = server_in(tmp_path)
    second.start()
    assert second.sql("SELECT 1") == "1"
    assert postmaster(tmp_path) != left_over
    second.stop()
    first.stop()


def test_a_failure_names_the_fault_and_the_log(tmp_path: Path) -> None:
    server = server_in(tmp_path)
    server.start()
    server.stop()
    (tmp_path / "postgres" / "postgresql.conf").write_text("max_connections = many\n")
    with pytest.raises(EmbeddedError, match=r"PostgreSQL did not start: .*contains errors.*log: .*postgres\.log"):
        server.start()


def test_a_folder_too_deep_for_a_socket_works(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    server = server_in(deep)
    server.start()
    assert server.sql("SELECT 1") == "1"
    server.stop()
