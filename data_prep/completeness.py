"""A judge of completeness from human lines alone: ``python -m data_prep.completeness MODEL OUT``.

MODEL is a shortener's folder, whose lexicon of verbs tells the classes of words; OUT is the judge's
file (``completeness.safetensors`` in such a folder).  Complete are human headlines and short human
sentences, as they are and without the words that headlines spare.  Incomplete are the same ones
and longer sentences broken on purpose: cut short, cut behind their subject or before a phrase that
they need, without their verb, with words of another line glued on, with a part skipped.  No line is
read together with a text that it summarises.
"""

from __future__ import annotations

import argparse
import gzip
import lzma
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import torch
from torch import nn

from summ.families.shortener.completeness import SLOTS, Completeness, slots
from summ.families.shortener.model import load_shortener
from summ.text.folding import fold
from summ.text.languages.en_phrases import PREPOSITIONS, SUBORDINATORS
from summ.text.languages.tables import table
from summ.text.shortenings import looks_complete
from summ.text.verbs import VerbLexicon, bare

_SHORT = range(4, 14)  # words of a sentence that is a line as it is
_LONG = range(14, 41)  # of one that is broken
_LABEL = re.compile(r"^(?:[A-Z]{3,}[A-Z 0-9-]*-|[A-Z ]{4,}:)\s*")
_NO_LINE = re.compile(r"[:|\"“”]|-sources?$|--")
_ARTICLES = table("a an the")
_SPARED = table("is are was were has have")
_OPTIONAL = PREPOSITIONS | SUBORDINATORS | table("and who which until")


@dataclass(frozen=True)
class Line:
    """A line, whether it is complete, and how it came about."""

    text: str
    complete: bool
    kind: str


def from_headline(words: Sequence[str], other: Sequence[str], rng: random.Random) -> Iterator[Line]:
    """A headline as it is, cut short, or with the beginning of another glued on."""
    lot = rng.random()
    if lot < 0.65:
        yield Line(" ".join(words), True, "headline")
    elif lot < 0.9 and len(words) > 5:
        end = rng.randint(max(3, len(words) - 4), len(words) - 1)
        if not _may_end(words, end) or rng.random() < 0.2:
            yield Line(" ".join(words[:end]), False, "cut headline")
    else:
        yield Line(" ".join([*words, *other[: rng.randint(1, 2)]]), False, "tail")


def from_short(
    words: Sequence[str], other: Sequence[str], verbs: VerbLexicon, rng: random.Random
) -> Iterator[Line]:
    """A short sentence as it is, as a headline, cut short, without its verb, or with a tail."""
    lot = rng.random()
    main = verbs.main_verb(words, lenient=True)
    if lot < 0.3:
        yield Line(" ".join(words), True, "sentence")
    elif lot < 0.6:
        yield Line(" ".join(_as_headline(words, verbs, rng)), True, "spared")
    elif lot < 0.85 and len(words) > 5:
        end = rng.randint(max(3, len(words) - 4), len(words) - 1)
        if not (_may_end(words, end) and looks_complete(words[:end], words, verbs)):
            yield Line(_either(words[:end], verbs, rng), False, "cut sentence")
    elif lot < 0.93 and main is not None and main + 1 < len(words):
        yield Line(" ".join([*words[:main], *words[main + 1 :]]), False, "no verb")
    elif len(other) > 8:
        start = rng.randint(2, len(other) - 4)
        tail = other[start : start + rng.randint(1, 3)]
        yield Line(" ".join([*words, *tail]), False, "tail")


def from_long(words: Sequence[str], verbs: VerbLexicon, rng: random.Random) -> Iterator[Line]:
    """A long sentence cut short, behind its subject, before what it needs, or with a skip."""
    lot = rng.random()
    main = verbs.main_verb(words, lenient=True)
    if lot < 0.55:
        end = rng.randint(4, 12)
        if not _may_end(words, end) or not looks_complete(words[:end], words, verbs):
            yield Line(_either(words[:end], verbs, rng), False, "cut")
    elif lot < 0.75 and main is not None and 3 <= main <= 10:
        yield Line(_either(words[:main], verbs, rng), False, "subject")
    elif lot < 0.9:
        ends = range(rng.randint(4, 8), 13)
        needed = _OPTIONAL | {"of", "to", "that"}
        for end in ends:
            if bare(words[end]) in needed and not looks_complete(words[:end], words, verbs):
                yield Line(_either(words[:end], verbs, rng), False, "phrase")
                break
    else:
        end = rng.randint(3, 7)
        start = rng.randint(max(end + 2, len(words) - 8), len(words) - 2)
        yield Line(" ".join([*words[:end], *words[start:]]), False, "skip")


def learn(lines: Sequence[Line], verbs: VerbLexicon, epochs: int, seed: int) -> Completeness:
    """Logistic regression by AdaGrad, with labels smoothed by 2 %."""
    torch.manual_seed(seed)
    rows = [sorted(slots(fold(line.text).tokens, verbs)) for line in lines]
    labels = torch.tensor([0.98 if line.complete else 0.02 for line in lines])
    bag = nn.EmbeddingBag(SLOTS, 1, mode="sum", sparse=True)
    nn.init.zeros_(bag.weight)
    bias = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.Adagrad([bag.weight, bias], lr=0.05)
    for _ in range(epochs):
        for batch in torch.randperm(len(rows)).split(256):
            chosen = [rows[place] for place in batch.tolist()]
            starts = torch.tensor([0, *(len(row) for row in chosen[:-1])]).cumsum(0)
            logits = bag(torch.tensor([*chain.from_iterable(chosen)]), starts)[:, 0] + bias
            loss = nn.functional.binary_cross_entropy_with_logits(logits, labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return Completeness(bag.weight.detach()[:, 0].clone(), bias.item(), verbs)


def ranked_higher(judge: Completeness, complete: Sequence[Line], broken: Sequence[Line]) -> float:
    """How often a complete line has the higher logit of a pair: the area under the ROC curve."""
    better, worse = (
        torch.tensor([judge.logit(fold(line.text).tokens) for line in lines])
        for lines in (complete, broken)
    )
    return (better[:, None] > worse[None]).float().mean().item()


def _may_end(words: Sequence[str], end: int) -> bool:
    """Whether what goes on behind so many words may be optional."""
    return bare(words[end]) in _OPTIONAL or words[end - 1].endswith((",", ";", ":"))


def _either(words: Sequence[str], verbs: VerbLexicon, rng: random.Random) -> str:
    shown = words if rng.random() < 0.5 else _as_headline(words, verbs, rng)
    return " ".join(shown).rstrip(" ,;:-–—")


def _as_headline(words: Sequence[str], verbs: VerbLexicon, rng: random.Random) -> list[str]:
    """Without articles, and mostly without auxiliaries."""
    kept = [word for word in words if bare(word) not in _ARTICLES]
    found = []
    for word, after in zip(kept, [*map(bare, kept[1:]), ""], strict=True):
        helps = after.endswith(("ed", "ing")) or after in {"to", "been"} | verbs.passive
        if found and bare(word) in _SPARED and helps and rng.random() < 0.7:
            continue
        found.append(word)
    return found


def _read(path: Path) -> Iterator[str]:
    opener = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield line.strip()


def _lines(given: argparse.Namespace, verbs: VerbLexicon) -> list[Line]:
    rng, found = random.Random(given.seed), list[Line]()
    headlines = [_LABEL.sub("", line) for path in given.headlines for line in _read(path)]
    headlines = [line for line in headlines if 5 <= len(line.split()) <= 12]
    headlines = [line for line in headlines if not _NO_LINE.search(line)]
    rng.shuffle(headlines)
    heads = [line.rstrip(".").split() for line in headlines[: given.most]]
    sentences = [line for path in given.sentences for line in _read(path) if line.endswith(".")]
    rng.shuffle(sentences)
    split = [line.rstrip(" .").split() for line in sentences]
    short = [words for words in split if len(words) in _SHORT][: given.most]
    long = [words for words in split if len(words) in _LONG][: given.most]
    for words in heads:
        found += from_headline(words, rng.choice(heads), rng)
    for words in short:
        found += from_short(words, rng.choice(long), verbs, rng)
    for words in long:
        found += from_long(words, verbs, rng)
    rng.shuffle(found)
    return found


def main() -> None:
    """Reads the command line, teaches the judge, and tests it on lines that were kept aside."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--headlines", type=Path, nargs="+", required=True)
    parser.add_argument("--sentences", type=Path, nargs="+", required=True)
    parser.add_argument("--most", type=int, default=110_000, help="lines of each kind of source")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--untaught", default="", help="a kind that is only tested")
    given = parser.parse_args()
    verbs = load_shortener(given.model).verbs
    lines = _lines(given, verbs)
    sys.stderr.write(f"{dict(Counter(line.kind for line in lines))}\n")
    aside = len(lines) // 25
    taught = [line for line in lines[aside:] if line.kind != given.untaught]
    judge = learn(taught, verbs, given.epochs, given.seed)
    complete = [line for line in lines[:aside] if line.complete]
    broken = [line for line in lines[:aside] if not line.complete]
    sys.stdout.write(f"all kinds: {ranked_higher(judge, complete, broken):.3f}\n")
    for kind in sorted({line.kind for line in broken}):
        one = [line for line in broken if line.kind == kind]
        sys.stdout.write(f"{kind}: {ranked_higher(judge, complete, one):.3f}\n")
    judge.save(given.out)


if __name__ == "__main__":
    main()
