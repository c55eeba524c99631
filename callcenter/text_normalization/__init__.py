"""From what is written to what is said: sentences out of a stream of text, and words out of figures. Pure.

`SentenceSplitter` cuts text that arrives in pieces into what a voice speaks at once; `verbalize` turns one such
sentence into words only, in English, Ukrainian or Russian.
"""

from callcenter.text_normalization.plain import plain
from callcenter.text_normalization.splitter import SentenceSplitter
from callcenter.text_normalization.verbalize import verbalize

__all__ = ["SentenceSplitter", "plain", "verbalize"]
