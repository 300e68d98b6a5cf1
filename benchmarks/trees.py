"""Trees over words against a treebank: F1 of the phrases of each sentence.

    python benchmarks/trees.py TREEBANK.txt.gz MODEL...

The treebank is in the brackets of the Penn Treebank.  Traces and marks are left out of its trees,
and so are phrases of one word and whole sentences; a sentence without other phrases has F1 1 if
none is claimed.  In Markdown: the mean F1 of sentences, %, of all and of those of up to ten words,
for right-branching trees and each model, which reads the sentences with their marks; then the same
where it does not see them; beside both the 95 % interval of the lead over right branching.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from nltk import Tree

from summ.evaluation.significance import bootstrap_means, interval
from summ.evaluation.tables import table
from summ.families.tree.model import TreeModel, load_tree_model
from summ.networks.phrase_borders import Span, Words, spans_of

_MARKS = frozenset({",", ".", ":", "``", "''", "-LRB-", "-RRB-", "$", "#"})
_SHORT = 10


@dataclass(frozen=True)
class Parsed:
    """The words of a sentence, where marks stand before them, and its phrases."""

    words: list[str]
    behind_mark: list[bool]
    phrases: set[Span]


def sentences(file: Path) -> Iterator[Parsed]:
    """Those of two words and more."""
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        text, depth, start = stream.read(), 0, 0
    for place, sign in enumerate(text):
        if sign == "(":
            start = place if depth == 0 else start
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth == 0:
                parsed = _parsed(Tree.fromstring(text[start : place + 1]))
                if len(parsed.words) > 1:
                    yield parsed


def _parsed(tree: Tree) -> Parsed:
    words: list[str] = []
    behind_mark: list[bool] = [False]
    spans: list[Span] = []

    def walk(node: Tree) -> None:
        if not isinstance(node[0], Tree):
            if node.label() in _MARKS:
                behind_mark[-1] = True
            elif node.label() != "-NONE-":
                words.append(node[0])
                behind_mark.append(False)
            return
        start = len(words)
        for part in node:
            walk(part)
        spans.append((start, len(words)))

    walk(tree)
    return Parsed(words, behind_mark[:-1], inner(set(spans), len(words)))


def inner(spans: set[Span], words: int) -> set[Span]:
    return {(i, j) for i, j in spans if 1 < j - i < words}


def f1(found: set[Span], right: set[Span]) -> float:
    if not right:
        return float(not found)
    return 2 * len(found & right) / (len(found) + len(right))


def of_model(model: TreeModel, marks: bool) -> Callable[[Parsed], set[Span]]:
    def spans(one: Parsed) -> set[Span]:
        pieces = [ids or [model.vocabulary.unk] for ids in model.vocabulary.encode(one.words)]
        behind = one.behind_mark if marks else [False] * len(pieces)
        return model.spans(Words(pieces, behind))

    return spans


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("treebank", type=Path)
    parser.add_argument("models", type=Path, nargs="+")
    asked = parser.parse_args()
    parsed = list(sentences(asked.treebank))
    short = np.array([len(one.words) <= _SHORT for one in parsed])
    ways: dict[str, Callable[[Parsed], set[Span]]] = {
        "right branching": lambda one: spans_of([-float(k) for k in range(len(one.words) - 1)])
    }
    for folder in asked.models:
        model = load_tree_model(folder)
        ways[str(folder)] = of_model(model, marks=True)
        ways[f"{folder}, marks unseen"] = of_model(model, marks=False)
    rows, first = [], None
    for name, spans in ways.items():
        found = np.array([f1(inner(spans(one), len(one.words)), one.phrases) for one in parsed])
        first = found if first is None else first
        row = [name]
        for part in (np.ones_like(short), short):
            ((low, high),) = interval(bootstrap_means((found - first)[part][:, None], 2000, seed=1))
            row.append(f"{100 * found[part].mean():.1f} ({100 * low:+.1f} to {100 * high:+.1f})")
        rows.append(row)
    head = ("trees", f"F1, {len(parsed)} sentences", f"F1, {short.sum()} of up to {_SHORT} words")
    sys.stdout.write(table(head, rows, "markdown") + "\n")


if __name__ == "__main__":
    main()
