"""`python -m demo_store`: what it prints, how it exits, and how it lives with a PostgreSQL that comes and goes."""

import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from callcenter.embedded.postgres import EmbeddedPostgres
from tests.integration.demo_store.conftest import environment, running_store


def run(*arguments: str, url: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "demo_store", *arguments],
        env=environment(url, **more),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_setup_can_be_run_again_and_again(postgres_url: str) -> None:
    for said in ("catalogue written", "catalogue is there already"):
        assert run("migrate", url=postgres_url).returncode == 0
        done = run("seed", url=postgres_url)
        assert (done.returncode, said in done.stdout) == (0, True)


def test_a_port_in_use_is_one_line_and_exit_2(postgres_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port), url=postgres_url)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"port {port} of 127.0.0.1 is in use" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "url", "said"),
    [
        (("migrate",), "", "STORE_DATABASE_URL is not set"),
        (("migrate",), "postgresql://u@127.0.0.1:1/x", "database is away"),
        (("serve", "--port", "99999"), "postgresql://u@127.0.0.1:1/x", "--port must be a port"),
        (("serve", "--port", "http"), "postgresql://u@127.0.0.1:1/x", "--port must be a port"),
        (("serve", "--host", "256.1.1.1"), "postgresql://u@127.0.0.1:1/x", "256.1.1.1"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_2(arguments: tuple[str, ...], url: str, said: str) -> None:
    done = run(*arguments, url=url, DATABASE_URL="", CALLCENTER_STORE__PORT="8090")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_a_folder_without_articles_is_one_line_and_exit_2(postgres_url: str, tmp_path: Path) -> None:
    assert run("migrate", url=postgres_url).returncode == 0
    done = run("seed", url=postgres_url, DEMO_STORE_KNOWLEDGE=str(tmp_path))
    assert (done.returncode, done.stderr.count("\n"), "holds no articles" in done.stderr) == (2, 1, True)


def test_serving_with_setup_needs_the_database(free_port: int) -> None:
    done = run("serve", "--setup", "--port", str(free_port), url="postgresql://u@127.0.0.1:1/x")
    assert (done.returncode, done.stderr.count("\n"), "database is away" in done.stderr) == (2, 1, True)


def test_a_schema_version_that_does_not_exist_is_one_line_and_exit_2(postgres_url: str) -> None:
    done = run("migrate", "--to", "999", url=postgres_url)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_without_tables_it_serves_503_and_lives(postgres_url: str) -> None:
    with running_store(postgres_url) as store:
        assert httpx.get(f"{store.url}/readyz").status_code == 200
        assert run("migrate", "--to", "0", url=postgres_url).returncode == 0
        answer = httpx.get(f"{store.url}/readyz")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_set_up")
        assert answer.headers["retry-after"] == "1"
        assert httpx.get(f"{store.url}/healthz").status_code == 200


def test_it_outlives_a_restart_of_postgresql(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "data", tmp_path / "log", durable=False)
    server.start()
    try:
        server.ensure_database("shop")
        with running_store(server.url("shop")) as store:
            assert httpx.get(f"{store.url}/readyz").status_code == 200
            server.stop()
            answer = httpx.get(f"{store.url}/readyz", timeout=10)
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
            server.start()
            statuses = [httpx.get(f"{store.url}/readyz", timeout=10).status_code for _ in range(3)]
            assert statuses[-1] == 200
    finally:
        server.stop()


def test_without_an_admin_key_there_is_no_test_bench(postgres_url: str, free_port: int) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "demo_store", "serve", "--port", str(free_port)],
        env=environment(postgres_url, DEMO_STORE_ADMIN_KEY=""),
    )
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as http:
            assert http.get(f"http://127.0.0.1:{free_port}/admin/faults").status_code == 404
    finally:
        program.terminate()
        program.wait(10)
