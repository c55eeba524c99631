"""What people call things, made comparable."""

import unicodedata

# Letters that look the same: a "Х5" or "А4" typed on a Ukrainian keyboard is a BMW and an Audi.
_LOOKALIKES = str.maketrans("авекмнорстхуі", "abekmhopctxyi")


def name_key(text: str) -> str:
    """Equal for spellings that differ in case, accents, spaces, signs or look-alikes; "" when nothing is left."""
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())  # "𝓐" is an "A" first
    return "".join(letter for letter in bare if letter.isalnum()).translate(_LOOKALIKES)


def name_keys(name: str, aliases: list[str]) -> list[str]:
    return sorted({name_key(spelling) for spelling in (name, *aliases)})
