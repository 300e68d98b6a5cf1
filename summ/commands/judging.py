"""``summ evaluate``: figures for summaries, and whether two systems differ."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import typer

from summ import options


def evaluate(
    predictions: options.Predictions = None,
    references: options.References = None,
    sources: options.Sources = None,
    data: options.Data = None,
    compare: options.Compare = None,
    model: options.Model = None,
    baseline: options.Baseline = None,
    beside: options.Beside = None,
    words: options.Words = None,
    metric_set: options.MetricSet = None,
    beams: options.Beams = 4,
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
    """
    _check_evaluation(predictions, references, sources, data, compare, model, baseline)
    if compare is not None:
        from summ.evaluation.predictions import compare_files

        comparison = compare_files(*compare, protocol=metric_set, seed=seed)
        print(json.dumps(comparison.to_dict()) if as_json else comparison.table())
        return
    from tqdm import tqdm

    from summ.evaluation.predictions import save_predictions as save
    from summ.evaluation.request import Request, judge_request

    request = Request(
        predictions=predictions,
        references=references or (),
        sources=sources,
        data=data,
        model=model,
        baseline=baseline,
        beside=beside or (),
        protocol=metric_set or "default",
        words=words,
        beams=beams,
        batch_size=batch_size,
        figures=report is not None,
        seed=seed,
        errors=errors,
    )
    with tqdm(unit=" texts", disable=None, leave=False) as bar:
        found = judge_request(request, bar.update)
    if save_predictions is not None:
        save(found.evaluation, save_predictions)
    if report is not None:
        from summ.evaluation.provenance import provenance
        from summ.evaluation.report import write_report

        command = shlex.join(["summ", *sys.argv[1:]])
        origin = provenance(command, data=found.inputs, model=found.model, seed=seed)
        write_report(found.evaluation, report, provenance=origin, metrics=found.metrics)
    print(json.dumps(found.evaluation.to_dict()) if as_json else found.evaluation.table())


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
