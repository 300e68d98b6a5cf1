"""Line ends of wrapped text: words that were divided there are joined.

``Trus-`` / ``tees`` becomes *Trustees*.  A hyphen stays where the word is written with it: before
a capital or a digit, behind a word that usually takes one (*long-term*), and where the text has
the hyphenated form elsewhere.
"""

from __future__ import annotations

import re

_DIVIDED = re.compile(
    r"(?P<first>(?:\w+-)*\w+)(?P<hyphen>[-\u2010\u00ac])[ \t]*\n[ \t]*(?P<second>\w+)"
)
# First parts of compounds that English writes with a hyphen.
_COMPOUNDING = frozenset(
    [
        "well",
        "ill",
        "self",
        "ex",
        "long",
        "short",
        "high",
        "low",
        "full",
        "half",
        "part",
        "all",
        "mid",
        "non",
        "quasi",
        "cross",
        "old",
        "new",
        "first",
        "second",
        "third",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "co",
        "so",
        "anti",
        "pro",
        "post",
        "far",
        "hard",
        "much",
        "best",
        "better",
        "ever",
        "over-the",
        "state",
        "one",
        "large",
        "small",
        "wide",
        "deep",
    ]
)


def join_divided_words(text: str) -> str:
    """The text with words that a line end divides joined on the first of the two lines."""
    if "\n" not in text:
        return text

    def joined(found: re.Match[str]) -> str:
        first, second = found["first"], found["second"]
        whole, compound = f"{first}{second}", f"{first}-{second}"
        return f"{compound if _is_compound(first, second, text) else whole}\n"

    # The rest of the line that followed keeps its place behind the joined word.
    return re.sub(r"\n[ \t]*(?=[,.;:!?)\]])", "", _DIVIDED.sub(joined, text))


def _is_compound(first: str, second: str, text: str) -> bool:
    """Whether two parts are written with a hyphen wherever the line ends."""
    if not second[0].islower() or not first[-1].isalpha():
        return True
    if first.count("-") > 1:  # state-of-the-art
        return True
    if re.search(rf"\b{re.escape(first + second)}\b", text):
        return False
    if re.search(rf"\b{re.escape(first)}-{re.escape(second)}\b", text):
        return True
    return first.lower().rpartition("-")[2] in _COMPOUNDING and len(second) > 3
