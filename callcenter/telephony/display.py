"""A line for the display of an operator's telephone, safe inside Asterisk's dialplan. Pure.

It holds words that a caller has said, and the dialplan puts it into Set(CALLERID(name)=...): whatever stands in it may
end no argument, open no expression (${...}, $[...]), and break no SIP header. So nothing but letters, digits and a few
marks is let through; the rest becomes a blank. Letters of any script are: a display name in SIP is UTF-8 (RFC 3261,
25.1), and Asterisk passes it on as it is.
"""

import unicodedata

MOST = 80
"""Characters."""
ENOUGH = 40
"""Characters of whole sentences that are better than the beginning of one more."""
LEFT_OUT = frozenset("'’ʼ`“”«»")
"""Apostrophes, so that a Ukrainian word stays one; and the quotation marks of our own phrases."""
MARKS = frozenset(" .:!?+/-№")
"""A colon is safe in Set, and in nothing that has branches, such as ExecIf."""


def for_display(text: str) -> str:
    """One line, at most 80 characters; "" where nothing is left."""
    plain = unicodedata.normalize("NFC", text[: 8 * MOST])
    words = "".join(character for character in plain if character not in LEFT_OUT)
    kept = "".join(character if _is_safe(character) else " " for character in words)
    line = " ".join(kept.split())
    if len(line) <= MOST:
        return line
    whole = line[: MOST + 1].rsplit(" ", 1)[0][:MOST].rstrip()
    sentences = whole[: whole.rfind(". ") + 1]
    return sentences if len(sentences) >= ENOUGH else whole


def _is_safe(character: str) -> bool:
    return character in MARKS or (unicodedata.category(character) in ("Lu", "Ll", "Lo", "Nd") and character < "\uffff")
