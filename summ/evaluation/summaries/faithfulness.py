"""Numbers and names of a summary that its source does not hold: the errors readers mind most.

Both are found by form, without a model: a figure to watch and to compare systems by, not a proof.
A rounded number counts as unsupported, a wrong relation between two right names does not.
"""

from __future__ import annotations

import re

# A hash sign stands for a digit in the Gigaword test set.
_NUMBER = re.compile(r"[\d#]+(?:[.,:][\d#]+)*")
_COUNTS = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBER_WORDS = {word: str(value) for value, word in enumerate(_COUNTS.split())}
# Words that are more often an article or a pronoun than a count.
_UNCERTAIN = frozenset({"zero", "one"})
_WORD = re.compile(r"[^\W\d_](?:[\w.&'’-]*\w)?")
_DIGIT = re.compile(r"\d")
_POSSESSIVE = re.compile(r"['’]s?$")
_SENTENCE_END = re.compile(r"(?:^|[.!?:;\"“”\n])\s*[\"“‘'(\[]*$")
# The mark of a word outside the vocabulary in the Gigaword files.
_UNKNOWN = "UNK"
_WITHIN_NAMES = frozenset({"of", "the", "and", "for", "de", "&"})
_NATIONALITY = re.compile(r"(?:ians?|eans?|ans?|ese|ish|is?|s)$")
_SHORTEST_ROOT = 4
_TITLE_SHARE = 0.5


def unsupported_numbers(summary: str, source: str) -> list[str]:
    """Numbers of the summary that do not occur in the source, as written.

    Separators of thousands are ignored; ``two`` to ``twelve`` are numbers too and equal their
    digits; ``#`` of a masked text equals any digit.
    """
    plain = set(_numbers(source)) | {_NUMBER_WORDS[w] for w in _lowered(source) & _UNCERTAIN}
    shapes = {_shape(number) for number in plain}
    # A number that is masked on either side can only be compared by its shape.
    masked = {_shape(number) for number in plain if "#" in number}
    return [
        number
        for number in _numbers(summary)
        if number not in plain and _shape(number) not in (shapes if "#" in number else masked)
    ]


def _shape(number: str) -> str:
    return _DIGIT.sub("#", number)


def _numbers(text: str) -> list[str]:
    """Numbers in digits, and number words, all as digits without separators of thousands."""
    digits = [_without_thousands(found) for found in _NUMBER.findall(text)]
    words = [_NUMBER_WORDS[w] for w in _lowered(text) if w in _NUMBER_WORDS.keys() - _UNCERTAIN]
    return digits + sorted(words)


def _without_thousands(number: str) -> str:
    return number.replace(",", "")


def _lowered(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


def unsupported_names(summary: str, source: str) -> list[str]:
    """Capitalised words of the summary that the source does not hold, as written.

    The first word of a sentence is no name unless another of its letters is a capital.  A name is
    supported by the same word in any case, by the parts it is joined from with hyphens, by the
    words whose initials it is made of, and by the country a nationality is derived from.  A summary
    in title case or in capitals shows no names and is not judged.
    """
    names = _names(summary)
    if not names:
        return []
    words = [_bare(word) for word in _WORD.findall(source)]
    known = {part.casefold() for word in words for part in (word, *word.split("-"))}
    initials = _initials(words)
    return [name for name in names if not _is_supported(name, known, initials)]


def _names(summary: str) -> list[str]:
    """The capitalised words in the midst of sentences."""
    found = list(_WORD.finditer(summary))
    inner = [match for match in found if not _SENTENCE_END.search(summary[: match.start()])]
    long = [match.group() for match in inner if len(match.group()) >= _SHORTEST_ROOT]
    capitals = sum(word[0].isupper() for word in long)
    if len(long) > 2 and capitals > _TITLE_SHARE * len(long):
        return []
    starts = {match.start() for match in inner}
    return [
        _bare(match.group())
        for match in found
        if match.group() != _UNKNOWN and _is_name(match.group(), match.start() in starts)
    ]


def _is_name(word: str, inside: bool) -> bool:
    """Whether a word's capitals make it a name, inside a sentence or at its start."""
    return (word[0].isupper() and len(word) > 1) if inside else any(map(str.isupper, word[1:]))


def _bare(word: str) -> str:
    """Without the full stops of abbreviations and a possessive ending."""
    return _POSSESSIVE.sub("", word.replace(".", ""))


def _is_supported(name: str, known: set[str], initials: str) -> bool:
    folded = name.casefold()
    if folded in known or all(part in known for part in folded.split("-")):
        return True
    if name.isupper() and len(name) > 1 and name in initials:
        return True
    root = _NATIONALITY.sub("", folded)
    return len(root) >= _SHORTEST_ROOT and any(word.startswith(root) for word in known)


def _initials(words: list[str]) -> str:
    """First letters of capitalised words; other words separate, small words within names do not."""
    letters = []
    for word in words:
        if word[:1].isupper():
            letters.append(word[0])
        elif word not in _WITHIN_NAMES:
            letters.append(" ")
    return "".join(letters)
