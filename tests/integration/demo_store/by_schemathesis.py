"""What schemathesis finds in the demo store, asked by its OpenAPI document for what is allowed and what is not.

`python -m tests.integration.demo_store.by_schemathesis` (`make schemathesis`) starts a store of its own and tries
thousands of cases; the suite tries some hundred. A process of its own: schemathesis is no library of the tests, and its
plugin of pytest is switched off in pyproject.toml.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx

from callcenter.embedded.postgres import EmbeddedPostgres
from tests.integration.demo_store.running import ADMIN, API_KEY, RunningStore

CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"),
    *("response_headers_conformance", "unsupported_method", "allow_header_conformance", "ignored_auth"),
    *("missing_required_header", "negative_data_rejection"),
)
ADMIN_PATHS = "^/admin"
SEED = 20261125


@dataclass(frozen=True, slots=True)
class Extent:
    examples: int
    """Of each operation and phase that draws them by chance."""
    phases: tuple[str, ...] = ("examples", "coverage", "fuzzing", "stateful")
    seed: int = SEED


def try_all(store: RunningStore, extent: Extent, folder: Path) -> "list[subprocess.CompletedProcess[str]]":
    """With each of the two keys on what it opens; return codes other than 0 are failures, told on stdout. `folder` is
    for what schemathesis keeps. The faults that it sets are cleared."""
    try:
        return [
            _try(store, API_KEY, ("--exclude-path-regex", ADMIN_PATHS), extent, folder),
            _try(store, ADMIN, ("--include-path-regex", ADMIN_PATHS), extent, folder),
        ]
    finally:
        httpx.delete(f"{store.url}/admin/faults", headers={"Authorization": f"Bearer {ADMIN}"}).raise_for_status()


def _try(
    store: RunningStore, key: str, paths: tuple[str, ...], extent: Extent, folder: Path
) -> "subprocess.CompletedProcess[str]":
    options = {
        "checks": ",".join(CHECKS),
        "phases": ",".join(extent.phases),
        "max-examples": extent.examples,
        "seed": extent.seed,
        "header": f"Authorization: Bearer {key}",
        "generation-database": "none",
        "request-timeout": 20,
        "workers": 1,
        "warnings": "off",
    }
    given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", f"{store.url}/openapi.json", *given, *paths, "--no-color"],
        cwd=folder,
        env={**os.environ, "PYTHONWARNINGS": "default"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def main() -> int:
    from tests.integration.demo_store.conftest import running_store

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="of each operation and phase")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = EmbeddedPostgres(folder / "data", folder / "log", durable=False)
        server.start()
        try:
            server.ensure_database("shop")
            with running_store(server.url("shop")) as store:
                done = try_all(store, Extent(asked.examples, seed=asked.seed), folder)
        finally:
            server.stop()
    for one in done:
        print(one.stdout)
    return max(one.returncode for one in done)


if __name__ == "__main__":
    sys.exit(main())
