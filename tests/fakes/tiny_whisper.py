"""A Whisper of random weights in CTranslate2's format, 7 MB and a second to make, so that the real loading and decoding
code runs. It hears nothing: it writes nonsense, or always the same sentence."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

WIDTH, LAYERS, HEADS = 64, 2, 2
TEXT_TOKENS = 50_257
"""As many as the multilingual models have. CTranslate2 tells them from the English ones by their last, which is ""."""
_LANGUAGES = """
en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml
cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am
yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su
"""
LANGUAGES = _LANGUAGES.split()
FIRST_FREE_TOKEN = 30_000


def make_tiny_whisper(folder: Path, *, says: str = "", language: str = "en") -> Path:
    """The folder, with all that faster-whisper looks for in it. `says` is what it always writes (when there is no
    prompt) and in `language`; with "" it is surely nonsense."""
    folder.mkdir(parents=True, exist_ok=True)
    text, special, timestamps = _tokens()
    sentence = range(FIRST_FREE_TOKEN, FIRST_FREE_TOKEN + len(says.split()))
    for token, word in zip(sentence, says.split(), strict=True):
        text[token] = "".join(_byte_letters()[byte] for byte in f" {word}".encode())
    spoken, task = (TEXT_TOKENS + special.index(f"<|{name}|>") for name in (language, "transcribe"))
    prompt = [spoken, task, TEXT_TOKENS + len(special) - 1]  # what follows the start: the decoder is told the rest
    _save_weights(folder, [*text[:-1], "", *special, *timestamps], [*prompt, *sentence, TEXT_TOKENS] if says else [])
    _save_tokenizer(folder, text, special, timestamps)
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": 80, "sampling_rate": 16000}))
    return folder


def _tokens() -> tuple[list[str], list[str], list[str]]:
    """Text tokens (all bytes, then words that mean nothing), special ones and timestamps, in the order of their ids."""
    text = [*_byte_letters().values(), *(f"Ġw{number}" for number in range(TEXT_TOKENS - 256))]
    special = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{language}|>" for language in LANGUAGES)]
    special += [f"<|{name}|>" for name in ("translate", "transcribe", "startoflm", "startofprev", "nocaptions")]
    special.append("<|notimestamps|>")
    return text, special, [f"<|{number * 0.02:.2f}|>" for number in range(1501)]


def _byte_letters() -> dict[int, str]:
    """GPT-2's printable letter for each byte (openai/gpt-2, encoder.py)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + number) for number, byte in enumerate(others)}


def _save_weights(folder: Path, vocabulary: list[str], decided: Sequence[int]) -> None:
    from ctranslate2.specs.whisper_spec import WhisperSpec  # type: ignore[import-untyped]  # ships no types

    rng = np.random.default_rng(0)

    def some(*shape: int) -> npt.NDArray[np.float32]:
        return (rng.standard_normal(shape) * 0.02).astype(np.float32)

    def fill_linear(layer: object, outputs: int, inputs: int) -> None:
        layer.weight, layer.bias = some(outputs, inputs), np.zeros(outputs, np.float32)  # type: ignore[attr-defined]

    def fill_norm(layer: object) -> None:
        layer.gamma, layer.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)  # type: ignore[attr-defined]

    def fill_block(block: object, *, crossed: bool) -> None:
        own = block.self_attention  # type: ignore[attr-defined]
        fill_norm(own.layer_norm)
        fill_linear(own.linear[0], 3 * WIDTH, WIDTH)
        fill_linear(own.linear[-1], WIDTH, WIDTH)
        if crossed:
            other = block.attention  # type: ignore[attr-defined]
            fill_norm(other.layer_norm)
            fill_linear(other.linear[0], WIDTH, WIDTH)
            fill_linear(other.linear[1], 2 * WIDTH, WIDTH)
            fill_linear(other.linear[-1], WIDTH, WIDTH)
        ffn = block.ffn  # type: ignore[attr-defined]
        fill_norm(ffn.layer_norm)
        fill_linear(ffn.linear_0, 4 * WIDTH, WIDTH)
        fill_linear(ffn.linear_1, WIDTH, 4 * WIDTH)

    spec = WhisperSpec(LAYERS, HEADS, LAYERS, HEADS)
    encoder, decoder = spec.encoder, spec.decoder
    for convolution, inputs in ((encoder.conv1, 80), (encoder.conv2, WIDTH)):
        convolution.weight, convolution.bias = some(WIDTH, inputs, 3), np.zeros(WIDTH, np.float32)
    encoder.position_encodings.encodings = some(1500, WIDTH)
    decoder.position_encodings.encodings = some(448, WIDTH)
    decoder.embeddings.weight = decoder.projection.weight = some(len(vocabulary), WIDTH)
    decoder.scale_embeddings = False
    for part in (encoder, decoder):
        fill_norm(part.layer_norm)
        for block in part.layer:
            fill_block(block, crossed=part is decoder)
    if decided:
        # the position alone decides: it points at the token to come, and the last norm makes it loud
        for position, token in enumerate(decided):
            decoder.position_encodings.encodings[position] = 50 * decoder.embeddings.weight[token]
        decoder.layer_norm.gamma *= 30
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [TEXT_TOKENS]
    spec.config.alignment_heads = [[LAYERS - 1, 0]]
    spec.config.lang_ids = list(range(TEXT_TOKENS + 2, TEXT_TOKENS + 2 + len(LANGUAGES)))
    spec.register_vocabulary(vocabulary)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(os.fspath(folder))


def _save_tokenizer(folder: Path, text: list[str], special: list[str], timestamps: list[str]) -> None:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    tokenizer = Tokenizer(models.BPE({token: number for number, token in enumerate(text)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    tokenizer.add_tokens([AddedToken(token, special=False, normalized=False) for token in timestamps])
    tokenizer.save(os.fspath(folder / "tokenizer.json"))
