"""Probe files: texts or pairs of them, and what is to be predicted from their vectors.

A file is recognised by the fields of its records, one JSON object a line: similarity
``{"sentence1", "sentence2", "score"}``, perhaps with the ``task`` that a pair belongs to, or
classification ``{"text", "label"}``.  ``NAME_train`` and ``NAME_test`` together are one probe
with a given split; any other classification probe is cross-validated.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from summ.errors import ConfigError, DataError
from summ.evaluation.summaries.pairs import Errors, records_of, text_of

_TRAIN, _TEST = "_train", "_test"
_FEWEST_PAIRS = 3
# One to be held out, and one each to fit and to choose by.
_FEWEST_OF_A_LABEL = 3


@dataclass(frozen=True)
class SimilarityProbe:
    """Pairs of sentences, and human scores of their similarity.

    Attributes:
        scores: higher is more similar, on any scale.
        tasks: the task of each pair; None if no record names one.
    """

    name: str
    first: Sequence[str]
    second: Sequence[str]
    scores: Sequence[float]
    tasks: Sequence[str] | None = None

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def texts(self) -> list[str]:
        """All first sentences, then all second ones."""
        return [*self.first, *self.second]


@dataclass(frozen=True)
class ClassificationProbe:
    """Texts, each with a label that a linear classifier is to predict from its vector.

    Attributes:
        labels: of the texts.
        held_out: how many of the texts, the last ones, are the given test set; 0 if there is
            none and the probe is cross-validated.
    """

    name: str
    texts: Sequence[str]
    labels: Sequence[str]
    held_out: int = 0

    def __len__(self) -> int:
        """The number of texts that are scored."""
        return self.held_out or len(self.labels)


Probe = SimilarityProbe | ClassificationProbe


def read_probes(
    paths: Sequence[Path], test: Path | None = None, *, errors: Errors = "strict"
) -> list[Probe]:
    """Reads probe files, in the order given; a training set stands where its test set joins it.

    Args:
        test: the test set of the one classification probe in ``paths``.

    Raises:
        DataError: a record is no such record, mixes the kinds or has too few companions; the
            message names file and line.
        ConfigError: ``test`` has not one file to belong to, or two probes have one name.
    """
    found: dict[str, Probe] = {}
    for path in paths:
        probe = _read_probe(path, errors)
        if probe.name in found:
            raise ConfigError(
                f"{path}: a second probe named {probe.name}. Give each file once, "
                "under a name of its own."
            )
        found[probe.name] = probe
    if test is not None:
        found = _with_test(found, _read_probe(test, errors), test)
    for name in list(found):
        base = name.removesuffix(_TRAIN)
        if base != name and base + _TEST in found:
            joined = _joined(base, found[name], found.pop(base + _TEST))
            found = {base if key == name else key: p for key, p in found.items()}
            found[base] = joined
    for probe in found.values():
        _check_numbers(probe)
    return list(found.values())


def _with_test(found: dict[str, Probe], test: Probe, path: Path) -> dict[str, Probe]:
    """The one classification probe, with the test set that was named for it."""
    if len(found) != 1:
        raise ConfigError(
            f"{path}: a test set belongs to one training set, found {len(found)} files of data. "
            "Give one, or name the pairs NAME_train and NAME_test."
        )
    name, train = next(iter(found.items()))
    base = name.removesuffix(_TRAIN)
    return {base: _joined(base, train, test)}


def _joined(name: str, train: Probe, test: Probe) -> ClassificationProbe:
    """A training and a test set as one probe."""
    if not isinstance(train, ClassificationProbe) or not isinstance(test, ClassificationProbe):
        raise DataError(
            f'{name}: a training and a test set must hold {{"text", "label"}} records, found '
            "pairs of sentences. Similarity needs no training: give such files other names."
        )
    unknown = sorted(set(test.labels) - set(train.labels))
    if unknown:
        raise DataError(
            f"{name}: the test set has the label {unknown[0]!r}, which the training set has not."
        )
    texts, labels = [*train.texts, *test.texts], [*train.labels, *test.labels]
    return ClassificationProbe(name, texts, labels, held_out=len(test.labels))


def _read_probe(path: Path, errors: Errors) -> Probe:
    """One file; its first record says which kind it is."""
    name = path.name.removesuffix(".gz").removesuffix(".jsonl")
    records = [(f"{path} line {number}", record) for number, record in records_of(path, errors)]
    where, first = records[0]
    if "sentence1" in first:
        return _similarity(name, records)
    if "text" in first and "label" in first:
        texts = [text_of(record, "text", where) for where, record in records]
        return ClassificationProbe(name, texts, [_label(record, at) for at, record in records])
    raise DataError(
        f'{where}: must be a probe, {{"sentence1", "sentence2", "score"}} or {{"text", "label"}} '
        f"(found: {', '.join(first) or 'none'})."
    )


def _similarity(name: str, records: Sequence[tuple[str, dict[str, Any]]]) -> SimilarityProbe:
    first = [text_of(record, "sentence1", where) for where, record in records]
    second = [text_of(record, "sentence2", where) for where, record in records]
    scores = [_score(record, where) for where, record in records]
    tasks = None
    if any("task" in record for _, record in records):
        tasks = [text_of(record, "task", where) for where, record in records]
    return SimilarityProbe(name, first, second, scores, tasks)


def _score(record: dict[str, Any], where: str) -> float:
    if "score" not in record:
        raise DataError(f'{where}: no field "score" (found: {", ".join(record)}).')
    value = record["score"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise DataError(f'{where}: field "score" must be a number, found {value!r}.')
    return float(value)


def _label(record: dict[str, Any], where: str) -> str:
    if "label" not in record:
        raise DataError(f'{where}: no field "label" (found: {", ".join(record) or "none"}).')
    value = record["label"]
    if not isinstance(value, str | int):
        kind = "null" if value is None else type(value).__name__
        raise DataError(f'{where}: field "label" must be a text or a whole number, found {kind}.')
    return str(value)


def _check_numbers(probe: Probe) -> None:
    """Refuses what no figure can be computed from."""
    if isinstance(probe, SimilarityProbe):
        if len(probe) < _FEWEST_PAIRS or len(set(probe.scores)) < 2:
            raise DataError(
                f"{probe.name}: {len(probe)} pairs with {len(set(probe.scores))} different "
                f"scores. A correlation needs {_FEWEST_PAIRS} pairs that are not all alike."
            )
        return
    trained = len(probe.labels) - probe.held_out
    counts = Counter(probe.labels[:trained])
    label, count = min(counts.items(), key=lambda item: item[1])
    if len(counts) < 2:
        raise DataError(f"{probe.name}: has one label, {label!r}. A classifier needs two.")
    if count < _FEWEST_OF_A_LABEL:
        raise DataError(
            f"{probe.name}: label {label!r} has {count} texts to learn from. Cross-validation "
            f"needs {_FEWEST_OF_A_LABEL} of each. Give more, or leave the label out."
        )
