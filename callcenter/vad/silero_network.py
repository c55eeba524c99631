"""Silero's network laid out for batches of single windows, computing the same from the same weights. Pure.

Its file is written for any length of audio: convolutions over four frames a window, of which onnxruntime makes many
small matrix products, and nested conditions around the LSTM. Here each convolution is one dense matrix for the whole
window, so that a batch is a handful of large products: 4 us a window instead of 16 in batches of 64, 31 instead of 56
alone, with probabilities that differ by 1e-6. It takes the line's samples as they are and tells their level too: what
numpy would do around it for a few windows cost as much as the network.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from callcenter.vad import onnx_file
from callcenter.vad.onnx_file import Floats

FULL_SCALE = 32768
SILENCE_DBFS = -96.0
HIDDEN = 128
STATE_SIZE = 2 * HIDDEN
"""The LSTM's hidden and cell state, one after the other."""
_STRIDES = (1, 2, 2, 1)
_KERNEL, _PADDING = 3, 1
_BRANCHES: dict[int, bytes] = {8000: b"else_branch", 16000: b"then_branch"}


def network(file: bytes, rate_hz: Literal[8000, 16000], context: int, window: int) -> bytes:
    """An ONNX file made of silero's: "pcm" (batch, context + window), samples of 16 bits, and "state" (batch,
    STATE_SIZE) in; "activity" (batch, 2), the probability of speech and the window's RMS in dBFS, and "next_state" out.
    Raises what it likes when the file is not silero's."""
    input_size = context + window
    weights = _weights(file, _BRANCHES[rate_hz])
    basis = weights["stft.forward_basis_buffer"][:, 0]
    bins, size = basis.shape[0] // 2, basis.shape[1]
    padding, step = size // 4, size // 2
    frames = (input_size + padding - size) // step + 1
    tensors: dict[str, onnx_file.Array] = {
        "mirrored": np.arange(input_size - 2, input_size - 2 - padding, -1),
        "frame_shape": np.array([-1, size]),
        "spectrum_shape": np.array([-1, frames * bins]),
        "real": basis[:bins].T,
        "imaginary": basis[bins:].T,
        "rows": np.array([0]),
        "columns": np.array([1]),
    }
    tensors |= {f"start{frame}": np.array([frame * step]) for frame in range(frames)}
    tensors |= {f"end{frame}": np.array([frame * step + size]) for frame in range(frames)}
    tensors |= _encoder_tensors(weights, frames)
    tensors |= _level_tensors(context, window)
    nodes = [*_level_nodes(), *_spectrum_nodes(frames)]
    for layer in range(len(_STRIDES)):
        nodes.append(onnx_file.node("Gemm", [f"x{layer}", f"weight{layer}", f"bias{layer}"], [f"y{layer}"]))
        nodes.append(onnx_file.node("Relu", [f"y{layer}"], [f"x{layer + 1}"]))
    tensors |= _decoder_tensors(weights)
    nodes += _decoder_nodes(f"x{len(_STRIDES)}")
    inputs = {"pcm": (onnx_file.INT16, input_size), "state": (onnx_file.FLOAT, STATE_SIZE)}
    outputs = {"activity": (onnx_file.FLOAT, 2), "next_state": (onnx_file.FLOAT, STATE_SIZE)}
    return onnx_file.model(nodes, tensors, inputs, outputs)


def _weights(file: bytes, branch: bytes) -> dict[str, Floats]:
    """Of one rate, by silero's own names."""
    graph = _only(file, 7)
    for field, node in onnx_file.fields(graph):
        if field != 1 or not isinstance(node, bytes):
            continue
        for number, attribute in onnx_file.fields(node):
            if number == 5 and isinstance(attribute, bytes) and _only(attribute, 1) == branch:
                found = onnx_file.weights(_only(attribute, 6))
                return {name.partition("Inline_0__")[2]: array for name, array in found.items()}
    raise ValueError(f"there is no {branch.decode()} in it")


def _only(message: bytes, wanted: int) -> bytes:
    value = next(value for field, value in onnx_file.fields(message) if field == wanted)
    assert isinstance(value, bytes)  # noqa: S101  # a message or a string, by the format
    return value


def _encoder_tensors(weights: Mapping[str, Floats], frames: int) -> dict[str, Floats]:
    tensors = {}
    for layer, stride in enumerate(_STRIDES):
        kernel = weights[f"encoder.{layer}.reparam_conv.weight"]
        dense = _dense(kernel, frames, stride)
        frames = dense.shape[1] // kernel.shape[0]
        tensors[f"weight{layer}"] = dense
        tensors[f"bias{layer}"] = np.tile(weights[f"encoder.{layer}.reparam_conv.bias"], frames)
    if frames != 1:
        raise ValueError(f"{frames} frames are left of a window")
    return tensors


def _dense(kernel: Floats, frames: int, stride: int) -> Floats:
    """The convolution over all frames as one matrix: (frames * inputs, frames after it * outputs)."""
    outputs, inputs, _ = kernel.shape
    after = (frames + 2 * _PADDING - _KERNEL) // stride + 1
    matrix = np.zeros((frames, inputs, after, outputs), np.float32)
    for frame in range(after):
        for tap in range(_KERNEL):
            if 0 <= (source := frame * stride + tap - _PADDING) < frames:
                matrix[source, :, frame] = kernel[:, :, tap].T
    return matrix.reshape(frames * inputs, after * outputs)


def _decoder_tensors(weights: Mapping[str, Floats]) -> dict[str, Floats]:
    lstm = {name: _onnx_order(weights[f"decoder.rnn.{name}"]) for name in ("weight_ih", "weight_hh")}
    bias = [_onnx_order(weights[f"decoder.rnn.{name}"]) for name in ("bias_ih", "bias_hh")]
    return {
        "lstm_input": lstm["weight_ih"][np.newaxis],
        "lstm_recurrence": lstm["weight_hh"][np.newaxis],
        "lstm_bias": np.concatenate(bias)[np.newaxis],
        "decision": weights["decoder.decoder.2.weight"].reshape(HIDDEN, 1),
        "decision_bias": weights["decoder.decoder.2.bias"],
    }


def _onnx_order(gates: Floats) -> Floats:
    """PyTorch's gates are input, forget, cell, output; ONNX's are input, output, forget, cell."""
    entry, forget, cell, leave = np.split(gates, 4)
    return np.concatenate([entry, leave, forget, cell])


def _level_tensors(context: int, window: int) -> dict[str, onnx_file.Array]:
    return {
        "full_scale": np.array([1 / FULL_SCALE], np.float32),
        "window_start": np.array([context]),
        "window_end": np.array([context + window]),
        "mean": np.full((window, 1), 1 / window, np.float32),
        "least_power": np.array([10 ** (SILENCE_DBFS / 10)], np.float32),
        "decibels": np.array([10 / np.log(10)], np.float32),
    }


def _level_nodes() -> list[bytes]:
    """Samples as "input", -1..1, and the RMS of the window, without its context, as "level"."""
    node = onnx_file.node
    return [
        node("Cast", ["pcm"], ["integers"], to=onnx_file.FLOAT),
        node("Mul", ["integers", "full_scale"], ["input"]),
        node("Slice", ["input", "window_start", "window_end", "columns"], ["window"]),
        node("Mul", ["window", "window"], ["squares"]),
        node("MatMul", ["squares", "mean"], ["mean_square"]),
        node("Max", ["mean_square", "least_power"], ["audible"]),
        node("Log", ["audible"], ["log_power"]),
        node("Mul", ["log_power", "decibels"], ["level"]),
    ]


def _spectrum_nodes(frames: int) -> list[bytes]:
    """Magnitudes of the overlapping frames, as "x0"; the window's end is padded with its mirror image."""
    node = onnx_file.node
    return [
        node("Gather", ["input", "mirrored"], ["mirror_image"], axis=1),
        node("Concat", ["input", "mirror_image"], ["padded"], axis=1),
        *(
            node("Slice", ["padded", f"start{frame}", f"end{frame}", "columns"], [f"frame{frame}"])
            for frame in range(frames)
        ),
        node("Concat", [f"frame{frame}" for frame in range(frames)], ["overlapping"], axis=1),
        node("Reshape", ["overlapping", "frame_shape"], ["frames"]),
        node("MatMul", ["frames", "real"], ["re"]),
        node("MatMul", ["frames", "imaginary"], ["im"]),
        node("Mul", ["re", "re"], ["re_squared"]),
        node("Mul", ["im", "im"], ["im_squared"]),
        node("Add", ["re_squared", "im_squared"], ["power"]),
        node("Sqrt", ["power"], ["magnitude"]),
        node("Reshape", ["magnitude", "spectrum_shape"], ["x0"]),
    ]


def _decoder_nodes(features: str) -> Sequence[bytes]:
    node = onnx_file.node
    lstm = ["sequence", "lstm_input", "lstm_recurrence", "lstm_bias", "", "hidden", "cell"]
    return [
        node("Unsqueeze", [features, "rows"], ["sequence"]),
        node("Unsqueeze", ["state", "rows"], ["states"]),
        node("Split", ["states"], ["hidden", "cell"], axis=2),
        node("LSTM", lstm, ["", "next_hidden", "next_cell"], hidden_size=HIDDEN),
        node("Concat", ["next_hidden", "next_cell"], ["next_states"], axis=2),
        node("Squeeze", ["next_states", "rows"], ["next_state"]),
        node("Squeeze", ["next_hidden", "rows"], ["last"]),
        node("Relu", ["last"], ["active"]),
        node("Gemm", ["active", "decision", "decision_bias"], ["logit"]),
        node("Sigmoid", ["logit"], ["probability"]),
        node("Concat", ["probability", "level"], ["activity"], axis=1),
    ]
