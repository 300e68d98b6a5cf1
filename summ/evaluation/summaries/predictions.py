"""Predictions saved with their references, so that two systems can be compared at any time."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from summ.data.files import write_file
from summ.errors import ConfigError, DataError
from summ.evaluation.significance import Comparison
from summ.evaluation.summaries.evaluation import Evaluation, SystemFigures, compare, score_system
from summ.evaluation.summaries.pairs import Texts, records_of, references_of, text_of
from summ.evaluation.summaries.protocols import protocol_named, selected_lines


@dataclass(frozen=True)
class SavedPredictions:
    """A file of predictions as ``save_predictions`` writes it.

    Attributes:
        name: of the system.
        protocol: by which it was scored.
    """

    texts: Texts
    name: str
    protocol: str


def save_predictions(evaluation: Evaluation, path: Path) -> None:
    """Writes JSON lines ``{"id", "summary", "summaries", "text"?, "rouge1", ..., "protocol"}``.

    The scores of a line are its reported measure in percent.  The file appears whole or not at all.

    Raises:
        DataError: the file cannot be written.
    """
    write_file(path, "".join(line + "\n" for line in prediction_lines(evaluation)))


def prediction_lines(evaluation: Evaluation) -> Iterator[str]:
    """The records of ``save_predictions``."""
    texts, system = evaluation.texts, evaluation.system
    scores = {metric: system.rouge.lines(metric) for metric in system.rouge.scores}
    for line, summary in enumerate(system.predictions):
        record = {"id": texts.ids[line], "summary": summary, "summaries": texts.references[line]}
        if texts.sources is not None:
            record["text"] = texts.sources[line]
        values = {metric: round(float(column[line]), 4) for metric, column in scores.items()}
        extra = {
            key: float(column[line]) if math.isfinite(column[line]) else None
            for key, column in evaluation.model_figures.items()
        }
        origin = {"protocol": evaluation.protocol.name, "system": system.name}
        yield json.dumps({**record, **values, **extra, **origin}, ensure_ascii=False)


def read_predictions(path: Path) -> SavedPredictions:
    """JSON lines ``{"id", "summary", "summaries": [...], "text"?, "protocol"?, "system"?}``.

    Raises:
        DataError: a line is not such a record; the message names file and line.
    """
    ids: list[str] = []
    predictions: list[str] = []
    references: list[list[str]] = []
    sources: list[str] = []
    protocol, system = "default", path.stem
    for number, record in records_of(path, "strict"):
        where = f"{path} line {number}"
        ids.append(str(record.get("id", number)))
        predictions.append(text_of(record, "summary", where))
        references.append(references_of(record, where))
        if "text" in record:
            sources.append(text_of(record, "text", where))
        protocol = str(record.get("protocol", protocol))
        system = str(record.get("system", system))
    texts = Texts(ids, references, sources if len(sources) == len(ids) else None, predictions)
    return SavedPredictions(texts, system, protocol)


def compare_files(
    a: Path, b: Path, *, protocol: str | None = None, seed: int = 1, resamples: int = 10_000
) -> Comparison:
    """Scores two saved sets of predictions on the same records and tests the difference a - b.

    Args:
        protocol: by default the one both were saved with.

    Raises:
        DataError: the two do not hold the same records with the same references.
        ConfigError: they were saved with different protocols and none was asked for.
    """
    saved = read_predictions(a), read_predictions(b)
    protocols = {one.protocol for one in saved}
    if protocol is None and len(protocols) > 1:
        raise ConfigError(
            f"{a} was scored by {saved[0].protocol}, {b} by {saved[1].protocol}. "
            "Choose one for both with --metric-set."
        )
    _check_same(saved[0].texts, saved[1].texts, a, b)
    names = (saved[0].name, saved[1].name)
    if names[0] == names[1]:
        names = (f"{names[0]} ({a.name})", f"{names[1]} ({b.name})")
    first, second = (
        _scored(one.texts, name, protocol or one.protocol, seed)
        for one, name in zip(saved, names, strict=True)
    )
    return compare(first, second, seed=seed, resamples=resamples)


def _scored(texts: Texts, name: str, protocol: str, seed: int) -> SystemFigures:
    """A saved system by a protocol, on the lines that the protocol selects."""
    settings = protocol_named(protocol)
    chosen = texts.rows(selected_lines(settings, texts.sources, len(texts)))
    return score_system(name, chosen.predictions or [], chosen, settings, seed=seed)


def _check_same(ours: Texts, theirs: Texts, a: Path, b: Path) -> None:
    """Two systems can only be compared on the same records."""
    if len(ours) != len(theirs):
        raise DataError(
            f"{a} has {len(ours)} records but {b} has {len(theirs)}: "
            "two systems can only be compared on the same texts."
        )
    for line, (left, right) in enumerate(zip(ours.ids, theirs.ids, strict=True)):
        if left != right or ours.references[line] != theirs.references[line]:
            found = f"{left} and {right}" if left != right else f"{left} with other references"
            raise DataError(
                f"{a} and {b} differ in record {line + 1}: found {found}. "
                "Two systems can only be compared on the same texts in the same order."
            )
