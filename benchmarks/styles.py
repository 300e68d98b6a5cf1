"""Content and style apart: what each half of a code tells, and what a swap makes of a text.

    python benchmarks/styles.py MODEL... --texts positive.txt negative.txt

Each file has texts of one style.  Of each model folder with a styled code it prints, in Markdown:
how well a logistic regression tells the style from the whole code, from the content and from the
style alone (10 folds, %; beside it the commonest style's share), and of texts that are given the
style of a text of another file: the share that a classifier takes for that style, the share of
their words that are in the text whose content they have, and BLEU with it; beside it the same of
texts that are only rebuilt.  With ``--shift`` the same again of codes that are moved so many times
the way from the mean code of their own style to that of the other, of two.  The classifier of texts
is a logistic regression of their words, learned from the second halves of the files, as the mean
codes are; all else is of the first halves.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from summ.evaluation.tables import table
from summ.evaluation.vectors.probe_data import ClassificationProbe
from summ.evaluation.vectors.probes import classify
from summ.families.autoencoder.model import load_autoencoder
from summ.families.autoencoder.validation import decoded, words_recovered
from summ.networks.styled import StyledBottleneck
from summ.pipelines.autoencode import TextAutoencoder


def told(vectors: torch.Tensor, texts: Sequence[str], labels: Sequence[str]) -> tuple[str, str]:
    """How well the style is told, and the share of the commonest one, in percent."""
    probe = ClassificationProbe("style", tuple(texts), tuple(labels))
    found = classify(probe, vectors.flatten(1).numpy(), resamples=100)
    return f"{found.accuracy:.1f}", f"{found.majority:.1f}"


def figures(rebuilt: Sequence[str], texts: Sequence[str], right: np.ndarray) -> str:
    """Style, content and BLEU, in percent."""
    recovered = [words_recovered(one, other) for one, other in zip(texts, rebuilt, strict=True)]
    bleu = corpus_bleu(
        [[text.split()] for text in texts],
        [line.split() for line in rebuilt],
        smoothing_function=SmoothingFunction().method1,
    )
    values = (100 * right.mean(), 100 * np.mean(recovered), 100 * bleu)
    return " / ".join(f"{value:.1f}" for value in values)


def decoded_all(model: TextAutoencoder, stored: torch.Tensor) -> list[str]:
    opened = model.model.network.bottleneck.opened
    with torch.inference_mode():
        return [line for part in stored.split(64) for line in decoded(model.model, opened(part))]


def ways_between(
    model: TextAutoencoder, learned: Sequence[str], of_learned: Sequence[str], names: np.ndarray
) -> torch.Tensor:
    """From the mean code of each text's style to that of the other one, of two."""
    codes, of = model.stored(learned), np.array(of_learned)
    own = {name: codes[torch.as_tensor(of == name)].mean(dim=0) for name in set(of_learned)}
    (one, other) = own
    way = {one: own[other] - own[one], other: own[one] - own[other]}
    return torch.stack([way[name] for name in names])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--texts", type=Path, nargs="+", required=True, help="a file a style")
    parser.add_argument("--count", type=int, default=1000, help="texts of all styles together")
    parser.add_argument("--shift", type=float, nargs="*", default=[])
    asked = parser.parse_args()
    read = {file.stem: file.read_text(encoding="utf-8").splitlines() for file in asked.texts}
    texts, labels, other, seen, of_seen = [], [], [], [], []
    for name, lines in read.items():
        # As many of each style as its file is long, so that the commonest share is the texts' own.
        count = round(asked.count * len(lines) / sum(map(len, read.values())))
        texts += lines[:count]
        labels += [name] * count
        seen += lines[len(lines) // 2 :]
        of_seen += [name] * len(lines[len(lines) // 2 :])
    classifier = make_pipeline(CountVectorizer(), LogisticRegression(max_iter=1000))
    classifier.fit(seen, of_seen)
    # Each text has the style of one of another file, in turns.
    names = np.array(labels)
    for label in labels:
        strangers = np.flatnonzero(names != label)
        other.append(int(strangers[len(other) % len(strangers)]))
    rows = []
    for folder in asked.models:
        model = TextAutoencoder(load_autoencoder(folder))
        bottleneck = model.model.network.bottleneck
        if not isinstance(bottleneck, StyledBottleneck):
            raise SystemExit(f"{folder}: its code has no style of its own")
        canonical = [model.model.vocabulary.canonical(text) for text in texts]
        stored = model.stored(texts)
        content, style = bottleneck.content(stored), stored[:, -bottleneck.style_slots :]
        whole, majority = told(stored, texts, labels)
        halves = [told(half, texts, labels)[0] for half in (content, style)]
        codes = [stored, bottleneck.swapped(stored, stored[other])]
        if asked.shift:
            ways = ways_between(model, seen[::10], of_seen[::10], names)
            codes += [stored + by * ways for by in asked.shift]
        made = []
        for number, code in enumerate(codes):
            lines, wanted = decoded_all(model, code), names[other] if number else names
            made.append(figures(lines, canonical, classifier.predict(lines) == wanted))
        rows.append((str(folder), whole, *halves, majority, *made))
    head = (
        "model",
        "told from code",
        "from content",
        "from style",
        "commonest",
        "rebuilt: style / content / BLEU",
        "swapped: style / content / BLEU",
        *(f"moved {by:g}" for by in asked.shift),
    )
    sys.stdout.write(table(head, rows, "markdown") + "\n")


if __name__ == "__main__":
    main()
