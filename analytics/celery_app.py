"""The Celery application. Its settings are read when they are first needed.

A task may run twice (acks_late: it is handed out again when its worker dies) and must not notice. A result of a task is
what it wrote to PostgreSQL; nothing is kept in Redis.
"""

from typing import Any

from celery import Celery

from callcenter.config import load_settings
from callcenter.errors import ConfigurationError

HOUR_S = 3600.0
VISIBILITY_S = 300
"""A task that nobody has acknowledged by then is handed out again."""


def configuration() -> dict[str, Any]:
    """Raises ConfigurationError."""
    settings = load_settings()
    if settings.redis_url is None:
        raise ConfigurationError("REDIS_URL is not set: name the Redis (redis://:password@host:6379/0)")
    return {
        "broker_url": settings.redis_url.get_secret_value(),
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": {
            "visibility_timeout": VISIBILITY_S,
            "global_keyprefix": "callcenter:",
            "socket_connect_timeout": 2,
            "socket_timeout": 10,
        },
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_default_queue": "callcenter",
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_enable_remote_control": False,
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "beat_schedule": {"keep_house": {"task": "analytics.keep_house", "schedule": HOUR_S}},
        "timezone": "UTC",
    }


app = Celery("analytics", include=["analytics.tasks"])
app.add_defaults(configuration)
