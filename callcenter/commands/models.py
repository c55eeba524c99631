"""callcenter models: which speech models there are, which are on this machine, and how to get one."""

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from callcenter.config import Settings, load_settings
from callcenter.errors import CallCenterError, ConfigurationError
from callcenter.stt.models import WHISPER_MODELS, download_whisper, find_whisper
from callcenter.tts.piper import GET_PIPER, voices_folder

PIPER_VOICES = {
    "uk_UA-ukrainian_tts-medium": (77, "Ukrainian, three speakers"),
    "uk_UA-lada-x_low": (21, "Ukrainian"),
    "ru_RU-irina-medium": (63, "Russian, a woman"),
    "ru_RU-dmitri-medium": (63, "Russian, a man"),
    "en_US-lessac-medium": (63, "American English, a woman"),
    "en_GB-alan-medium": (63, "British English, a man"),
}
"""Name: size in MB and what it is. Any other name of rhasspy/piper-voices can be downloaded too."""

models_app = typer.Typer(no_args_is_help=True, help="Speech models: which there are, how to get them.")


@models_app.command("list")
def list_models() -> None:
    """Show the Whisper models and Piper voices, and which of them are on this machine."""
    from rich.console import Console
    from rich.table import Table

    settings = load_settings()
    table = Table(box=None)
    for title in ("", "model", "MB", "", "where"):
        table.add_column(title, justify="right" if title == "MB" else "left", overflow="fold")
    for model in WHISPER_MODELS.values():
        folder = find_whisper(settings, model.name)
        table.add_row("whisper", model.name, str(model.size_mb), model.remark, str(folder) if folder else "")
    for name, (size_mb, remark) in PIPER_VOICES.items():
        file = voices_folder(settings) / f"{name}.onnx"
        table.add_row("piper", name, str(size_mb), remark, str(file) if file.exists() else "")
    Console().print(table)


@models_app.command("download")
def download(
    name: Annotated[str, typer.Argument(help="As in the list: small, uk_UA-ukrainian_tts-medium.", show_default=False)],
) -> None:
    """Fetch a Whisper model or a Piper voice from the Hugging Face hub."""
    settings = load_settings()
    if name in WHISPER_MODELS:
        print(f"{name} is in {download_whisper(settings, name)}")
    elif "-" in name and "_" in name:
        print(f"{name} is in {_download_voice(settings, name)}")
    else:
        raise ConfigurationError(f"there is no model {name}; callcenter models list shows them all")


def _download_voice(settings: Settings, name: str) -> Path:
    """By Piper's own program (GPL-3: in a process of its own), which leaves half a file when it is interrupted."""
    if not find_spec("piper"):
        raise CallCenterError(f"Piper is not installed; {GET_PIPER}")
    folder = voices_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as unfinished:
        command = [sys.executable, "-m", "piper.download_voices", name, "--download-dir", unfinished]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603  # no shell
        files = [Path(unfinished, f"{name}.onnx"), Path(unfinished, f"{name}.onnx.json")]
        if done.returncode or not all(file.exists() for file in files):
            reason = next(reversed(done.stderr.strip().splitlines()), "it is not known")
            raise CallCenterError(f"{name} could not be downloaded: {reason} (is there a way to the internet?)")
        for file in reversed(files):  # the voice itself last: it is there when its description is
            file.replace(folder / file.name)
    return folder / f"{name}.onnx"
