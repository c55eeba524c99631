"""What a language model writes besides words: markdown, HTML, addresses, emoji."""

import re
import unicodedata

_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*(?:\s[^)\n]*)?\)")
_URL = re.compile(r"<?\b(?:https?|ftp)://[^\s>]+>?|\bwww\.[^\s>]+", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]*>")
_LINE_START = re.compile(r"(?m)^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+•–—][ \t]+)+")
_EMPHASIS = re.compile(r"[*`~|\\\[\]]+|(?<!\w)_+|_+(?!\w)")
_SPACES = re.compile(r"\s+")
_SPOKEN_SYMBOLS = "№°"
"""The only ones of Unicode's "other symbols" (emoji and ornaments) that are words."""
_DROPPED = {"So", "Cs", "Co", "Cn", "Cf"}


def plain(text: str) -> str:
    """`text` as a person would have typed it into a message, in one line."""
    text = _LINK.sub(r"\1", text)
    text = _URL.sub(" ", text)
    text = _TAG.sub(" ", text)
    text = _LINE_START.sub("", text)
    text = _EMPHASIS.sub(" ", text) if "_" in text else _EMPHASIS.sub("", text)
    if not text.isascii():
        text = "".join(c for c in text if c in _SPOKEN_SYMBOLS or unicodedata.category(c) not in _DROPPED)
        text = text.replace("\ufe0f", "").replace("\u20e3", "")  # what made an emoji of the sign before it
    return _SPACES.sub(" ", text).strip()
