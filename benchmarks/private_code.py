"""What summaries become without a judge of language: a code between two machines.

    python benchmarks/private_code.py MODEL... --texts articles.txt

Of each model folder (the start, and runs of configs/estimators.yaml with and without the
discriminator) it prints, in Markdown, over greedy summaries: words, the share of them that stand in
the source, the share of summaries that repeat one, nats a word under ``en-small``'s language model
of headlines, and nats a piece of the source given the summary under the model's own reconstructor;
then the first summaries of all models, text by text.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from summ.evaluation.summaries.quality import quality
from summ.evaluation.tables import table
from summ.families.summarizer.likelihood import reconstruction_nll
from summ.families.summarizer.model import SummaryModel, load_summary_model
from summ.networks.policy import Marks
from summ.pipelines.summarize import Summarizer
from summ.pretrained import find_model
from summ.text.vocabulary import Vocabulary
from summ.types import Tokens


def tokens(texts: Sequence[str], vocabulary: Vocabulary, longest: int) -> Tokens:
    rows = [[*ids[: longest - 1], vocabulary.eos] for ids in vocabulary.encode(list(texts))]
    return Tokens.from_lists(rows, vocabulary.pad)


@torch.inference_mode()
def nats_a_word(judge: SummaryModel, lines: Sequence[str]) -> float:
    """Of the language model, ends included."""
    if judge.language_model is None:
        raise SystemExit("en-small has no language model")
    read = tokens(lines, judge.vocabulary, judge.settings.max_sentence)
    nats = -float(judge.language_model.log_probs(read)[read.mask].sum())
    return nats / sum(len(line.split()) for line in lines)


@torch.inference_mode()
def nats_a_piece(model: SummaryModel, lines: Sequence[str], texts: Sequence[str]) -> float:
    """Of the sources, given the summaries."""
    vocabulary = model.vocabulary
    sources = tokens(texts, vocabulary, model.settings.max_document)
    summaries = tokens(lines, vocabulary, model.settings.max_sentence)
    marks = Marks.of(vocabulary, torch.device("cpu"))
    nll = reconstruction_nll(model.reconstructor, summaries, sources, marks)
    return float(nll.sum() / sources.mask.sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--texts", type=Path, required=True, help="a source a line")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--words", type=int, default=8)
    parser.add_argument("--show", type=int, default=5, help="texts whose summaries are shown")
    asked = parser.parse_args()
    texts = asked.texts.read_text(encoding="utf-8").splitlines()[: asked.count]
    judge, rows, told = load_summary_model(find_model("en-small")), [], []
    for folder in asked.models:
        found = Summarizer.load(folder, rerank="none").summarize(
            texts, words=asked.words, beams=1, style="headline"
        )
        lines = [one.text for one in found]
        looks = quality(lines, texts)
        figures = (
            sum(one.words for one in found) / len(found),
            100 * (looks.copy_rate or 0.0),
            100 * looks.repeat_rate,
            nats_a_word(judge, lines),
            nats_a_piece(load_summary_model(folder), lines, texts),
        )
        rows.append((str(folder), *(f"{figure:.2f}" for figure in figures)))
        told.append(lines)
    head = ("model", "words", "copied, %", "repeats, %", "nats a word", "nats a source piece")
    sys.stdout.write(table(head, rows, "markdown") + "\n")
    for number, text in enumerate(texts[: asked.show]):
        sys.stdout.write(f"\n{text}\n")
        for folder, lines in zip(asked.models, told, strict=True):
            sys.stdout.write(f"    {folder}: {lines[number]}\n")


if __name__ == "__main__":
    main()
