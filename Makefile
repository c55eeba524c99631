# Two commands for everybody: `make run` starts everything on this machine, `make test` runs the whole suite.
# Needed: make, and Python 3.11 or 3.12 with venv. All else is put into .venv, at the versions of the lock files.

PIP = .venv/bin/python -m pip --disable-pip-version-check --quiet
UV_COMPILE = .venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --quiet pyproject.toml -

.PHONY: run test scenarios check schemathesis bench-store bench-tools lock clean setup setup-dev
.DELETE_ON_ERROR:

run: setup
	@set -a; [ ! -f .env ] || . ./.env; exec .venv/bin/callcenter run

# Two at a time: much of the suite waits, as callers do. Each has servers of its own; a file is run by one of them.
test: setup-dev
	@.venv/bin/python -m pytest --numprocesses 2 --dist loadfile $(PYTEST_ARGS)

scenarios: setup-dev
	@.venv/bin/python -m pytest tests/scenarios

check: setup-dev
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

schemathesis: setup-dev
	@.venv/bin/python -m tests.integration.demo_store.by_schemathesis

bench-store: setup-dev
	@.venv/bin/python -m tests.bench.store

bench-tools: setup-dev
	@.venv/bin/python -m tests.bench.tools

setup: .venv/run.stamp
setup-dev: .venv/dev.stamp

.venv/bin/python:
	@for python in python3.12 python3.11 python3; do \
		"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null || continue; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null && exec "$$python" -m venv --clear .venv; \
		package=$$("$$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
	done; \
	echo "Python 3.11 or 3.12 with venv is missing: apt-get install $${package:-python3 python3-venv}" >&2; exit 2

.venv/run.stamp: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing what the program needs (once; downloads about 120 MB)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "Installing what the program and its tests need (once; downloads about 300 MB)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ .venv/run.stamp

# The newest versions that fit pyproject.toml, for Python 3.11 and 3.12; setuptools builds the package itself.
lock: setup-dev
	@echo 'setuptools>=77' | $(UV_COMPILE) --extra embedded --extra whisper --extra piper --extra dev --upgrade \
		--output-file requirements-dev.lock
	@echo 'setuptools>=77' | $(UV_COMPILE) --extra embedded --constraint requirements-dev.lock \
		--output-file requirements.lock

clean:
	rm -rf .venv .callcenter .mypy_cache .ruff_cache .import_linter_cache *.egg-info build dist
