"""The journal: first a durable spool on local disk (spool.py), from there PostgreSQL (relay.py)."""

from callcenter.config import Settings
from callcenter.journal.spool import SpoolJournal
from callcenter.journal.spool_folder import SpoolFolder


def open_journal(settings: Settings, worker_name: str) -> SpoolJournal:
    """The journal of one media process. Raises ConfigurationError when state_dir cannot be written."""
    folder = SpoolFolder(settings.state_dir)
    return SpoolJournal(folder, worker_name, max_bytes=settings.journal.spool_max_mb * 1024 * 1024)
