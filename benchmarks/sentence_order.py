"""Which of two neighbouring sentences of a document was first?

    python benchmarks/sentence_order.py MODEL... --learn articles.jsonl --documents held.jsonl

A pair of neighbours a document is told from the same pair turned round (chance 50 %).  In Markdown:
the accuracy of a linear probe of the difference of both sentence vectors of each model, learned
from up to six pairs of each document of ``--learn`` (the better of two strengths of regularisation,
chosen on the pairs that are told, so an upper bound); of one of their words and pairs of
words; and with ``--run``, of a CPC run's own score: is the second sentence likelier after the
first, by what the context expects, than the first after the second?  Beside each the half width of
its 95 % interval.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.nn import functional

from summ.data.readers import read_records
from summ.evaluation.tables import table
from summ.families.sentence.model import SentenceModel, load_sentence_model
from summ.networks.document_context import DocumentContext
from summ.pipelines.embed import SentenceEncoder
from summ.text.sentences import split_sentences
from summ.training.checkpoint import checkpoints
from summ.types import Tokens

Pair = tuple[str, str]
_STRENGTHS = (0.03, 1.0)


def neighbours(file: Path, each: int, count: int) -> list[Pair]:
    """Pairs of neighbouring sentences, up to so many of a document."""
    generator, found = random.Random(1), []
    for record in read_records(file):
        sentences = split_sentences(record.text)
        places = random.Random(generator.random()).sample(
            range(max(0, len(sentences) - 1)), min(each, max(0, len(sentences) - 1))
        )
        found += [(sentences[place], sentences[place + 1]) for place in places]
    return found[:count]


def told(learned: NDArray[np.float64], asked: NDArray[np.float64]) -> float:
    """The share of differences, first minus second, that a linear probe takes for such."""
    stack = sparse.vstack if sparse.issparse(learned) else np.concatenate
    rows, labels = stack([learned, -learned]), np.repeat([True, False], learned.shape[0])
    found = []
    for strength in _STRENGTHS:
        probe = LogisticRegression(C=strength, fit_intercept=False, max_iter=300)
        found.append(float((asked @ probe.fit(rows, labels).coef_[0] > 0).mean()))
    return max(found)


def differences(encoder: SentenceEncoder, pairs: Sequence[Pair]) -> NDArray[np.float64]:
    first, second = (encoder.encode([pair[side] for pair in pairs]) for side in range(2))
    return first - second


def of_words(learned: Sequence[Pair], asked: Sequence[Pair]) -> float:
    counter = CountVectorizer(
        token_pattern=r"\S+", binary=True, min_df=3, ngram_range=(1, 2), dtype=np.float64
    )
    counter.fit([text for pair in learned for text in pair])

    def rows(pairs: Sequence[Pair]) -> NDArray[np.float64]:
        return counter.transform([a for a, _ in pairs]) - counter.transform([b for _, b in pairs])

    return told(rows(learned), rows(asked))


def own_score(run: Path, pairs: Sequence[Pair]) -> float:
    """The share of pairs that a CPC run expects in their order rather than turned round."""
    model = load_sentence_model(run / "model")
    # Named by its stage.
    (file,) = checkpoints(run / "checkpoints")[-1].glob("*-context.safetensors")
    context = _context(load_file(file))
    expected, candidates = [], []
    for side in range(2):
        texts = [pair[side] for pair in pairs]
        read = _vectors(model, 0, texts)
        with torch.inference_mode():
            # Each sentence is a document of its own.
            states = context(read, torch.arange(len(read)))
            expected.append(functional.normalize(context.expected(states, 1), dim=1))
        candidates.append(functional.normalize(_vectors(model, -1, texts), dim=1))
    forwards = (expected[0] * candidates[1]).sum(dim=1)
    backwards = (expected[1] * candidates[0]).sum(dim=1)
    return float((forwards > backwards).float().mean())


def _context(weights: dict[str, Tensor]) -> DocumentContext:
    hidden, vector = weights["gru.weight_hh_l0"].shape[1], weights["gru.weight_ih_l0"].shape[1]
    ahead = sum(name.startswith("predictors.") for name in weights)
    context = DocumentContext("gru", vector, hidden, len(weights["predictors.0.weight"]), ahead)
    context.load_state_dict(weights)
    return context.eval()


@torch.inference_mode()
def _vectors(model: SentenceModel, encoder: int, texts: Sequence[str]) -> Tensor:
    rows = [[*ids[:39], model.vocabulary.eos] for ids in model.vocabulary.encode(list(texts))]
    parts = [rows[start : start + 256] for start in range(0, len(rows), 256)]
    tokens = [Tokens.from_lists(part, model.vocabulary.pad) for part in parts]
    return torch.cat([model.encoders[encoder](part).float() for part in tokens])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, nargs="*")
    parser.add_argument("--run", type=Path, nargs="*", default=[], help="folders of CPC runs")
    parser.add_argument("--learn", type=Path, required=True)
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1000, help="pairs that are told")
    asked = parser.parse_args()
    learned = neighbours(asked.learn, 6, 1_000_000)
    pairs = neighbours(asked.documents, 1, asked.count)
    found = [(str(run), "its own score", own_score(run, pairs)) for run in asked.run]
    for folder in asked.models:
        encoder = SentenceEncoder.load(folder)
        share = told(differences(encoder, learned), differences(encoder, pairs))
        found.append((str(folder), f"a probe of {len(learned)} pairs", share))
    found.append(("words", f"a probe of {len(learned)} pairs", of_words(learned, pairs)))
    rows = []
    for name, way, share in found:
        half = 196 * (share * (1 - share) / len(pairs)) ** 0.5
        rows.append((name, way, f"{100 * share:.1f} ± {half:.1f}"))
    sys.stdout.write(table(("model", "told by", "in order, %"), rows, "markdown") + "\n")


if __name__ == "__main__":
    main()
