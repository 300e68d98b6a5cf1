"""Folding as a normalizer of the tokenizers library, for programs that know nothing of summ.

``summ.text.folding`` cuts word by word until no rule applies, and does otherwise with text that
was tokenised before.  A normalizer only replaces what regular expressions find, so this is the
same rules as two rounds of replacements: the same words for all but a few texts in a thousand
(``folds_alike`` counts them), slower than folding itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from summ.text.accents import ACCENTED
from summ.text.folding import fold
from summ.text.languages.en import ABBREVIATIONS
from summ.text.scripts import CJK_PUNCTUATION, MARKS, UNSEGMENTED

if TYPE_CHECKING:
    from tokenizers.normalizers import Normalizer

# Each is what a regular expression finds, and what is put in its place.
Replacement = tuple[str, str]

# Characters nobody writes stand for those that no rule may touch any more.
_STOP, _COLON, _LESS, _MORE, _QUOTE = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
_END = r"(?=\s|\z)"
_ROUNDS = 2

_SPELLING: tuple[Replacement, ...] = (
    ("[\u2018\u2019\u201b\u2032]", "'"),
    ("[\u201c\u201d\u2033\u201e\u00ab\u00bb]", '"'),
    ("[\u2010\u2011\u2012\u2013\u2212]", "-"),
    ("[\u2014\u2015]", " -- "),
    ("\u2026", " ... "),
    ("\u2581", "_"),
    (r"\p{Nd}", "#"),
    ("''|``", '"'),
    (r"(?<!\S)<unk>(?!\S)", "unk"),
)
_INVISIBLE: tuple[Replacement, ...] = (
    (r"\p{Cc}", " "),
    (r"[\p{Cf}&&[^\x{200c}\x{200d}]]", ""),
    (r"\\+/", "/"),
    (r"(?i:&(?:amp;)+)", "&"),
)


def folding_normalizer(accents: bool = True) -> Normalizer:
    """A normalizer whose output is, but for rare cases, ``fold(text, accents).text``."""
    from tokenizers import normalizers

    return normalizers.Sequence(
        [
            *_replacing(_INVISIBLE),
            normalizers.NFC(),
            *_replacing(_SPELLING),
            normalizers.Lowercase(),
            normalizers.NFC(),
            *_replacing([] if accents else _accents()),
            # So that every word has a space before it.
            normalizers.Prepend(" "),
            *_replacing(_brackets()),
            *_replacing(_coarse()),
            *_replacing([*_cuts(), *_stops()] * _ROUNDS),
            *_replacing([(_STOP, "."), (_COLON, ":"), (_LESS, "<"), (_MORE, ">"), (_QUOTE, "'")]),
            *_replacing([(r"\s+", " ")]),
            normalizers.Strip(),
        ]
    )


def spacing_normalizer() -> Normalizer:
    """The same for a vocabulary that does not fold: only spaces are mended."""
    from tokenizers import normalizers

    return normalizers.Sequence(
        [*_replacing([("\u2581", "_"), (r"\s+", " ")]), normalizers.Strip()]
    )


def folds_alike(texts: Sequence[str]) -> float:
    """The share of texts that the normalizer folds as folding does; 1.0 of no texts."""
    normalizer = folding_normalizer()
    alike = sum(normalizer.normalize_str(text) == fold(text).text for text in texts)
    return alike / len(texts) if texts else 1.0


def _replacing(replacements: Sequence[Replacement]) -> Iterator[Normalizer]:
    from tokenizers import Regex, normalizers

    for pattern, replacement in replacements:
        yield normalizers.Replace(Regex(pattern), replacement)


def _oniguruma(characters: str) -> str:
    """The inside of a character class of ``re`` in the spelling of the other library."""
    return re.sub(
        r"\\u([0-9a-f]{4})|\\U([0-9a-f]{8})",
        lambda match: f"\\x{{{match[1] or match[2]}}}",
        characters,
    )


def _accents() -> list[Replacement]:
    """Latin letters without their accents."""
    plain: dict[str, str] = {}
    for letter, base in ACCENTED.items():
        if letter == letter.lower():
            plain[base] = plain.get(base, "") + letter
    return [(f"[{letters}]", base) for base, letters in plain.items()]


def _brackets() -> list[Replacement]:
    """Those of the Penn Treebank."""
    spelled = {"-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]", "-lcb-": "{", "-rcb-": "}"}
    return [(rf"(?<=\s){name}{_END}", mark) for name, mark in spelled.items()]


def _coarse() -> list[Replacement]:
    """Spaces around what never stands inside a word; addresses and tickers are kept from them."""
    words = _oniguruma(UNSEGMENTED + CJK_PUNCTUATION)
    marks = _oniguruma(MARKS)
    ticker = "|".join(_LESS + r"[\w.#]" * length for length in range(1, 13))
    return [
        ("(?<=http|https)://", f"{_COLON}//"),
        (r"<(?=[\w.#]{1,12}>)", f" {_LESS}"),
        (f"(?<={ticker})>", f"{_MORE} "),
        *((re.escape(mark), f" {mark} ") for mark in '"()[]{};!?\u2022'),
        (r"(?<=[^\s.])(?=\.{2,})", " "),
        (r"(?<=\.\.)(?=[^\s.])", " "),
        (r"(?<=[^\s-])(?=-{2,})", " "),
        (r"(?<=--)(?=[^\s-])", " "),
        (rf"(?<=\S)(?=[{words}])(?![{marks}])", " "),
        (rf"(?<=[{words}])(?=[^\s{marks}])", " "),
        (rf"(?<=[{marks}])(?=[^\s{marks}])", " "),
    ]


def _cuts() -> list[Replacement]:
    """Punctuation, currencies, quotes and clitics, cut from the words they stand at."""
    # What an apostrophe may begin.
    whole = rf"s|re|ve|ll|d|m|n['{_QUOTE}]|em|tis|twas|\#+s?"
    return [
        (r"(?<=[^\s#])(?=[,:])|(?<=#)(?=[,:](?!#))", " "),
        # Consumed, since an empty match behind a mark is sometimes overlooked.
        *((rf"{mark}(?=[^\s#])", f"{mark} ") for mark in ",:"),
        *((rf"(?<=\s){mark}(?=#)", f"{mark} ") for mark in ",:"),
        (r"(?<=\S)(?=%)", " "),
        (r"%(?=\S)", "% "),
        (rf"(?<=#)(?=[$£€¥₹]{_END})", " "),
        *((rf"{re.escape(sign)}(?=\S)", f"{sign} ") for sign in "$£€¥₹"),
        (rf"(?<=\s)'(?=\S)(?!(?:{whole}){_END})(?![-.']*{_END})", "' "),
        (rf"(?<=\s'n)'{_END}", _QUOTE),
        (r"(?<=\s)`(?=\S)", "` "),
        *((rf"(?<=\s){re.escape(mark)}(?=\S)", f"{mark} ") for mark in "*|/~=<>"),
        (r"(?<=\s)-(?=\p{L})", "- "),
        (rf"(?<=\S)(?=(?:n't|'(?:s|re|ve|ll|d|m)){_END})", " "),
        (rf"(?<=[^\s.'-]|[^\s.'-]\.)(?=['*|/~=<>]{_END})", " "),
    ]


def _stops() -> list[Replacement]:
    """Full stops, cut from all words but abbreviations."""
    listed = "|".join(rf"\s{word}" for word in ABBREVIATIONS.split("|") if word != "no")
    letter = r"\p{L}"
    initials = "|".join(r"[\s-]" + rf"{letter}\." * more + letter for more in range(1, 6))
    return [
        (rf"(?<={listed})\.{_END}", _STOP),
        (r"(?<=\sno)\.(?=\s+\S)", _STOP),  # "the No. 1", not "He said no."
        (rf"(?<=\s{letter})\.{_END}", _STOP),
        (rf"(?<={initials})\.{_END}", _STOP),
        (rf"(?<=[^\s.'-]|[^\s.'-]')(?=\.{_END})", " "),
    ]
