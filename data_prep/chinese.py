"""Chinese news: ``python -m data_prep.chinese RAW OUT``.  Pairs without a label, and a vocabulary.

RAW holds ``articles.txt.gz`` (sentences of news) and ``titles.txt.gz`` (titles that belong to none
of them), one text a line.  OUT gets ``pairs.jsonl``, records ``{"text", "summary", "kind"}``, and
the folder ``vocabulary``, whose pieces are characters.  The kinds of pairs:

- ``cut``: a sentence of news, and what ``summ.text.chinese`` leaves of it;
- ``splice``: a title, and the same among clauses, dates and reports of other sentences;
- ``inside``: a title, and the same with a phrase of another sentence in the middle of it;
- ``kept``: a title and itself.

Titles lose the name of their series (【...】); the space by which Chinese editors part two clauses
becomes a comma.  Sentences lose links and are left out if they are stubs.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data_prep.line_pair import LinePair, write_corpus
from data_prep.sources import Report, described, files, run, tell, text_lines
from summ.text.chinese import CLAUSE_MARKS, clauses, looks_complete, plainer, shortenings
from summ.text.words import count_words

_HAN = "\u4e00-\u9fff"
_SERIES = re.compile(r"【[^】]*】|\[[^\]]*\]|^[(（][^)）]*[)）]")
_PARTED = re.compile(rf"(?<=[{_HAN}”》）\d])\s+(?=[{_HAN}“《（\d])")
_BEGINS = re.compile(rf"[{_HAN}“《\d]")
_NO_TITLE = re.compile(r"[?？!！…~|@#]|\.\.\.|图|视频|直播|你|我")
_SENTENCE = (16, 90)  # characters
_TITLE = (7, 30)
_MOST_SPLICED = 84
_BUDGETS = (10, 12, 14, 16, 18, 20, 22, 24, 28, 32)
_PHRASES = (1, 1, 2, 2, 3, 3, 4)
_FROM_ARTICLES, _INSIDE, _KEPT = 0.5, 0.15, 0.05


@dataclass
class PhraseBank:
    """Parts of sentences: what stands before their plainer form, their clauses, short phrases."""

    heads: list[str] = field(default_factory=list)
    clauses: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)

    def add(self, sentence: str) -> None:
        plain = plainer(sentence)
        place = sentence.find(plain[:6]) if len(plain) >= 6 else -1
        if 2 < place < 30:
            self.heads.append(sentence[:place])
        parts = clauses(sentence.rstrip("。"))
        self.clauses += [part for part in parts[1:] if 5 <= len(part) <= 28]
        self.phrases += re.findall(rf"在[{_HAN}]{{2,8}}[上中下内里]|[{_HAN}]{{2,6}}的", sentence)


def plain_sentence(text: str) -> str | None:
    """A sentence of news; None for links, stubs and long ones."""
    low, high = _SENTENCE
    fits = low <= len(text) <= high and "http" not in text and "]" not in text
    return text if fits and _BEGINS.match(text) else None


def plain_title(text: str) -> str | None:
    """A title as one statement; None for questions, calls, stubs and long ones."""
    text = _PARTED.sub("，", _SERIES.sub("", text).strip())
    low, high = _TITLE
    if not _BEGINS.match(text) or not low <= count_words(text) <= high or " " in text:
        return None
    return None if _NO_TITLE.search(text) or not looks_complete(text) else text


def spliced(title: str, bank: PhraseBank, rng: random.Random) -> str:
    """A title among one to four parts of other sentences."""
    text = title
    for _ in range(rng.choice(_PHRASES)):
        match rng.choices(("head", "before", "behind"), (4, 2, 5)):
            case ["head"]:
                text = rng.choice(bank.heads) + text
            case ["before"]:
                text = rng.choice(bank.clauses) + "，" + text
            case _:
                text = text + "，" + rng.choice(bank.clauses)
        if len(text) > _MOST_SPLICED:
            break
    return text + "。"


def pairs(
    articles: Sequence[str], titles: Sequence[str], count: int, rng: random.Random
) -> Iterator[LinePair]:
    """So many pairs, half of them from articles."""
    bank = PhraseBank()
    for sentence in articles[:30_000]:
        bank.add(sentence)
    made = 0
    while made < count:
        drawn = rng.random()
        if drawn < _FROM_ARTICLES:
            text = rng.choice(articles)
            summary = next(shortenings(text, rng.choice(_BUDGETS)), None)
            if summary is None or 2 * len(summary) < min(len(text), 20):
                continue
            pair = LinePair(text, summary, "cut")
        else:
            title = rng.choice(titles)
            text = spliced(title, bank, rng)
            kind = "splice"
            if drawn < _FROM_ARTICLES + _INSIDE:
                place, kind = rng.randrange(2, len(title) - 2), "inside"
                text = text.replace(title, title[:place] + rng.choice(bank.phrases) + title[place:])
            elif drawn > 1 - _KEPT:
                text, kind = title + "。", "kept"
            pair = LinePair(text, title.rstrip(CLAUSE_MARKS), kind)
        if len(pair.text) <= _MOST_SPLICED + 6:
            made += 1
            yield pair


def corpus(given: argparse.Namespace) -> None:
    """Writes the pairs and the vocabulary; the folder appears whole or not at all."""
    report, rng = Report(given.on_error), random.Random(given.seed)
    sides: list[list[str]] = []
    for name, plain in (("articles.txt.gz", plain_sentence), ("titles.txt.gz", plain_title)):
        [path] = files(Path(given.raw), name)[:1]
        lines = (line and plain(line) for line in text_lines(path, report))
        sides.append(list(dict.fromkeys(filter(None, lines))))
        rng.shuffle(sides[-1])
    articles, titles = sides
    made = pairs(articles, titles, given.pairs, rng)
    write_corpus(given.output, articles + titles, given.vocabulary_size, made)
    tell(f"{len(articles)} articles, {len(titles)} titles, {given.pairs} pairs")


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    options = described(__doc__)
    options.add_argument("raw", metavar="RAW", help="folder of articles and titles")
    options.add_argument("output", metavar="OUT", type=Path, help="folder to make")
    options.add_argument("--pairs", type=int, default=200_000)
    options.add_argument("--vocabulary-size", type=int, default=6000)
    options.add_argument("--on-error", choices=("skip", "fail"), default="skip")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args(arguments)
    return run("chinese", lambda: corpus(given))


if __name__ == "__main__":
    sys.exit(main())
