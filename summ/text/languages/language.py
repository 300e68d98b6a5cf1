"""What summ knows of a language: a short file of words for each, ``CODE.toml`` beside this one.

A language without a file is read and summarized as well; its function words then count as words,
and its abbreviations are those that sentencex knows.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from summ.text.languages.tables import table

_FOLDER = Path(__file__).parent
_CODE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True)
class Language:
    """A language's words by what they do, all in lower case.

    Attributes:
        code: ISO 639-1, or 639-3 where it has no shorter code.
        function_words: without content of their own.
        negations: that deny what stands near them.
        abbreviations: with their full stop, which ends a sentence only before a capital.
        titles: abbreviations before a name; their full stop ends no sentence.
    """

    code: str
    name: str
    function_words: frozenset[str] = frozenset()
    negations: frozenset[str] = frozenset()
    abbreviations: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()

    @cached_property
    def stop_words(self) -> frozenset[str]:
        """Words that do not tell what a sentence is about."""
        return self.function_words | self.negations


@lru_cache(maxsize=128)
def language(code: str) -> Language:
    """The language of a code; one without words if it has no file."""
    path = _FOLDER / f"{code}.toml"
    if not _CODE.fullmatch(code) or not path.is_file():
        return Language(code, code)
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    return Language(
        code,
        values["name"],
        table(values["function_words"]),
        table(values["negations"]),
        table(values["abbreviations"]),
        table(values["titles"]),
    )


def known_languages() -> tuple[str, ...]:
    """The codes of all languages with a file, in alphabetical order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))
