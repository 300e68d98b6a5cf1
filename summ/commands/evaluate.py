"""``summ evaluate``: figures for summaries, and whether two systems differ."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from summ import options

if TYPE_CHECKING:
    from summ.evaluation.significance import Comparison
    from summ.evaluation.summaries.evaluation import Evaluation


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
    in_order: options.InOrder = False,
    batch_size: options.BatchSize = 64,
    as_json: options.AsJson = False,
    report: options.Report = None,
    save_predictions: options.SavePredictions = None,
    seed: options.Seed = 1,
    errors: options.BadBytes = "strict",
) -> None:
    """Score summaries by ROUGE, with its settings, and lead of the same length beside it.

    Judges --predictions against --references, or on --data; or what a model, or a --baseline,
    makes of --data; or says whether two saved predictions differ by more than chance (--compare).
    With --embeddings, judges sentence vectors instead, beside baselines, by probes.
    """
    if embeddings:
        summaries = (predictions, references, sources, compare, beside, judge, words, metric_set)
        _check_embeddings(data, model, baseline, (*summaries, save_predictions))
        _evaluate_embeddings(data, test, model, baseline, batch_size, as_json, report, seed, errors)
        return
    records = _only(data, test)
    _check_evaluation(predictions, references, sources, records, compare, model, baseline)
    if compare is not None:
        from summ.evaluation.summaries.predictions import compare_files

        _print(compare_files(*compare, protocol=metric_set, seed=seed), as_json)
        return
    from tqdm import tqdm

    from summ.evaluation.summaries.predictions import save_predictions as save
    from summ.evaluation.summaries.request import Request, judge_request

    request = Request(
        predictions=predictions,
        references=references or (),
        sources=sources,
        data=records,
        model=model,
        baseline=baseline,
        beside=beside or (),
        protocol=metric_set or "default",
        words=words,
        beams=beams,
        rerank=rerank,
        in_order=in_order,
        batch_size=batch_size,
        figures=report is not None,
        judges=judge or (),
        seed=seed,
        errors=errors,
    )
    _check_report(report)
    with tqdm(unit=" texts", disable=None, leave=False) as bar:
        found = judge_request(request, bar.update)
    if save_predictions is not None:
        save(found.evaluation, save_predictions)
    if report is not None:
        from summ.evaluation.reports.provenance import provenance
        from summ.evaluation.reports.summaries import write_report

        origin = provenance(_command(), data=found.inputs, model=found.model, seed=seed)
        write_report(found.evaluation, report, provenance=origin, metrics=found.metrics)
    _print(found.evaluation, as_json)


def _check_report(report: Path | None) -> None:
    """Refuses the folder of a report before the figures are made, which takes its time."""
    from summ.evaluation.reports.folder import check_report_folder

    if report is not None:
        check_report_folder(report)


def _command() -> str:
    """The command line that is running, for the record."""
    return shlex.join(["summ", *sys.argv[1:]])


def _print(found: Comparison | Evaluation, as_json: bool) -> None:
    """One JSON object, or a table."""
    print(json.dumps(found.to_dict()) if as_json else found.table())


def _evaluate_embeddings(
    data: list[Path] | None,
    test: Path | None,
    model: Path | None,
    baseline: str | None,
    batch_size: int,
    as_json: bool,
    report: Path | None,
    seed: int,
    errors: options.BadBytes,
) -> None:
    """Judges sentence vectors; prints, and writes a report."""
    from tqdm import tqdm

    from summ.evaluation.reports.provenance import provenance
    from summ.evaluation.vectors.request import EmbeddingRequest, judge_embeddings

    request = EmbeddingRequest(
        data=data or (),
        test=test,
        model=model,
        baseline=baseline,
        batch_size=batch_size,
        seed=seed,
        errors=errors,
    )
    _check_report(report)
    with tqdm(unit=" texts", disable=None, leave=False) as bar:
        found = judge_embeddings(request, bar.update)
    origin = provenance(_command(), data=found.inputs, model=found.model, seed=seed)
    if report is not None:
        from summ.evaluation.reports.vectors import write_embedding_report

        write_embedding_report(found.evaluation, report, provenance=origin)
    if as_json:
        print(json.dumps({**found.evaluation.to_dict(), "provenance": origin.to_dict()}))
    else:
        print(found.evaluation.table())


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
