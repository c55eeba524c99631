"""How processes log."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
PROGRAM = """
import logging, structlog, warnings
from callcenter.config import Settings
from callcenter.logs import configure_logging
logging.getLogger("uvicorn").addHandler(logging.StreamHandler())
configure_logging(Settings(log_format="{format}", log_level="{level}"), "media-1")
log = structlog.get_logger("here")
log.info("call_started", call_id="1", caller_id="+380671234567", detail={{"text": "secret words", "kept": 1}})
log.debug("too_quiet")
logging.getLogger("uvicorn").warning("from the %s", "library")
logging.getLogger("uvicorn.access").warning("GET /?q=secret")
try:
    secret = "secret of a variable"
    raise ValueError("broken")
except ValueError:
    log.exception("it_failed")
"""


def run(**settings: str) -> str:
    program = PROGRAM.format(**{"format": "json", "level": "info", **settings})
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr


def json_lines(**settings: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(**settings).splitlines()]


def test_each_event_is_one_line_of_json_with_time_level_and_process() -> None:
    lines = json_lines()
    assert [line["event"] for line in lines] == ["call_started", "from the library", "it_failed"]
    assert all(line["process"] == "media-1" and line["timestamp"].endswith("Z") for line in lines)
    assert [line["level"] for line in lines] == ["info", "warning", "error"]


def test_what_callers_say_and_who_they_are_is_not_in_the_log() -> None:
    line = json_lines()[0]
    assert line["caller_id"] == "<private>"
    assert line["detail"] == {"text": "<private>", "kept": 1}
    assert line["call_id"] == "1"
    assert "secret" not in run()


def test_a_traceback_shows_no_values_of_variables() -> None:
    for log_format in ("json", "console"):
        written = run(format=log_format)
        assert "ValueError: broken" in written
        assert "secret of a variable" not in written.replace('secret = "secret of a variable"', "")


def test_the_level_holds_for_libraries_too() -> None:
    assert [line["event"] for line in json_lines(level="error")] == ["it_failed"]
    assert "too_quiet" in run(level="debug")
