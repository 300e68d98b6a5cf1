"""Pairs for a shortener: ``python -m data_prep.phrase_pairs RAW OUT --language de``.

For any language whose file names the words that begin phrases.  RAW is what
``data_prep.running_text`` wrote: ``documents.txt``, long sentences, and ``lines.txt``, short ones
of other articles.  OUT gets ``pairs.jsonl``, records ``{"text", "summary", "kind"}``, and the
folder ``vocabulary``.  The kinds:

- ``cut``: a long sentence, and the fullest line that its phrases leave within some number of words;
- ``splice``: a short sentence, and the same with one to four phrases of other sentences in it;
- ``kept``: a short sentence and itself.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data_prep.line_pair import LinePair, write_corpus
from data_prep.sources import described, run, tell
from summ.errors import DataError
from summ.text.folding import Folded, fold
from summ.text.languages.language import Language, language
from summ.text.loose_phrases import LoosePhrases, fullest_line
from summ.text.words import count_words

_BUDGETS = (7, 8, 9, 10, 11, 12, 14, 16)
_INSERTIONS = (1, 1, 2, 2, 3, 4)
_MOST_WORDS = 40  # of a source
_LONGEST_CLAUSE = 16
_CUT, _KEPT = 0.4, 0.05  # shares
_FOR_BANK = 30_000


@dataclass(frozen=True)
class Word:
    """A word as it stands in a text; ``glued`` if no space is before it."""

    surface: str
    glued: bool


@dataclass
class PhraseBank:
    """Phrases of many sentences by how they are put into another."""

    phrases: list[list[Word]] = field(default_factory=list)
    clauses: list[list[Word]] = field(default_factory=list)
    brackets: list[list[Word]] = field(default_factory=list)

    def add(self, sentence: Folded, own: Language) -> None:
        size = len(sentence.tokens)
        for start, end in LoosePhrases(sentence, own).spans:
            first, last = sentence.tokens[start], sentence.tokens[end - 1]
            words = words_of(sentence, range(start, end))
            if first in {"(", "["}:
                self.brackets.append(words)
            elif first == "," and (end == size or last == ",") and len(words) <= _LONGEST_CLAUSE:
                clause = words if end == size else words[:-1]
                if not any(word.surface in {",", ";", ":"} for word in clause[1:]):
                    self.clauses.append(clause)
            elif first in own.prepositions:
                self.phrases.append(words)


def words_of(sentence: Folded, places: Sequence[int]) -> list[Word]:
    """The words at some places, the first with a space before it unless it is a comma."""
    return [
        Word(sentence.surfaces[place], sentence.glued[place] and place == before + 1)
        if sentence.tokens[place] != ","
        else Word(",", True)
        for before, place in zip([-1, *places], places, strict=False)
    ]


def written(words: Sequence[Word]) -> str:
    """The words as a text."""
    return "".join(word.surface if word.glued else f" {word.surface}" for word in words).strip()


def insertion_places(words: Sequence[Word], own: Language) -> list[int]:
    """Where a phrase may be put into a short sentence: before another one, or at its end."""
    size = len(words)
    places = [
        place
        for place in range(2, size)
        if words[place].surface in own.prepositions and not words[place].glued
    ]
    if not own.noun_capitals or words[-1].surface[:1].isupper():
        places.append(size)
    elif size > 3:
        places.append(size - 1)  # before the verb
    return places


def noun_places(words: Sequence[Word], own: Language) -> list[int]:
    """Behind which words a clause or a bracket may stand: nouns, where capitals tell them."""
    return [
        place
        for place in range(2, len(words) + 1)
        if (not own.noun_capitals or words[place - 1].surface[:1].isupper())
        and words[place - 1].surface.isalpha()
        and words[place - 1].surface.lower() not in own.function_words
        and (place == len(words) or words[place].surface.islower())
    ]


def spliced(target: list[Word], bank: PhraseBank, own: Language, rng: random.Random) -> list[Word]:
    """A short sentence with phrases of other sentences in it."""
    words = target
    for _ in range(rng.choice(_INSERTIONS)):
        match rng.choices(("phrase", "clause", "bracket"), (6, 4, 1)):
            case ["phrase"]:
                places, new = insertion_places(words, own), rng.choice(bank.phrases)
            case ["clause"]:
                places, new = noun_places(words, own) + [len(words)] * 2, rng.choice(bank.clauses)
            case _:
                places, new = noun_places(words, own), rng.choice(bank.brackets or bank.clauses)
        if not places:
            continue
        place = rng.choice(places)
        closes = new[0].surface == "," and place < len(words)
        new = [*new, Word(",", True)] if closes and words[place].surface != "," else new
        longer = [*words[:place], *new, *words[place:]]
        if sum(not word.glued for word in longer) > _MOST_WORDS:
            break
        words = longer
    return words


def pairs(
    documents: Sequence[str], lines: Sequence[str], own: Language, count: int, rng: random.Random
) -> Iterator[LinePair]:
    """So many pairs."""
    bank = PhraseBank()
    for text in documents[:_FOR_BANK]:
        bank.add(sentence_of(text), own)
    if not bank.phrases or not bank.clauses:
        raise DataError(
            f"documents.txt: no phrases were found in it by the words of '{own.code}'. Name the "
            f"prepositions and clauses of the language in {own.code}.toml."
        )
    targets = list(lines)
    made = 0
    while made < count:
        drawn = rng.random()
        pair = _cut(rng.choice(documents), own, rng) if drawn < _CUT else None
        if drawn < _CUT:
            if pair is not None and count_words(pair.summary) <= 12:
                targets.append(pair.summary)
        else:
            target = sentence_of(rng.choice(targets))
            words = words_of(target, range(len(target.tokens)))
            kind = "kept" if drawn > 1 - _KEPT else "splice"
            longer = words if kind == "kept" else spliced(words, bank, own, rng)
            pair = LinePair(written(longer), written(words), kind)
            if kind == "splice" and len(longer) == len(words):
                continue
        if pair is not None:
            made += 1
            yield pair


def sentence_of(text: str) -> Folded:
    """A sentence's words, without the mark at its end."""
    return fold(text.strip().rstrip(".!?").rstrip())


def _cut(text: str, own: Language, rng: random.Random) -> LinePair | None:
    """A long sentence and its fullest line; None if the phrases leave none, or nearly all of it."""
    sentence = sentence_of(text)
    words = rng.choice(_BUDGETS)
    line = fullest_line(LoosePhrases(sentence, own), words)
    if line is None or 2 * len(line) < words or len(line) + 2 > len(sentence.tokens):
        return None
    source = written(words_of(sentence, range(len(sentence.tokens))))
    return LinePair(source, written(words_of(sentence, line)), "cut")


def corpus(given: argparse.Namespace) -> None:
    """Writes the pairs and the vocabulary; the folder appears whole or not at all."""
    rng, own = random.Random(given.seed), language(given.language)
    sides = []
    for name in ("documents.txt", "lines.txt"):
        try:
            texts = (given.raw / name).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(
                f"{given.raw / name}: cannot be read ({error}). Make it with "
                "data_prep.running_text."
            ) from error
        rng.shuffle(texts)
        sides.append(texts)
    documents, lines = sides
    made = pairs(documents, lines, own, given.pairs, rng)
    write_corpus(given.output, documents + lines, given.vocabulary_size, made)
    tell(f"{len(documents)} documents, {len(lines)} lines, {given.pairs} pairs")


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    options = described(__doc__)
    options.add_argument("raw", metavar="RAW", type=Path, help="folder of data_prep.running_text")
    options.add_argument("output", metavar="OUT", type=Path, help="folder to make")
    options.add_argument("--language", required=True, help="ISO 639-1, as 'de'")
    options.add_argument("--pairs", type=int, default=30_000)
    options.add_argument("--vocabulary-size", type=int, default=4000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args(arguments)
    return run("phrase_pairs", lambda: corpus(given))


if __name__ == "__main__":
    sys.exit(main())
