"""Accents: Latin letters without them, for vocabularies that have none."""

from __future__ import annotations

import unicodedata

# Letters that Unicode does not take apart, as they are spelled where they are missing.
_WHOLE = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h",
    "ı": "i", "ŧ": "t", "ĸ": "k", "ŋ": "n", "ə": "e", "ĳ": "ij", "ŀ": "l", "ſ": "s",
}  # fmt: skip


def _plain(character: str) -> str:
    """The letter without its accent; other characters as they are."""
    if character == "İ":  # its lower case is two characters, so that folding leaves it as it is
        return "i"
    base = unicodedata.normalize("NFD", character)[0]
    if base != character and base.isascii() and base.isalpha():
        return base
    lower = character.lower()
    if lower in _WHOLE:
        return _WHOLE[lower] if character == lower else _WHOLE[lower].capitalize()
    return character


ACCENTED = {
    chr(code): _plain(chr(code))
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
    if _plain(chr(code)) != chr(code)
}
"""Each accented Latin letter, and what it is without the accent."""
_TABLE = str.maketrans(ACCENTED)


def without_accents(text: str) -> str:
    """The text with its composed accented Latin letters plain: *Düsseldorf* as *Dusseldorf*."""
    return text if text.isascii() else text.translate(_TABLE)
