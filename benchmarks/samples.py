"""Texts of codes that are drawn from the prior: are they language, different, and new?

    python benchmarks/samples.py MODEL... --texts held-out.txt --seen training.txt

Of each model folder (a VAE, or symbols that are drawn by themselves) it prints, in Markdown, over
``summ decode --sample``: words, nats a word under ``en-small``'s language model of headlines, how
many more these are than for the held-out texts, the share of different ones, and the share that
stands among the texts of training; the first row is the held-out texts themselves.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from private_code import nats_a_word

from summ.evaluation.tables import table
from summ.families.summarizer.model import load_summary_model
from summ.pipelines.autoencode import TextAutoencoder
from summ.pretrained import find_model


def lines_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def shares(lines: Sequence[str], seen: set[str]) -> tuple[float, float]:
    """Different ones, and those that were seen, in percent of all."""
    return 100 * len(set(lines)) / len(lines), 100 * sum(x in seen for x in lines) / len(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--texts", type=Path, required=True, help="a held-out text a line")
    parser.add_argument("--seen", type=Path, required=True, help="a text of training a line")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--show", type=int, default=5, help="samples that are shown")
    asked = parser.parse_args()
    judge, told = load_summary_model(find_model("en-small")), []
    loaded = [TextAutoencoder.load(folder) for folder in asked.models]
    canonical = loaded[0].model.vocabulary.canonical
    seen = {canonical(text) for text in lines_of(asked.seen)}
    human = [canonical(text) for text in lines_of(asked.texts)[: asked.count]]
    rows = []
    for name, lines in [("people", human)] + [
        (str(folder), model.sample(asked.count))
        for folder, model in zip(asked.models, loaded, strict=True)
    ]:
        words = sum(len(line.split()) for line in lines) / len(lines)
        nats, different_and_seen = nats_a_word(judge, lines), shares(lines, seen)
        told.append((nats, lines))
        figures = (words, nats, nats - told[0][0], *different_and_seen)
        rows.append((name, *(f"{figure:.2f}" for figure in figures)))
    head = ("texts", "words", "nats a word", "more than people's", "different, %", "copied, %")
    sys.stdout.write(table(head, rows, "markdown") + "\n")
    for name, (_, lines) in zip([row[0] for row in rows], told, strict=True):
        sys.stdout.write(f"\n{name}\n" + "".join(f"    {x}\n" for x in lines[: asked.show]))


if __name__ == "__main__":
    main()
