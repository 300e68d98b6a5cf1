"""A request to evaluate sentence vectors, and its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from summ.distribution import require_scikit_learn
from summ.errors import ConfigError
from summ.evaluation.summaries.pairs import Errors
from summ.evaluation.vectors.evaluation import EmbeddingEvaluation, Progress, evaluate_embeddings
from summ.evaluation.vectors.probe_data import read_probes
from summ.evaluation.vectors.systems import (
    TFIDF,
    SentenceSystem,
    model_system,
    tfidf_system,
    untrained_system,
)


@dataclass(frozen=True)
class VectorRequest:
    """Whose vectors to evaluate, and by which probes.

    Attributes:
        data: probe files.
        test: the test set of the one classification probe in ``data``.
        model: a folder; None is the model that ships with summ.
        baseline: evaluated instead of a model; ``tfidf`` is the only one.
        batch_size: sentences encoded at once; changes speed and memory only.
        seed: of folds, intervals and the untrained twin.
        errors: what to do about bytes that are not UTF-8.
        device: where the model computes; see ``Summarizer.load``.
    """

    data: Sequence[Path]
    test: Path | None = None
    model: Path | None = None
    baseline: str | None = None
    batch_size: int = 64
    seed: int = 1
    errors: Errors = "strict"
    device: str = "auto"


@dataclass(frozen=True)
class VectorEvaluationRun:
    """An evaluation and what a report of it wants to know.

    Attributes:
        inputs: the files that were read.
        model: the folder of the model that was run.
    """

    evaluation: EmbeddingEvaluation
    inputs: tuple[Path, ...]
    model: Path | None


def evaluate_vectors(
    request: VectorRequest, progress: Progress | None = None
) -> VectorEvaluationRun:
    """Reads the probes and evaluates the model beside its untrained twin and TF-IDF.

    With ``baseline``, TF-IDF is evaluated alone.

    Args:
        progress: called with the number of texts evaluated since the last call.

    Raises:
        ConfigError: scikit-learn is not installed, or no such baseline.
        DataError: a file cannot be used.
        CheckpointError: the model cannot be used.
    """
    require_scikit_learn("evaluate --embeddings")
    probes = read_probes(request.data, request.test, errors=request.errors)
    folder, systems = None, [tfidf_system()]
    if request.baseline is None:
        folder, own = _model(request)
        systems = [*own, *systems]
    elif request.baseline != TFIDF:
        raise ConfigError(f"baseline '{request.baseline}': unknown. Known: {TFIDF}.")
    evaluation = evaluate_embeddings(systems, probes, seed=request.seed, progress=progress)
    inputs = (*request.data, request.test)
    return VectorEvaluationRun(evaluation, tuple(p for p in inputs if p is not None), folder)


def _model(request: VectorRequest) -> tuple[Path, list[SentenceSystem]]:
    """The model's folder; the model and its untrained twin."""
    from summ.families.sentence.model import SHIPPED, load_sentence_model
    from summ.pipelines.device import chosen_device

    folder = SHIPPED if request.model is None else request.model
    model = load_sentence_model(folder, chosen_device(request.device))
    return folder, [
        model_system(model, folder.resolve().name, request.batch_size),
        untrained_system(model, request.seed, request.batch_size),
    ]
