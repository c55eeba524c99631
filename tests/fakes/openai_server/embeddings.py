"""/v1/embeddings on the wire: vectors that are alike where texts share words, in either encoding. Pure."""

import base64
import hashlib
import re
import struct
from typing import Any

MODELS = {"embed-small": 128, "embed-large": 256}
"""How many numbers their vectors have."""
MOST_TEXTS = 2048
"""In one request, as OpenAI's."""


class Refused(Exception):
    """What the server would answer with 400 or 404."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Raises Refused."""
    model = request.get("model")
    if model not in MODELS:
        raise Refused(404, f"The model `{model}` does not exist")
    given = request.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not 1 <= len(texts) <= MOST_TEXTS:
        raise Refused(400, "'input' must be a string or a list of strings")
    if not all(isinstance(text, str) and text for text in texts):
        raise Refused(400, "'input' cannot be an empty string")
    dimensions = request.get("dimensions", MODELS[model])
    encoding = request.get("encoding_format", "float")
    if encoding not in ("float", "base64"):
        raise Refused(400, "'encoding_format' must be float or base64")
    rows = [_vector(model, text, dimensions) for text in texts]
    spent = sum(len(text.split()) for text in texts)
    return {
        "object": "list",
        "model": model,
        "data": [
            {"object": "embedding", "index": index, "embedding": _packed(row) if encoding == "base64" else row}
            for index, row in enumerate(rows)
        ],
        "usage": {"prompt_tokens": spent, "total_tokens": spent},
    }


def _vector(model: str, text: str, dimensions: int) -> list[float]:
    """Of length 1: a sum of directions, one for the beginning of each word. Another model has other directions."""
    sums = [0.0] * dimensions
    for word in re.findall(r"\w+", text.casefold()):
        number = int.from_bytes(hashlib.blake2b(f"{model} {word[:5]}".encode(), digest_size=8).digest(), "big")
        sums[number % dimensions] += 1.0 if number >> 63 else -1.0
    length = sum(value * value for value in sums) ** 0.5
    return [value / length for value in sums] if length else [1.0] + [0.0] * (dimensions - 1)


def _packed(row: list[float]) -> str:
    """Little-endian float32, as the openai client unpacks it."""
    return base64.b64encode(struct.pack(f"<{len(row)}f", *row)).decode()
