"""A Piper voice without a mouth: inputs, outputs and files of a real one (VITS as Piper exports it), random weights.

Each phoneme id gives 256 random samples, louder or softer by the first of the scales. Written as ONNX's protobuf by
hand, so that no test needs the onnx package.
"""

import json
import struct
from pathlib import Path

import numpy as np

HOP = 256
IDS = 256
_FLOAT, _INT64 = 1, 7


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _data(field: int, value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def _value_info(name: str, element: int, dimensions: list[int | str]) -> bytes:
    shape = b"".join(_data(1, _number(1, d) if isinstance(d, int) else _data(2, d)) for d in dimensions)
    return _data(1, name) + _data(2, _data(1, _number(1, element) + _data(2, shape)))


def _tensor(name: str, element: int, dimensions: list[int], raw: bytes) -> bytes:
    return b"".join(_number(1, d) for d in dimensions) + _number(2, element) + _data(8, name) + _data(9, raw)


def _node(kind: str, inputs: list[str], output: str, attributes: bytes = b"") -> bytes:
    return b"".join(_data(1, name) for name in inputs) + _data(2, output) + _data(4, kind) + attributes


def _model() -> bytes:
    table = np.random.default_rng(7).uniform(-1, 1, (IDS, HOP)).astype("<f4")
    graph = b"".join(
        [
            _data(1, _node("Gather", ["table", "input"], "frames")),
            _data(1, _node("Gather", ["scales", "first"], "scale")),
            _data(1, _node("Mul", ["frames", "scale"], "loud")),
            _data(1, _node("Reshape", ["loud", "shape"], "output")),
            _data(2, "tiny_vits"),
            _data(5, _tensor("table", _FLOAT, [IDS, HOP], table.tobytes())),
            _data(5, _tensor("first", _INT64, [1], struct.pack("<q", 0))),
            _data(5, _tensor("shape", _INT64, [4], struct.pack("<4q", 1, 1, 1, -1))),
            _data(11, _value_info("input", _INT64, ["batch_size", "phonemes"])),
            _data(11, _value_info("input_lengths", _INT64, ["batch_size"])),
            _data(11, _value_info("scales", _FLOAT, [3])),
            _data(12, _value_info("output", _FLOAT, ["batch_size", 1, 1, "time"])),
        ]
    )
    return _number(1, 8) + _data(7, graph) + _data(8, _data(1, "") + _number(2, 15))


def write_voice(path: Path, *, espeak_voice: str = "en-us", rate_hz: int = 22050, config: object = None) -> Path:
    """`path` (NAME.onnx) and its JSON, or another `config` for that; returns the path."""
    from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_model())
    own = {
        "audio": {"sample_rate": rate_hz, "quality": "tiny"},
        "espeak": {"voice": espeak_voice},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": IDS,
        "num_speakers": 1,
        "speaker_id_map": {},
        "piper_version": "1.0.0",
    }
    Path(f"{path}.json").write_text(json.dumps(own if config is None else config), encoding="utf-8")
    return path
