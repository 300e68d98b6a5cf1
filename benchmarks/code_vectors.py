"""Codes of autoencoders as sentence vectors: likeness in meaning, and what a typo does to them.

    python benchmarks/code_vectors.py MODEL... --similarity sts14.jsonl --lines headlines.txt

Of each model folder it prints, in Markdown, Spearman's correlation of the codes' cosines with
people's scores, and of the first lines: nats a line given its code, and how far a typo moves the
code.  A typo swaps two neighbouring letters inside one word of four letters or more; *shift* is
the mean distance that it moves a code, over the mean distance between the codes of two lines.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from summ.evaluation.tables import table
from summ.evaluation.vectors.probe_data import SimilarityProbe, read_probes
from summ.evaluation.vectors.similarity import similarity
from summ.families.autoencoder.config import RebuildStage
from summ.families.autoencoder.model import load_autoencoder
from summ.families.autoencoder.rebuild import RebuildStep
from summ.pipelines.autoencode import TextAutoencoder
from summ.types import Tokens


def with_typo(text: str, generator: random.Random) -> str:
    """The text with two letters inside one of its words swapped; without such a word as it is."""
    words = text.split()
    places = [
        (number, place)
        for number, word in enumerate(words)
        if len(word) > 3 and word.isalpha()
        for place in range(1, len(word) - 2)
        if word[place] != word[place + 1]
    ]
    if not places:
        return text
    number, place = generator.choice(places)
    word = words[number]
    words[number] = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return " ".join(words)


def vectors(model: TextAutoencoder, texts: Sequence[str]) -> Tensor:
    """The numbers of each code; signs of bits."""
    stored = model.stored(texts)
    if stored.dtype == torch.bool:
        stored = 2.0 * stored - 1
    return stored.float().flatten(1)


def shift(model: TextAutoencoder, lines: Sequence[str]) -> float:
    generator = random.Random(1)
    codes = vectors(model, lines)
    moved = (vectors(model, [with_typo(line, generator) for line in lines]) - codes).norm(dim=1)
    return float(moved.mean() / (codes - codes.roll(1, 0)).norm(dim=1).mean())


@torch.inference_mode()
def nll(model: TextAutoencoder, lines: Sequence[str]) -> float:
    """Nats a line given its likeliest code."""
    inner = model.model
    stage = RebuildStage.model_validate(
        {"name": "a", "kind": "rebuild", "steps": 1, "optimizer": {"learning_rate": 1e-3}}
    )
    step, total = RebuildStep(inner, stage), 0.0
    for start in range(0, len(lines), 64):
        rows = inner.vocabulary.encode(list(lines[start : start + 64]))
        ids = [[*row[: inner.settings.max_sentence - 1], inner.vocabulary.eos] for row in rows]
        batch = Tokens.from_lists(ids, inner.vocabulary.pad)
        code = inner.network.code(batch)
        total += float(step.nll(inner.network.read(code.values), batch).sum())
    return total / len(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--similarity", type=Path, required=True)
    parser.add_argument("--lines", type=Path, required=True)
    parser.add_argument("--count", type=int, default=512, help="lines")
    asked = parser.parse_args()
    (probe,) = read_probes([asked.similarity])
    if not isinstance(probe, SimilarityProbe):
        raise SystemExit(f"{asked.similarity}: no probe of similarity")
    lines = asked.lines.read_text(encoding="utf-8").splitlines()[: asked.count]
    rows = []
    for folder in asked.models:
        model = TextAutoencoder(load_autoencoder(folder))
        found = similarity(probe, vectors(model, list(probe.texts)).numpy(), resamples=200)
        low, high = found.ci95 or (0.0, 0.0)
        told = f"{found.spearman or 0.0:.3f}", f"{low:.3f} to {high:.3f}"
        rows.append((str(folder), *told, f"{nll(model, lines):.1f}", f"{shift(model, lines):.3f}"))
    head = ("model", "Spearman", "95 %", "nats a line", "shift by a typo")
    sys.stdout.write(table(head, rows, "markdown") + "\n")


if __name__ == "__main__":
    main()
