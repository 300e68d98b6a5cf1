"""What a user asks to be judged, and the judgement: the evaluate command without its printing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from summ.errors import ConfigError
from summ.evaluation.summaries.baselines import baseline
from summ.evaluation.summaries.evaluation import Evaluation, evaluate
from summ.evaluation.summaries.pairs import Errors, Texts, read_pairs, read_records, read_summaries
from summ.evaluation.summaries.protocols import protocol_named
from summ.evaluation.summaries.rouge import Progress
from summ.evaluation.summaries.systems import figures_by, summarize_texts

_SHIPPED_NAME = "en-small"


@dataclass(frozen=True)
class Request:
    """Which summaries to judge, and how.

    The summaries are ``predictions``, or else what ``baseline`` or ``model`` makes of ``data``.

    Attributes:
        predictions: one summary a line (or JSON lines with a ``summary``).
        references, sources: text files that pair with the predictions line by line.
        data: records with texts and references, instead of those files.
        model: a folder; None is the model that ships with summ.
        baseline: judged instead of a model.
        beside: more baselines for the same table; lead is always there.
        protocol: the metric set.
        words: the length that was asked for.
        rerank: weights by name, as ``summ.pipelines.rerank.parse_weights`` reads them.
        in_order: whether summaries say the words of their sources in their order.
        figures: have the model's own networks judge its summaries, too.
        judges: folders of models whose networks judge the summaries instead, whoever made them.
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
    beams: int = 8
    rerank: str | None = None
    in_order: bool = False
    batch_size: int = 64
    figures: bool = False
    judges: Sequence[Path] = ()
    seed: int = 1
    errors: Errors = "strict"


@dataclass(frozen=True)
class Judgement:
    """An evaluation and what a report of it wants to know.

    Attributes:
        inputs: the files that were read.
        model: the folder of the model that was run.
        metrics: the log of that model's training run.
    """

    evaluation: Evaluation
    inputs: tuple[Path, ...]
    model: Path | None = None
    metrics: Path | None = None


def judge_request(request: Request, progress: Progress | None = None) -> Judgement:
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
    paths = (request.predictions, *request.references, request.sources, request.data)
    inputs = tuple(path for path in paths if path is not None)
    model = metrics = None
    figures: dict[str, list[float]] = {}
    if request.predictions is not None:
        summaries, name = texts.predictions, request.predictions.stem
    elif request.baseline is not None:
        name = request.baseline
        summaries = baseline(name, texts, words=request.words, seed=request.seed)
    else:
        made = summarize_texts(
            texts,
            request.model,
            words=request.words,
            beams=request.beams,
            rerank=request.rerank,
            in_order=request.in_order,
            batch_size=request.batch_size,
            with_figures=request.figures and not request.judges,
            progress=progress,
        )
        name = _SHIPPED_NAME if request.model is None else request.model.resolve().name
        summaries, figures, model, metrics = (
            made.predictions,
            made.figures,
            made.folder,
            made.metrics,
        )
    if request.judges:
        figures = figures_by(request.judges, texts, summaries or (), batch_size=request.batch_size)
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
    return Judgement(evaluation, inputs, model, metrics)


def _texts(request: Request) -> Texts:
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
