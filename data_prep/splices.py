"""Pairs of a sentence and a shorter one within it: ``python -m data_prep.splices TEXTS... OUT``.

TEXTS are files of English news: .jsonl (a document each, its ``paragraphs`` a list of texts), or
text with one sentence or article a line; either may be gzipped.  No text is paired with another,
and no label is read.  OUT.jsonl gets objects with ``source`` and ``target``; the lexicon of verbs
that TEXTS teach is written beside it, as OUT.verbs.json.  There are four kinds of pairs:

- *cut*: a sentence, and what is left of it when dispensable phrases are left out
  (``summ.text.shortenings``, which says nothing where it is not sure);
- *splice*: a short human sentence, or what a cut left, and the same made long by phrases of other
  sentences, of the same document where there is one;
- *kept*: a short sentence and itself;
- *denied*: a claim behind a denial, made long; the denial stays.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from data_prep.prose import records
from data_prep.sources import Report, run, tell, text_lines
from summ.data.files import open_output, write_file
from summ.errors import DataError
from summ.text.languages.en_phrases import AUXILIARIES, PREPOSITIONS
from summ.text.languages.tables import table
from summ.text.phrases import Phrase, phrases
from summ.text.sentences import split_sentences
from summ.text.shortenings import looks_complete, shortest_loss
from summ.text.verbs import VerbLexicon, bare

Words = list[str]
Kind = Literal["cut", "splice", "kept", "denied"]

LONGEST_TARGET = 12  # words
_SHORTEST_TARGET = 4
_LONGEST_SOURCE = 46
_BANK_SENTENCES = 75_000  # whose phrases any document may be given
_LEXICON_SENTENCES = 400_000
_DATELINE = re.compile(
    r"^(?:[A-Z][A-Z/ ,.-]{3,40},? (?:[A-Z][a-z]+ \d{1,2} )?(?:\(\w+\) )?[-–—_]+ )"
)
# What a sentence that makes sense by itself does not contain.
_BOUND = re.compile(r"[\"“”();:?!*|@#]|--|http|’s’|\.\.\.|\b(?:said|says|I|we|you|my|our|me|us)\b")
_FRONT = ("opener", "says_before")
_TAILS = (
    "clause", "tail", "relative_tail", "participle", "and", "place", "apposition_tail", "and_tail",
)  # fmt: skip
_DENYING = (
    "denied", "has denied", "rejected claims", "dismissed reports", "refused to confirm", "denies",
)  # fmt: skip
_SPEAKERS = (
    "The minister", "The company", "Police", "The government", "The club", "Officials",
    "The president", "The ministry",
)  # fmt: skip
# First words that have a capital only because they are first.
_LOWERED = table(
    "the a an he she they it his her their its this that these those there we some many most more "
    "at in on for but and if when as after police officials shares two three four five six several "
    "about around thousands hundreds dozens people"
)
_PLACES = ("tail", "tail,", "front", "subject", "time", "inside")
_PLACE_WEIGHTS = (26, 18, 16, 22, 8, 10)


@dataclass(frozen=True)
class SplicedPair:
    """A sentence, a shorter one within it, and how the pair was made."""

    source: str
    target: str
    kind: Kind


@dataclass
class PhraseBank:
    """Phrases of sentences by their kind; a comma is put behind the name of those behind one."""

    phrases: dict[str, list[Words]] = field(default_factory=dict)

    def add(self, words: Words, found: Iterable[Phrase]) -> None:
        """Takes the phrases of a sentence that are not too long and whose marks come in pairs."""
        for phrase in found:
            own = words[phrase.start : phrase.end]
            text = " ".join(own)
            paired = text.count('"') % 2 == 0 and all(
                text.count(left) == text.count(right) for left, right in ("“”", "()")
            )
            if len(own) <= 16 and paired:
                comma = "," if phrase.start and words[phrase.start - 1].endswith(",") else ""
                self.phrases.setdefault(phrase.kind + comma, []).append(own)

    def draw(self, rng: random.Random, kinds: Sequence[str]) -> Words | None:
        """A phrase of one of the kinds; None where there is none."""
        known = [kind for kind in kinds if self.phrases.get(kind)]
        return list(rng.choice(self.phrases[rng.choice(known)])) if known else None


class Splicer:
    """Makes short sentences long with phrases of others."""

    def __init__(self, verbs: VerbLexicon, others: PhraseBank) -> None:
        """``others`` are phrases of any document."""
        self.verbs, self.others = verbs, others

    def splice(self, target: Sequence[str], own: PhraseBank, rng: random.Random) -> Words:
        """The sentence with one to six more phrases, some of them within others.

        Args:
            own: phrases of the same document; seven in ten are taken from there if they can be.
        """
        words = list(target)
        for _ in range(rng.choice((1, 2, 2, 3, 3, 4, 4, 5, 6))):
            words = self._longer(words, own, rng)
            if len(words) > 34:
                break
        if rng.random() < 0.2 and (phrase := self._draw(rng, own, ("says_after,",))):
            words[-1] = words[-1].rstrip(",") + ","
            words += [word.rstrip(".") for word in phrase]
        return words

    def _draw(self, rng: random.Random, own: PhraseBank, kinds: Sequence[str]) -> Words | None:
        bank = own if rng.random() < 0.7 else self.others
        return bank.draw(rng, kinds) or self.others.draw(rng, kinds)

    def _longer(self, words: Words, own: PhraseBank, rng: random.Random) -> Words:
        """The words with one more phrase, or as they were where none fits."""
        main = self.verbs.main_verb(words)
        match rng.choices(_PLACES, _PLACE_WEIGHTS)[0]:
            case "front":
                return self._with_opener(words, own, rng)
            case "time":
                return self._with_time(words, main, own, rng)
            case "subject":
                return self._behind_subject(words, main, own, rng)
            case "inside":
                return self._inside(words, own, rng)
            case "tail,":
                return self._with_tail(words, own, rng, comma=True)
            case _:
                return self._with_tail(words, own, rng, comma=False)

    def _with_opener(self, words: Words, own: PhraseBank, rng: random.Random) -> Words:
        if words[0] in {"After", "In", "On", "As"}:
            return words
        phrase = self._draw(rng, own, _FRONT)
        return [*phrase, _lowered(words[0]), *words[1:]] if phrase else words

    def _with_time(
        self, words: Words, main: int | None, own: PhraseBank, rng: random.Random
    ) -> Words:
        phrase = self._draw(rng, own, ("time",))
        places = [main, main + 1, len(words)] if main else [len(words)]
        at = rng.choice(places)
        if phrase is None or (at < len(words) and words[at - 1].endswith(",")):
            return words
        return [*words[:at], *(word.rstrip(",") for word in phrase), *words[at:]]

    def _behind_subject(
        self, words: Words, main: int | None, own: PhraseBank, rng: random.Random
    ) -> Words:
        if not main or words[main - 1].endswith(","):
            return words
        if rng.random() < 0.3:
            # A clause that belongs to the subject, without commas.
            phrase = self._draw(rng, own, ("relative_tail,", "place"))
            if phrase is None or len(phrase) > 9 or phrase[0].lower() == "where":
                return words
            return [*words[:main], *(word.rstrip(",") for word in phrase), *words[main:]]
        kinds = ("aside,", "relative,", "relative_tail,", "apposition_tail,")
        phrase = self._draw(rng, own, kinds)
        if phrase is None:
            return words
        phrase[-1] = phrase[-1].rstrip(".,") + ","
        return [*words[: main - 1], words[main - 1] + ",", *phrase, *words[main:]]

    def _inside(self, words: Words, own: PhraseBank, rng: random.Random) -> Words:
        """A place before another preposition."""
        places = [
            at
            for at in range(2, len(words))
            if bare(words[at]) in PREPOSITIONS
            and bare(words[at - 1]) not in AUXILIARIES
            and not words[at - 1].endswith(",")
        ]
        phrase = self._draw(rng, own, ("place",))
        if not places or phrase is None or len(phrase) > 8:
            return words
        at = rng.choice(places)
        return [*words[:at], *(word.rstrip(",") for word in phrase), *words[at:]]

    def _with_tail(self, words: Words, own: PhraseBank, rng: random.Random, comma: bool) -> Words:
        kinds = [kind + "," for kind in _TAILS] if comma else ["clause", "place", "and"]
        phrase = self._draw(rng, own, kinds)
        if phrase is None:
            return words
        phrase[-1] = phrase[-1].rstrip(",.")
        return [*words[:-1], words[-1].rstrip(",") + ("," if comma else ""), *phrase]


def pairs_of_document(
    sentences: Sequence[str], splicer: Splicer, rng: random.Random
) -> Iterator[SplicedPair]:
    """The pairs that a document gives, or a sentence that stands alone."""
    own, verbs = PhraseBank(), splicer.verbs
    targets: list[Words] = []
    for sentence in sentences:
        words = sentence.rstrip(" .").split()
        if len(words) <= LONGEST_TARGET:
            if sentence.endswith(".") and _stands_alone(words, verbs):
                targets.append(words)
            continue
        if len(words) > _LONGEST_SOURCE:
            continue
        own.add(words, phrases(words, verbs))
        target = shortest_loss(sentence, rng.choice((7, 8, 9, 10, 10, 11, 12)), verbs)
        if target is not None:
            yield SplicedPair(sentence, target, "cut")
            if rng.random() < 0.5 and _stands_alone(target.split(), verbs):
                targets.append(target.split())
    for words in targets:
        pair = _lengthened(words, splicer, own, rng)
        if pair is not None:
            yield pair


def _lengthened(
    words: Words, splicer: Splicer, own: PhraseBank, rng: random.Random
) -> SplicedPair | None:
    """A short sentence as the target of one pair; None where its source gets too long or short."""
    target = " ".join(words)
    if rng.random() < 0.12:
        return SplicedPair(f"{target}.", target, "kept")
    if len(words) <= 9 and rng.random() < 0.04:
        return _denied(words, splicer, own, rng)
    source = splicer.splice(words, own, rng)
    if not len(words) + 3 <= len(source) <= _LONGEST_SOURCE:
        return None
    return SplicedPair(" ".join(source) + ".", target, "splice")


def _denied(
    words: Words, splicer: Splicer, own: PhraseBank, rng: random.Random
) -> SplicedPair | None:
    """A claim behind a denial: the denial stays."""
    claim = [_lowered(words[0]), *words[1:]]
    denial = [*rng.choice(_SPEAKERS).split(), *rng.choice(_DENYING).split()]
    day = rng.choice((["on", "Monday"], ["on", "Friday"], []))
    target = [*denial, "that", *claim]
    source = [*denial, *day, "that", *splicer.splice(claim, own, rng)]
    if len(target) > LONGEST_TARGET or len(source) > _LONGEST_SOURCE:
        return None
    return SplicedPair(" ".join(source) + ".", " ".join(target), "denied")


def _stands_alone(words: Words, verbs: VerbLexicon) -> bool:
    """Whether a short sentence makes sense by itself, so that it may be a target."""
    if len(words) < _SHORTEST_TARGET or not words[0][:1].isupper():
        return False
    return _BOUND.search(" ".join(words)) is None and looks_complete(words, words, verbs)


def _lowered(word: str) -> str:
    """A first word as it is written elsewhere."""
    return word.lower() if word.lower() in _LOWERED else word


def documents(paths: Sequence[Path], report: Report) -> Iterator[list[str]]:
    """The sentences of each text, without datelines."""
    for path in paths:
        if ".jsonl" in path.suffixes:
            for paragraphs in records(path, report):
                yield [sentence for paragraph in paragraphs for sentence in paragraph]
        else:
            lines = (line for line in text_lines(path, report) if line)
            yield from (split_sentences(_DATELINE.sub("", line)) for line in lines)


def splices(
    texts: Sequence[Sequence[str]], verbs: VerbLexicon, rng: random.Random
) -> Iterator[SplicedPair]:
    """The pairs of all texts, these in random order."""
    sentences = [sentence for text in texts for sentence in text]
    bank = PhraseBank()
    for sentence in rng.sample(sentences, min(len(sentences), _BANK_SENTENCES)):
        words = sentence.rstrip(" .").split()
        if _SHORTEST_TARGET < len(words) <= _LONGEST_SOURCE:
            bank.add(words, phrases(words, verbs))
    splicer = Splicer(verbs, bank)
    for place in rng.sample(range(len(texts)), len(texts)):
        yield from pairs_of_document(texts[place], splicer, rng)


def make(paths: Sequence[Path], output: Path, most: int | None, seed: int) -> dict[str, int]:
    """Writes the pairs and the lexicon; returns how many pairs there are of each kind.

    Args:
        most: stop after so many pairs; None goes on to the last text.

    Raises:
        DataError: a text cannot be read, there is no pair in them, or nothing can be written.
    """
    rng = random.Random(seed)
    report = Report("skip")
    texts = [text for text in documents(paths, report) if text]
    sentences = [sentence for text in texts for sentence in text]
    tell(f"{len(texts)} texts of {len(sentences)} sentences")
    known = rng.sample(sentences, min(len(sentences), _LEXICON_SENTENCES))
    verbs = VerbLexicon.learn(known)
    counts: Counter[str] = Counter()
    with open_output(output) as file:
        for pair in splices(texts, verbs, rng):
            line = {"source": pair.source, "target": pair.target}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            counts[pair.kind] += 1
            if counts.total() == most:
                break
        if not counts:
            raise DataError(
                f"{', '.join(map(str, paths))}: no sentence can be shortened. Give English news "
                "in sentences, as much as there is: verbs are learned from it."
            )
    write_file(
        output.with_suffix(".verbs.json"), json.dumps(verbs.lists(), ensure_ascii=False) + "\n"
    )
    return dict(sorted(counts.items()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "texts", metavar="TEXTS", type=Path, nargs="+", help="files of English news"
    )
    parser.add_argument("output", metavar="OUT", type=Path, help="file of pairs, .jsonl")
    parser.add_argument("--most", type=int, metavar="N", help="stop after so many pairs")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)

    def job() -> None:
        counts = make(given.texts, given.output, given.most, given.seed)
        sys.stdout.write(json.dumps(counts, indent=1) + "\n")

    return run("splices", job)


if __name__ == "__main__":
    sys.exit(main())
