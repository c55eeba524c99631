"""How every process of ours logs: structlog, one line an event, to standard error; the standard library's logging too.

What a caller says, keys in or is called by never reaches the log: such keys of an event are blanked, whoever logs them
(style.md, rule 13). Tracebacks show no values of variables.
"""

import logging
import logging.config
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

from callcenter.config import Settings

PRIVATE = frozenset(
    {
        "address",
        "api_key",
        "arguments",
        "authorization",
        "body",
        "called_id",
        "caller",
        "caller_id",
        "content",
        "digit",
        "digits",
        "from",
        "headers",
        "number",
        "password",
        "phone",
        "prompt",
        "query",
        "query_string",
        "result",
        "said",
        "secret",
        "text",
        "token",
        "transcript",
        "words",
    }
)
BLANKED = "<private>"

# chatty at INFO, or with addresses of requests in their lines
QUIET = ("httpx", "httpcore", "openai", "kombu", "amqp", "celery.beat", "alembic.runtime.plugins")
SILENT = ("uvicorn.access",)
"""Writes every request with its query; our own access log holds the route's template."""


def configure_logging(settings: Settings, process_name: str) -> None:
    """Once, at the start of a process. `process_name` stands in every line ("media-1", "web", "worker")."""
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    shared = _shared_processors(process_name)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(as_json)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    logging.captureWarnings(True)
    for name in list(logging.root.manager.loggerDict):  # handlers that a server has set up for itself
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SILENT:
        logging.getLogger(name).disabled = True


def _shared_processors(process_name: str) -> list[Processor]:
    def name_process(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process_name
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        name_process,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        drop_private,
    ]


def _renderers(as_json: bool) -> list[Processor]:
    if as_json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]


def drop_private(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank the values of private keys, also inside mappings that an event carries."""
    for key, value in event.items():
        if key.lower() in PRIVATE:
            event[key] = BLANKED
        elif isinstance(value, dict):
            event[key] = drop_private(None, "", dict(value))
    return event
