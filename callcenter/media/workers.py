"""One media server of several processes on the same two ports."""

import os
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

from callcenter.config import Settings
from callcenter.errors import ConfigurationError
from callcenter.logs import configure_logging
from callcenter.media.board import Board
from callcenter.media.place import Place, share_of, worker_count
from callcenter.media.supervisor import Supervisor
from callcenter.sockets import reserve

METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus_client looks at it when it is first imported: it then keeps its figures in files of that folder."""


def become_worker(settings: Settings) -> tuple[Settings, Place]:
    """Become one of as many media workers as the settings want: returns in each of them, with its own settings. The
    process that called stays behind as their parent, and ends after them (SystemExit). With one nothing is forked.

    To be called before anything heavy is imported, prometheus_client above all. Raises ConfigurationError.
    """
    configure_logging(settings, "media")
    count = worker_count(settings)
    if count == 1:
        return settings, Place()
    metrics_folder = _empty_folder(settings.state_dir / "metrics")
    os.environ[METRICS_VARIABLE] = str(metrics_folder)
    with ExitStack() as reserved:  # left in each worker too: it listens itself
        settings = _reserve_ports(settings, reserved)
        board = Board(count)
        supervisor = Supervisor(board, settings.call.drain_s, on_stop=reserved.close, on_end=_forget_gauges)
        number = supervisor.run()
    if number is None:
        sys.exit(0)
    return share_of(settings, count), Place(number, board)


def _reserve_ports(settings: Settings, reserved: ExitStack) -> Settings:
    """Bound, so that no other program gets them while a worker is between two lives; known, where any would do."""
    audiosocket, http = settings.audiosocket, settings.http
    audio_socket = reserved.enter_context(reserve(audiosocket.host, audiosocket.port, section="audiosocket"))
    http_socket = reserved.enter_context(reserve(http.host, http.port, section="http"))
    return settings.model_copy(
        update={
            "audiosocket": audiosocket.model_copy(update={"port": audio_socket.getsockname()[1]}),
            "http": http.model_copy(update={"port": http_socket.getsockname()[1]}),
        }
    )


def _empty_folder(folder: Path) -> Path:
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    except OSError as error:
        raise ConfigurationError(f"state_dir: {folder} cannot be made ({error.strerror})") from error
    return folder.resolve()


def _forget_gauges(pid: int) -> None:
    """A dead worker has no calls and no free slots; what it has counted stays."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(pid)  # type: ignore[no-untyped-call]  # prometheus_client has no types there
