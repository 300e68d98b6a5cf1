"""What a user asks to be judged of sentence vectors, and the judgement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from summ.evaluation.summaries.pairs import Errors
from summ.evaluation.vectors.evaluation import EmbeddingEvaluation, Progress, evaluate_embeddings
from summ.evaluation.vectors.probe_data import read_probes
from summ.evaluation.vectors.systems import (
    TFIDF,
    WEIGHTED,
    WORDS,
    SentenceSystem,
    baseline_system,
    model_system,
    require_scikit_learn,
    untrained_system,
)
from summ.evaluation.vectors.word_vectors import WordVectors


@dataclass(frozen=True)
class EmbeddingRequest:
    """Whose vectors to judge, and by which probes.

    Attributes:
        data: probe files.
        test: the test set of the one classification probe in ``data``.
        model: a folder; None is the model that ships with summ.
        baseline: judged instead of a model.
        vectors: a file of word vectors, for the baselines that average them.
    """

    data: Sequence[Path]
    test: Path | None = None
    model: Path | None = None
    baseline: str | None = None
    vectors: Path | None = None
    batch_size: int = 64
    seed: int = 1
    errors: Errors = "strict"


@dataclass(frozen=True)
class EmbeddingJudgement:
    """An evaluation and what a report of it wants to know.

    Attributes:
        inputs: the files that were read.
        model: the folder of the model that was run.
    """

    evaluation: EmbeddingEvaluation
    inputs: tuple[Path, ...]
    model: Path | None


def judge_embeddings(
    request: EmbeddingRequest, progress: Progress | None = None
) -> EmbeddingJudgement:
    """Reads the probes and judges the model, or the baseline, beside all other baselines.

    TF-IDF is always among them, averages of word vectors if there are any, and beside a model its
    own untrained twin.

    Args:
        progress: called with the number of texts newly judged.

    Raises:
        ConfigError: scikit-learn is not installed, or no such baseline.
        DataError: a file cannot be used.
        CheckpointError: the model cannot be used.
    """
    require_scikit_learn("evaluate --embeddings")
    probes = read_probes(request.data, request.test, errors=request.errors)
    vectors = None if request.vectors is None else WordVectors.load(request.vectors)
    known = (TFIDF,) if vectors is None else (TFIDF, WORDS, WEIGHTED)
    beside = [baseline_system(name, vectors) for name in known if name != request.baseline]
    folder = None
    if request.baseline is not None:
        own = [baseline_system(request.baseline, vectors)]
    else:
        folder, own = _model(request)
    evaluation = evaluate_embeddings([*own, *beside], probes, seed=request.seed, progress=progress)
    inputs = (*request.data, request.test, request.vectors)
    return EmbeddingJudgement(evaluation, tuple(p for p in inputs if p is not None), folder)


def _model(request: EmbeddingRequest) -> tuple[Path, list[SentenceSystem]]:
    """The model's folder; the model and its untrained twin."""
    import torch

    from summ.families.sentence.model import SHIPPED, load_sentence_model

    folder = SHIPPED if request.model is None else request.model
    model = load_sentence_model(folder, "cuda" if torch.cuda.is_available() else "cpu")
    return folder, [
        model_system(model, folder.resolve().name, request.batch_size),
        untrained_system(model, request.seed, request.batch_size),
    ]
