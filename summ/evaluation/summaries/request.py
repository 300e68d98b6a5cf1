"""Which summaries a user wants evaluated, or which two systems compared; and doing so.

This is ``summ evaluate`` without its command line and its printing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from summ.errors import ConfigError
from summ.evaluation.significance import Comparison
from summ.evaluation.summaries.baselines import baseline
from summ.evaluation.summaries.evaluation import Evaluation, evaluate
from summ.evaluation.summaries.pairs import Errors, Texts, read_pairs, read_records, read_summaries
from summ.evaluation.summaries.predictions import compare_files
from summ.evaluation.summaries.protocols import protocol_named
from summ.evaluation.summaries.rouge import Progress
from summ.evaluation.summaries.systems import ModelSummaries, figures_by, summarize_texts
from summ.pipelines.decoding_options import DecodingOptions

_SHIPPED_NAME = "en-small"


@dataclass(frozen=True)
class SummaryRequest:
    """Which summaries to evaluate, and how.

    The summaries are ``predictions``, or else what ``baseline`` or ``model`` makes of ``data``.

    Attributes:
        predictions: one summary a line (or JSON lines with a ``summary``).
        references, sources: text files that pair with the predictions line by line.
        data: records with texts and references, instead of those files.
        model: a folder; None is the model that ships with summ.
        baseline: evaluated instead of a model.
        beside: more baselines for the same table; lead is always there.
        protocol: the metric set.
        words: the most words of a summary.
        decoding: how a model searches.
        figures: have the model's own networks score its summaries, too.
        judges: folders of models whose networks score the summaries instead, whoever made them.
        device: where models compute; see ``Summarizer.load``.
        seed: of intervals, tests and the random baseline.
        errors: what to do about bytes that are not UTF-8.
        read_of: what is read of texts that were summarized, if not all.
    """

    predictions: Path | None = None
    references: Sequence[Path] = ()
    sources: Path | None = None
    data: Path | None = None
    model: Path | None = None
    baseline: str | None = None
    beside: Sequence[str] = ()
    protocol: str = "default"
    words: int | None = None
    decoding: DecodingOptions = field(default_factory=DecodingOptions)
    figures: bool = False
    judges: Sequence[Path] = ()
    device: str = "auto"
    seed: int = 1
    errors: Errors = "strict"
    read_of: Callable[[Sequence[str]], list[str]] | None = None


@dataclass(frozen=True)
class ComparisonRequest:
    """Which two files of saved predictions to compare.

    Attributes:
        a, b: what ``save_predictions`` wrote; the difference is that of a minus b.
        protocol: the metric set; None is the one that both were saved with.
        seed: of the significance test.
    """

    a: Path
    b: Path
    protocol: str | None = None
    seed: int = 1


@dataclass(frozen=True)
class EvaluationRun:
    """An evaluation and where its figures come from.

    Attributes:
        inputs: the files that were read.
        model: the folder of the model that was run.
        metrics: the log of that model's training run.
    """

    evaluation: Evaluation
    inputs: tuple[Path, ...]
    model: Path | None = None
    metrics: Path | None = None


def evaluate_summaries(request: SummaryRequest, progress: Progress | None = None) -> EvaluationRun:
    """Reads, summarizes if need be, and evaluates.

    Args:
        progress: called with the number of texts newly summarized or scored.

    Raises:
        ConfigError: no data, no such protocol or baseline, or a length is missing.
        DataError: a file cannot be used, or files do not pair line by line.
        CheckpointError: the model cannot be used.
    """
    protocol = protocol_named(request.protocol)  # before anything slow
    texts = _texts(request)
    if request.read_of is not None and texts.sources is not None:
        texts = replace(texts, sources=request.read_of(texts.sources))
    made: ModelSummaries | None = None
    if request.predictions is not None:
        name, summaries = request.predictions.stem, texts.predictions
    elif request.baseline is not None:
        name = request.baseline
        summaries = baseline(name, texts, words=request.words, seed=request.seed)
    else:
        name = _SHIPPED_NAME if request.model is None else request.model.resolve().name
        made = _summarize(request, texts, progress)
        summaries = made.predictions
    figures = {} if made is None else made.figures
    if request.judges:
        batch_size, device = request.decoding.batch_size, request.device
        figures = figures_by(
            request.judges, texts, summaries or (), batch_size=batch_size, device=device
        )
    evaluation = evaluate(
        texts,
        summaries,
        protocol=protocol,
        words=request.words,
        name=name,
        baselines=("lead", *request.beside),
        model_figures=figures,
        seed=request.seed,
        progress=progress,
    )
    paths = (request.predictions, *request.references, request.sources, request.data)
    inputs = tuple(path for path in paths if path is not None)
    if made is None:
        return EvaluationRun(evaluation, inputs)
    return EvaluationRun(evaluation, inputs, made.folder, made.metrics)


def compare(request: ComparisonRequest) -> Comparison:
    """Whether two systems differ by more than chance; see ``compare_files``."""
    return compare_files(request.a, request.b, protocol=request.protocol, seed=request.seed)


def _summarize(request: SummaryRequest, texts: Texts, progress: Progress | None) -> ModelSummaries:
    return summarize_texts(
        texts,
        request.model,
        words=request.words,
        decoding=request.decoding,
        with_figures=request.figures and not request.judges,
        device=request.device,
        progress=progress,
    )


def _texts(request: SummaryRequest) -> Texts:
    """References and sources, with the predictions if there are any."""
    if request.data is None:
        if request.predictions is None:
            raise ConfigError("evaluate: nothing to judge. Give predictions or data.")
        return read_pairs(
            request.predictions, request.references, request.sources, errors=request.errors
        )
    texts = read_records(request.data, errors=request.errors)
    if request.predictions is None:
        return texts
    summaries = read_summaries(request.predictions, request.errors)
    return texts.with_predictions(summaries, request.predictions, request.data)
