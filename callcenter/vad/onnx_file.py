"""As much of ONNX's file format as reading weights and writing a small network takes, without the onnx package. Pure.

Protocol buffers; field numbers are those of onnx/onnx.proto.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Array = Floats | npt.NDArray[np.int64]
FLOAT, INT16, INT64 = 1, 5, 7
"""What a tensor holds: TensorProto.DataType."""
_IR_VERSION = 8


def weights(graph: bytes) -> dict[str, Floats]:
    """What the Constant nodes of a GraphProto hold of floats, by the name of their output."""
    found = {}
    for field, node in fields(graph):
        parts = list(fields(node)) if field == 1 and isinstance(node, bytes) else []
        if (4, b"Constant") in parts:
            name = next(value for field, value in parts if field == 2)
            value = next(value for field, value in parts if field == 5)
            assert isinstance(name, bytes) and isinstance(value, bytes)  # noqa: S101, PT018  # by the format
            tensor = next((value for field, value in fields(value) if field == 5), None)
            if isinstance(tensor, bytes) and (2, FLOAT) in fields(tensor):
                found[name.decode()] = _read_floats(tensor)
    return found


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field of a message. Raises ValueError or IndexError on what is no message."""
    at = 0
    while at < len(message):
        key, at = _read_varint(message, at)
        match key & 7:
            case 0:
                value, at = _read_varint(message, at)
                yield key >> 3, value
            case 2:
                size, at = _read_varint(message, at)
                yield key >> 3, message[at : at + size]
                at += size
            case 5:
                yield key >> 3, message[at : at + 4]
                at += 4
            case kind:
                raise ValueError(f"wire type {kind} is not used by ONNX")


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _read_floats(tensor: bytes) -> Floats:
    shape: list[int] = []
    raw = b""
    for field, value in fields(tensor):
        if field == 1 and isinstance(value, int):
            shape.append(value)
        elif field == 9 and isinstance(value, bytes):
            raw = value
    return np.frombuffer(raw, np.float32).reshape(shape)


# ---------------------------------------------------------------- writing


def model(
    nodes: Sequence[bytes],
    tensors: Mapping[str, Array],
    inputs: Mapping[str, tuple[int, int]],
    outputs: Mapping[str, tuple[int, int]],
) -> bytes:
    """A file. Inputs and outputs are matrices of a data type with so many columns, and a row for each of the batch."""
    graph = b"".join(
        [
            *(_data(1, one) for one in nodes),
            _data(2, "network"),
            *(_data(5, _tensor(array) + _data(8, name)) for name, array in tensors.items()),
            *(_data(11, _matrix(name, *held)) for name, held in inputs.items()),
            *(_data(12, _matrix(name, *held)) for name, held in outputs.items()),
        ]
    )
    return _number(1, _IR_VERSION) + _data(7, graph) + _data(8, _data(1, "") + _number(2, 17))


def node(kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: int) -> bytes:
    """One step of the network; an input that is left out is ""."""
    return b"".join(
        [
            *(_data(1, name) for name in inputs),
            *(_data(2, name) for name in outputs),
            _data(4, kind),
            *(_data(5, _data(1, name) + _number(3, value) + _number(20, 2)) for name, value in attributes.items()),
        ]
    )


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


def _tensor(array: Array) -> bytes:
    kind = FLOAT if array.dtype == np.float32 else INT64
    return b"".join(_number(1, size) for size in array.shape) + _number(2, kind) + _data(9, array.tobytes())


def _matrix(name: str, data_type: int, columns: int) -> bytes:
    shape = _data(1, _data(2, "rows")) + _data(1, _number(1, columns))
    return _data(1, name) + _data(2, _data(1, _number(1, data_type) + _data(2, shape)))
