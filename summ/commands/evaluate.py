"""``summ evaluate``: of summaries, of the difference between two systems, of sentence vectors.

The options decide which of the three it is; each is a request of its own from there on.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from summ import options
from summ.commands.threads import use_threads
from summ.pipelines.decoding_options import DecodingOptions

if TYPE_CHECKING:
    from summ.evaluation.summaries.request import ComparisonRequest, SummaryRequest
    from summ.evaluation.vectors.request import VectorRequest


def evaluate(
    predictions: options.Predictions = None,
    references: options.References = None,
    sources: options.Sources = None,
    data: options.Data = None,
    compare: options.Compare = None,
    embeddings: options.Embeddings = False,
    test: options.TestSet = None,
    model: options.Model = None,
    baseline: options.Baseline = None,
    beside: options.Beside = None,
    judge: options.Judge = None,
    words: options.Words = None,
    metric_set: options.MetricSet = None,
    beams: options.Beams = 8,
    rerank: options.Rerank = None,
    fluency: options.Fluency = None,
    similarity: options.Similarity = None,
    batch_size: options.BatchSize = 64,
    device: options.Device = "auto",
    threads: options.Threads = None,
    as_json: options.AsJson = False,
    report: options.Report = None,
    save_predictions: options.SavePredictions = None,
    seed: options.Seed = 1,
    errors: options.BadBytes = "strict",
    max_document: options.MaxDocument = options.WORDS_READ,
) -> None:
    """Evaluate summaries by ROUGE, with its settings, beside lead of the same length.

    Scores --predictions against --references, or on --data; or what a model, or a --baseline,
    makes of --data; or says whether two saved predictions differ by more than chance (--compare).
    With --embeddings, evaluates sentence vectors instead, beside baselines, by probes.
    """
    use_threads(threads)
    if embeddings:
        of_summaries = (predictions, references, sources, compare, beside, judge, words, metric_set)
        _check_embeddings(data, model, baseline, (*of_summaries, save_predictions))
        from summ.evaluation.vectors.request import VectorRequest

        vector_request = VectorRequest(
            data or (), test, model, baseline, batch_size, seed, errors, device
        )
        _evaluate_vectors(vector_request, as_json, report)
        return
    records = _only(data, test)
    _check_evaluation(predictions, references, sources, records, compare, model, baseline)
    from summ.evaluation.summaries.request import ComparisonRequest, SummaryRequest

    if compare is not None:
        _compare(ComparisonRequest(*compare, metric_set, seed), as_json)
        return
    from summ.commands.document_limit import DocumentLimit

    request = SummaryRequest(
        predictions=predictions,
        references=references or (),
        sources=sources,
        data=records,
        model=model,
        baseline=baseline,
        beside=beside or (),
        protocol=metric_set or "default",
        words=words,
        decoding=DecodingOptions.parse(
            beams, batch_size, rerank, "headline", fluency=fluency, similarity=similarity
        ),
        figures=report is not None,
        judges=judge or (),
        device=device,
        seed=seed,
        errors=errors,
        read_of=DocumentLimit(max_document).texts,
    )
    _evaluate_summaries(request, as_json, report, save_predictions)


def _evaluate_summaries(
    request: SummaryRequest, as_json: bool, report: Path | None, predictions: Path | None
) -> None:
    """Evaluates summaries; prints, and writes a report and the predictions where asked to."""
    from summ.evaluation.summaries.request import evaluate_summaries

    _check_report(report)
    with _progress() as update:
        run = evaluate_summaries(request, update)
    if predictions is not None:
        from summ.evaluation.summaries.predictions import save_predictions

        save_predictions(run.evaluation, predictions)
    if report is not None:
        from summ.evaluation.reports.provenance import provenance
        from summ.evaluation.reports.summaries import write_report

        origin = provenance(_command(), data=run.inputs, model=run.model, seed=request.seed)
        write_report(run.evaluation, report, provenance=origin, metrics=run.metrics)
    print(json.dumps(run.evaluation.to_dict()) if as_json else run.evaluation.table())


def _compare(request: ComparisonRequest, as_json: bool) -> None:
    """Compares two systems; prints."""
    from summ.evaluation.summaries.request import compare

    comparison = compare(request)
    print(json.dumps(comparison.to_dict()) if as_json else comparison.table())


def _evaluate_vectors(request: VectorRequest, as_json: bool, report: Path | None) -> None:
    """Evaluates sentence vectors; prints, and writes a report where asked to."""
    from summ.evaluation.reports.provenance import provenance
    from summ.evaluation.vectors.request import evaluate_vectors

    _check_report(report)
    with _progress() as update:
        run = evaluate_vectors(request, update)
    origin = provenance(_command(), data=run.inputs, model=run.model, seed=request.seed)
    if report is not None:
        from summ.evaluation.reports.vectors import write_embedding_report

        write_embedding_report(run.evaluation, report, provenance=origin)
    if as_json:
        print(json.dumps({**run.evaluation.to_dict(), "provenance": origin.to_dict()}))
    else:
        print(run.evaluation.table())


def _check_report(report: Path | None) -> None:
    """Refuses the folder of a report before the figures are made, which takes its time."""
    from summ.evaluation.reports.folder import check_report_folder

    if report is not None:
        check_report_folder(report)


@contextmanager
def _progress() -> Iterator[Callable[[int], object]]:
    """Counts texts on stderr if that is a terminal."""
    from tqdm import tqdm

    with tqdm(unit=" texts", disable=None, leave=False) as bar:
        yield bar.update


def _command() -> str:
    """The command line that is running, for the record."""
    return shlex.join(["summ", *sys.argv[1:]])


def _check_embeddings(
    data: list[Path] | None,
    model: Path | None,
    baseline: str | None,
    of_summaries: Sequence[object],
) -> None:
    """Refuses options that do not go with ``--embeddings``."""
    if not data:
        raise typer.BadParameter("--embeddings needs --data PROBE.jsonl...")
    if model is not None and baseline is not None:
        raise typer.BadParameter("give --model or --baseline, not both.")
    if any(option is not None for option in of_summaries):
        raise typer.BadParameter("--embeddings judges vectors: no option of summaries fits.")


def _only(data: list[Path] | None, test: Path | None) -> Path | None:
    """The one file of records there may be; refuses what only probes have."""
    if test is not None:
        raise typer.BadParameter("--test needs --embeddings.")
    if data is not None and len(data) > 1:
        raise typer.BadParameter("--data takes one file, unless --embeddings is given.")
    return data[0] if data else None


def _check_evaluation(
    predictions: Path | None,
    references: list[Path] | None,
    sources: Path | None,
    data: Path | None,
    compare: tuple[Path, Path] | None,
    model: Path | None,
    baseline: str | None,
) -> None:
    """Refuses options of ``evaluate`` that do not go together."""
    if predictions is None and (references or sources is not None):
        raise typer.BadParameter("--references and --sources need --predictions.")
    if (predictions is None and data is None) == (compare is None):
        raise typer.BadParameter("give --predictions, --data or --compare.")
    if predictions is not None and bool(references) == (data is not None):
        raise typer.BadParameter("--predictions needs either --references or --data.")
    if data is not None and sources is not None:
        raise typer.BadParameter("--data has its own sources.")
    if not (model is None and baseline is None) and (data is None or predictions is not None):
        raise typer.BadParameter("--model and --baseline need --data, without --predictions.")
    if model is not None and baseline is not None:
        raise typer.BadParameter("give --model or --baseline, not both.")
