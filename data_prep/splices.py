"""Pairs of a long sentence and a short one within it: ``python -m data_prep.splices OUT FILE...``.

A FILE holds a sentence a line (``.txt``), or records with ``paragraphs`` (``.jsonl``); both may be
compressed (``.gz``, ``.xz``).  OUT gets records ``{"text", "summary", "words", "kind"}``; the
lexicon of verbs that the files teach is written beside it (``OUT.verbs.json``).  None of the kinds
needs a label:

- ``cut``: a natural sentence, and what is left without its dispensable phrases
  (``summ.text.shortenings``, which is silent where it is not sure);
- ``splice``: a short human sentence, or what a cut left, and the same made long with phrases of
  other sentences, of the same document where there is one;
- ``denied``: the same behind a denial, which stays;
- ``kept``: a short sentence and itself.

``words`` is what is to be asked for in training: a ceiling, drawn between the words of the summary
and twelve, so that a line learns to end where it is complete.
"""

from __future__ import annotations

import argparse
import gzip
import json
import lzma
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

from summ.text.languages.en_phrases import AUXILIARIES, PREPOSITIONS
from summ.text.languages.tables import table
from summ.text.phrase import Phrase
from summ.text.phrases import phrases
from summ.text.sentences import split_sentences
from summ.text.shortenings import looks_complete, shortest_loss
from summ.text.verbs import VerbLexicon, bare

_CEILING = 12  # words of a line
_FEWEST = 4
_LONGEST_SOURCE = 46  # words
_LONGEST_PHRASE = 16
_LONGEST_SPLICED = 34  # words beyond which no phrase is added
_BUDGETS = (7, 8, 9, 10, 10, 11, 12)
_PHRASES = (1, 2, 2, 3, 3, 4, 4, 5, 6)
_OWN_SHARE = 0.7  # of phrases that come from the same document
_KEPT_SHARE, _DENIED_SHARE = 0.12, 0.04
_FOR_LEXICON = 300_000  # sentences
_FOR_BANK = 75_000
_TAILS = ("clause", "tail", "relative_tail", "participle", "and", "place", "apposition_tail")
_SPEAKERS = ("The minister", "The company", "The government", "The club", "The president")
_DENYING = ("denied", "has denied", "rejected claims", "dismissed reports", "denies")
_DAYS = (("on", "Monday"), ("on", "Friday"), ())
_NO_TARGET = re.compile(r"[\"“”();:?!*|@#]|--|http|\.\.\.|\b(?:said|says|I|we|you|my|our|me|us)\b")
_LOWERED = table("the a an he she they it his her their its this that some many most")


@dataclass(frozen=True)
class Pair:
    """A source, a line within it, and the most words that are asked for."""

    text: str
    summary: str
    words: int
    kind: str


@dataclass
class PhraseBank:
    """Phrases of sentences, by kind; a comma is added to the kind of those that follow one."""

    phrases: dict[str, list[list[str]]] = field(default_factory=dict)

    def add(self, words: Sequence[str], found: Iterable[Phrase]) -> None:
        """Collects the phrases of a sentence, those of unpaired marks left out."""
        for phrase in found:
            taken = list(words[phrase.start : phrase.end])
            text = " ".join(taken)
            paired = text.count('"') % 2 == 0 and text.count("“") == text.count("”")
            if len(taken) <= _LONGEST_PHRASE and paired and text.count("(") == text.count(")"):
                comma = phrase.start > 0 and words[phrase.start - 1].endswith(",")
                self.phrases.setdefault(phrase.kind + "," * comma, []).append(taken)

    def draw(self, rng: random.Random, kinds: Sequence[str]) -> list[str] | None:
        """A phrase of one of the kinds; None if there is none."""
        known = [kind for kind in kinds if kind in self.phrases]
        return list(rng.choice(self.phrases[rng.choice(known)])) if known else None


class Splicer:
    """Makes short sentences long."""

    def __init__(self, verbs: VerbLexicon, others: PhraseBank) -> None:
        """A splicer; ``others`` are phrases of many documents."""
        self.verbs = verbs
        self._others = others

    def splice(self, target: Sequence[str], own: PhraseBank, rng: random.Random) -> list[str]:
        """The words of a sentence with one to six phrases, some within others."""
        words = list(target)
        for _ in range(rng.choice(_PHRASES)):
            kinds = (self._tail, self._front, self._behind_subject, self._time, self._inside)
            (add,) = rng.choices(kinds, (44, 16, 22, 8, 10))
            words = add(words, own, rng)
            if len(words) > _LONGEST_SPLICED:
                break
        if rng.random() < 0.2 and (said := self._draw(own, rng, ("says_after,",))):
            words = [*words[:-1], words[-1].rstrip(",") + ",", *said]
        return words

    def _draw(self, own: PhraseBank, rng: random.Random, kinds: Sequence[str]) -> list[str] | None:
        bank = own if rng.random() < _OWN_SHARE else self._others
        drawn = bank.draw(rng, kinds) or self._others.draw(rng, kinds)
        return drawn and [*drawn[:-1], drawn[-1].rstrip(".")]

    def _tail(self, words: list[str], own: PhraseBank, rng: random.Random) -> list[str]:
        comma = rng.random() < 0.4
        kinds = [kind + "," for kind in _TAILS] if comma else ["clause", "place", "and"]
        phrase = self._draw(own, rng, kinds)
        if phrase is None:
            return words
        return [*words[:-1], words[-1].rstrip(",") + "," * comma, *_open(phrase)]

    def _front(self, words: list[str], own: PhraseBank, rng: random.Random) -> list[str]:
        phrase = self._draw(own, rng, ("opener", "says_before"))
        return words if phrase is None else [*phrase, *_lowered(words)]

    def _behind_subject(self, words: list[str], own: PhraseBank, rng: random.Random) -> list[str]:
        main = self.verbs.main_verb(words)
        if main is None or words[main - 1].endswith(","):
            return words
        kinds = ("aside,", "relative,", "relative_tail,", "apposition_tail,")
        if rng.random() < 0.3:  # without commas, as what tells which one is meant
            phrase = self._draw(own, rng, ("relative_tail,", "place"))
            if phrase is None or len(phrase) > 9 or phrase[0].lower() == "where":
                return words
            return [*words[:main], *_open(phrase), *words[main:]]
        phrase = self._draw(own, rng, kinds)
        if phrase is None:
            return words
        closed = [*_open(phrase)[:-1], _open(phrase)[-1] + ","]
        return [*words[: main - 1], words[main - 1] + ",", *closed, *words[main:]]

    def _time(self, words: list[str], own: PhraseBank, rng: random.Random) -> list[str]:
        phrase, main = self._draw(own, rng, ("time",)), self.verbs.main_verb(words)
        if phrase is None:
            return words
        place = rng.choice([len(words), *(() if main is None else (main, main + 1))])
        if words[place - 1].endswith(","):
            return words
        return [*words[:place], *_open(phrase), *words[place:]]

    def _inside(self, words: list[str], own: PhraseBank, rng: random.Random) -> list[str]:
        places = [
            place
            for place in range(2, len(words))
            if bare(words[place]) in PREPOSITIONS
            and bare(words[place - 1]) not in AUXILIARIES
            and not words[place - 1].endswith(",")
        ]
        phrase = self._draw(own, rng, ("place",))
        if not places or phrase is None or len(phrase) > 8:
            return words
        place = rng.choice(places)
        return [*words[:place], *_open(phrase), *words[place:]]


def pairs_of_document(
    sentences: Sequence[str], splicer: Splicer, rng: random.Random
) -> Iterator[Pair]:
    """The pairs of a document, or of a sentence that stands alone."""
    own, targets = PhraseBank(), []
    for sentence in sentences:
        words = sentence.rstrip(" .").split()
        if len(words) <= _CEILING:
            if sentence.endswith(".") and stands_alone(words, splicer.verbs):
                targets.append(words)
        elif len(words) <= _LONGEST_SOURCE:
            own.add(words, phrases(words, splicer.verbs))
            budget = rng.choice(_BUDGETS)
            short = shortest_loss(sentence, budget, splicer.verbs)
            if short is not None:
                yield Pair(sentence, short, budget, "cut")
                if rng.random() < 0.5 and stands_alone(short.split(), splicer.verbs):
                    targets.append(short.split())
    for words in targets:
        yield from _pairs_of_target(words, splicer, own, rng)


def stands_alone(words: Sequence[str], verbs: VerbLexicon) -> bool:
    """Whether a short sentence makes sense by itself, so that it may be a target."""
    if not words or not words[0][:1].isupper() or _NO_TARGET.search(" ".join(words)):
        return False
    return looks_complete(words, words, verbs)


def _pairs_of_target(
    words: list[str], splicer: Splicer, own: PhraseBank, rng: random.Random
) -> Iterator[Pair]:
    target, drawn = " ".join(words), rng.random()
    ceiling = rng.randint(len(words), _CEILING)
    if drawn < _KEPT_SHARE:
        yield Pair(target + ".", target, ceiling, "kept")
        return
    head: list[str] = []
    day: Sequence[str] = ()
    if drawn < _KEPT_SHARE + _DENIED_SHARE and len(words) <= 7:
        head = [*rng.choice(_SPEAKERS).split(), *rng.choice(_DENYING).split()]
        day, words = rng.choice(_DAYS), ["that", *_lowered(words)]
    spliced = splicer.splice(words, own, rng)
    summary, source = [*head, *words], [*head, *day, *spliced]
    if len(summary) <= _CEILING and len(summary) + 3 <= len(source) <= _LONGEST_SOURCE:
        budget = max(ceiling, len(summary))
        kind = "denied" if head else "splice"
        yield Pair(" ".join(source) + ".", " ".join(summary), budget, kind)


def _open(phrase: Sequence[str]) -> list[str]:
    """A phrase without the comma that closed it."""
    return [*phrase[:-1], phrase[-1].rstrip(",")]


def _lowered(words: Sequence[str]) -> list[str]:
    """Words whose first begins no sentence any more."""
    first = words[0].lower() if words[0].lower() in _LOWERED else words[0]
    return [first, *words[1:]]


_OPENED: dict[str, Callable[..., TextIO]] = {".gz": gzip.open, ".xz": lzma.open}


def documents_of(paths: Iterable[Path]) -> Iterator[list[str]]:
    """The sentences of each document; a line of plain text is one."""
    for path in paths:
        opened = _OPENED.get(path.suffix, open)
        with opened(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                if ".jsonl" in path.suffixes:
                    paragraphs = json.loads(line)["paragraphs"]
                    yield [one for text in paragraphs for one in split_sentences(text)]
                elif line.strip():
                    yield [line.strip()]


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes the pairs of all files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    rng = random.Random(given.seed)
    documents = list(documents_of(given.files))
    rng.shuffle(documents)
    sentences = [sentence for document in documents for sentence in document]
    verbs = VerbLexicon.learn(sentences[:_FOR_LEXICON])
    bank = PhraseBank()
    for sentence in sentences[:_FOR_BANK]:
        words = sentence.rstrip(" .").split()
        if _FEWEST < len(words) <= _LONGEST_SOURCE:
            bank.add(words, phrases(words, verbs))
    splicer = Splicer(verbs, bank)
    unfinished = given.output.with_suffix(".tmp")
    with unfinished.open("w", encoding="utf-8") as file:
        for document in documents:
            for pair in pairs_of_document(document, splicer, rng):
                file.write(json.dumps(asdict(pair), ensure_ascii=False) + "\n")
    unfinished.replace(given.output)
    lexicon = json.dumps(verbs.lists(), ensure_ascii=False) + "\n"
    given.output.with_suffix(".verbs.json").write_text(lexicon, encoding="utf-8")


if __name__ == "__main__":
    main()
