"""Sentence encoders of equal size, text and clock, in one table: quick-thought beside CPC.

    python benchmarks/next_sentence.py MODEL... --probes mr.jsonl subj.jsonl --documents bbc.jsonl

Of each model folder it prints, in Markdown, the accuracy of the probes (10 folds, %), and how well
a logistic regression of both vectors tells whether two neighbouring sentences of a document stand
in their order (the commonest answer has 50 %).  In brackets, for every model but the first, the
95 % interval of its lead over the first, paired over the texts.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from summ.data.readers import read_records
from summ.evaluation.significance import bootstrap_means, interval
from summ.evaluation.tables import table
from summ.evaluation.vectors.probe_data import ClassificationProbe, read_probes
from summ.evaluation.vectors.probes import ClassificationFigures, classify
from summ.pipelines.embed import SentenceEncoder
from summ.text.sentences import split_sentences


def neighbours(file: Path, count: int) -> list[tuple[str, str]]:
    """Neighbouring sentences of documents, one pair a document."""
    generator, found = random.Random(1), []
    for record in read_records(file):
        sentences = split_sentences(record.text)
        if len(sentences) > 1:
            place = generator.randrange(len(sentences) - 1)
            found.append((sentences[place], sentences[place + 1]))
        if len(found) == count:
            break
    return found


def in_order(encoder: SentenceEncoder, pairs: Sequence[tuple[str, str]]) -> ClassificationFigures:
    """Every second pair is turned round."""
    turned = np.arange(len(pairs)) % 2 == 1
    first, second = (encoder.encode([pair[side] for pair in pairs]) for side in range(2))
    rows = np.concatenate([first, second], axis=1)
    rows[turned] = np.concatenate([second, first], axis=1)[turned]
    labels = np.where(turned, "turned", "in order").tolist()
    return classify(ClassificationProbe("order", [a for a, _ in pairs], labels), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--probes", type=Path, nargs="+", required=True)
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--count", type=int, default=2000, help="documents")
    asked = parser.parse_args()
    probes = [one for one in read_probes(asked.probes) if isinstance(one, ClassificationProbe)]
    pairs = neighbours(asked.documents, asked.count)
    first: list[ClassificationFigures] = []
    rows = []
    for folder in asked.models:
        encoder = SentenceEncoder.load(folder)
        found = [classify(probe, encoder.encode(list(probe.texts))) for probe in probes]
        found.append(in_order(encoder, pairs))
        first = first or found
        cells = []
        for one, other in zip(found, first, strict=True):
            lead = ""
            if one is not other:
                drawn = bootstrap_means((one.correct - other.correct)[:, None], 1000, 1)
                low, high = interval(drawn)[0]
                lead = f" ({low:+.1f} to {high:+.1f})"
            cells.append(f"{one.accuracy:.1f}{lead}")
        rows.append((str(folder), encoder.settings.objective, *cells))
    head = ("model", "objective", *(probe.name for probe in probes), "order")
    sys.stdout.write(table(head, rows, "markdown") + "\n")


if __name__ == "__main__":
    main()
