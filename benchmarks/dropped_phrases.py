"""Whether what a shortener leaves out is a phrase of a tree model.

    summ summarize leads.jsonl --words 10 --format jsonl > lines.jsonl
    python benchmarks/dropped_phrases.py leads.jsonl lines.jsonl TREE

Of the lines that were made by leaving out (``"method": "compressed"``), each run of two words and
more that is left out of its text is looked up among the phrases of the text's tree.  In Markdown:
of all runs, and of those that do not reach the text's end (a right-branching tree has none of
these), the shares that are phrases of a right-branching tree and of the model's, and for
comparison the share of all runs of the same length in the same text, %.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np

from summ.data.readers import read_records
from summ.evaluation.tables import table
from summ.families.tree.model import TreeModel, load_tree_model
from summ.networks.phrase_borders import Span, Words, spans_of


def words_of(text: str) -> tuple[list[str], list[bool]]:
    """The words of a text without marks, and whether a mark stands before each."""
    words: list[str] = []
    behind: list[bool] = []
    mark = False
    for part in text.split():
        word = re.sub(r"^\W+|\W+$", "", part)
        if word:
            words.append(word)
            behind.append(mark or part[0] in "\"'(")
            mark = part[-1] in ',;:.!?)"'
        else:
            mark = True
    return words, behind


def left_out(words: list[str], line: list[str]) -> list[Span]:
    """The longest runs of words that are not in the line."""
    lower = [[word.lower() for word in part] for part in (words, line)]
    blocks = SequenceMatcher(None, *lower, autojunk=False).get_matching_blocks()
    ends = [0, *(block.a + block.size for block in blocks)]
    return [(end, block.a) for end, block in zip(ends, blocks, strict=False) if end < block.a]


def phrases(model: TreeModel, words: list[str], behind: list[bool]) -> set[Span]:
    pieces = [ids or [model.vocabulary.unk] for ids in model.vocabulary.encode(words)]
    return model.spans(Words(pieces, behind))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", type=Path)
    parser.add_argument("lines", type=Path)
    parser.add_argument("model", type=Path)
    asked = parser.parse_args()
    model = load_tree_model(asked.model)
    texts = {record.id: record.text for record in read_records(asked.texts)}
    figures: list[tuple[bool, float, float, float]] = []
    for row in map(json.loads, asked.lines.read_text(encoding="utf-8").splitlines()):
        if row["method"] != "compressed":
            continue
        words, behind = words_of(texts[row["id"]])
        tree, right = (
            phrases(model, words, behind),
            spans_of([-float(k) for k in range(len(words) - 1)]),
        )
        for start, end in left_out(words, words_of(row["summary"])[0]):
            size, last = end - start, end == len(words)
            if size > 1:
                # Of as long runs, those that reach the end or those that do not.
                alike = [len(words) - size] if last else range(len(words) - size)
                chance = np.mean([(place, place + size) in tree for place in alike])
                figures.append((last, (start, end) in right, (start, end) in tree, chance))
    found = np.array(figures, dtype=float)
    rows = []
    for name, part in (("all", found), ("not at the end", found[found[:, 0] == 0])):
        rows.append((name, str(len(part)), *(f"{100 * x:.1f}" for x in part[:, 1:].mean(axis=0))))
    head = ("runs", "number", "right branching", "the model", "the model, runs as long")
    sys.stdout.write(table(head, rows, "markdown") + "\n")


if __name__ == "__main__":
    main()
