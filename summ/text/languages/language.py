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
_TABLES = ("function_words", "negations", "abbreviations", "titles")
# Wanted only where sentences shall be shortened.
_PHRASE_TABLES = (
    "prepositions",
    "clauses",
    "additions",
    "conjunctions",
    "adverbs",
    "genitives",
    "speech",
    "auxiliaries",
    "joints",
    "amounts",
    "heads",
    "articles",
    "attached",
    "free",
    "counted_from",
    "pronouns",
    "ranges",
    "owners",
    "reflexives",
    "offices",
    "quantities",
    "reported",
    "settings",
    "times",
    "qualifiers",
    "particles",
    "postpositions",
)
_RULES = ("noun_capitals", "verb_second")
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
        prepositions: that begin phrases which a sentence can do without; see ``loose_phrases``.
        clauses: that begin, behind a comma, such clauses: *who, because*, never *if*.
        additions: that begin, behind a comma, other such parts: *a, such as, said*.
        speech: finite verbs of saying; with one before it, the last clause is what was said.
        auxiliaries: finite; behind *and*, one begins a second statement.
        conjunctions: behind a comma, of a second statement.
        adverbs: that may always go.
        amounts: prepositions that, before a number, say how many.
        genitives: articles that tie a noun to the one before it.
        joints: *and, or*: between two of a kind.
        heads: that need the phrase behind them: *in contrast (to that)*.
        articles: before nouns, with prepositions that hold one.
        attached: prepositions that, behind a noun, explain it: *of*.
        free: prepositions, also with an article (*in-der*), that no verb needs.
        counted_from: prepositions behind a length of time: *two years after*.
        pronouns: that mean somebody or something named before.
        ranges: two words that go together, with a hyphen: *from-to*.
        owners: prepositions that say whose something is, or by whom it is done.
        reflexives: that stay behind the verb.
        offices: ends of nouns that stand before the names of persons.
        quantities: that stand before a noun as articles do: *three, at least*.
        reported: verbs in the mood of reported speech.
        settings: prepositions that say when, where or why; without a verb behind it, such a
            phrase may end a sentence, and stand first in it, without being missed.
        times: nouns of time; a phrase of one may always go.
        qualifiers: beginnings of adjectives without which a noun says something else: *former*.
        particles: small words inside names: *Rio de Janeiro*.
        postpositions: prepositions behind their nouns.
        noun_capitals: whether nouns are written with a capital.
        verb_second: whether the verb of a statement stands second and its other parts last.
    """

    code: str
    name: str
    function_words: frozenset[str] = frozenset()
    negations: frozenset[str] = frozenset()
    abbreviations: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    prepositions: frozenset[str] = frozenset()
    clauses: frozenset[str] = frozenset()
    additions: frozenset[str] = frozenset()
    conjunctions: frozenset[str] = frozenset()
    adverbs: frozenset[str] = frozenset()
    speech: frozenset[str] = frozenset()
    auxiliaries: frozenset[str] = frozenset()
    joints: frozenset[str] = frozenset()
    amounts: frozenset[str] = frozenset()
    genitives: frozenset[str] = frozenset()
    heads: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    attached: frozenset[str] = frozenset()
    free: frozenset[str] = frozenset()
    counted_from: frozenset[str] = frozenset()
    pronouns: frozenset[str] = frozenset()
    ranges: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    reflexives: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()
    quantities: frozenset[str] = frozenset()
    reported: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()
    qualifiers: frozenset[str] = frozenset()
    particles: frozenset[str] = frozenset()
    postpositions: frozenset[str] = frozenset()
    noun_capitals: bool = False
    verb_second: bool = False

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
    always = {key: table(values[key]) for key in _TABLES}
    of_phrases = {key: table(values.get(key, "")) for key in _PHRASE_TABLES}
    capitals, second = (bool(values.get(key, False)) for key in _RULES)
    return Language(
        code,
        values["name"],
        **always,
        **of_phrases,
        noun_capitals=capitals,
        verb_second=second,
    )


def known_languages() -> tuple[str, ...]:
    """The codes of all languages with a file, in alphabetical order."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))
