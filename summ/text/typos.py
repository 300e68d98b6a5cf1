"""Typos: slips of the hand in a word."""

from __future__ import annotations

_LEAST = 4  # letters of a word that has one


def with_typo(text: str, place: float, kind: float) -> str:
    """The text with one typo; without a word of four letters or more as it is.

    Two neighbouring letters change places, or one is left out or doubled; a word's first and last
    letter stay.

    Args:
        place: in [0, 1): which letter of which word; all are equally likely.
        kind: in [0, 1): which of the three.
    """
    words = text.split()
    places = [
        (number, letter)
        for number, word in enumerate(words)
        if len(word) >= _LEAST and word.isalpha()
        for letter in range(1, len(word) - 2)
    ]
    if not places:
        return text
    number, letter = places[int(place * len(places))]
    word = words[number]
    one, other, rest = word[letter], word[letter + 1], word[letter + 2 :]
    slip = (other + one, other, one + one + other)[int(kind * 3)]
    words[number] = word[:letter] + slip + rest
    return " ".join(words)
