"""An evaluation of sentence vectors: one system and its baselines on the same probes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from summ.distribution import version_of
from summ.evaluation.markdown import escape_markdown
from summ.evaluation.significance import bootstrap_means, interval
from summ.evaluation.tables import Style, table
from summ.evaluation.vectors.information import (
    CANDIDATES,
    FEWEST,
    TEXT_AXES,
    information,
    text_features,
)
from summ.evaluation.vectors.logistic import Rows
from summ.evaluation.vectors.probe_data import ClassificationProbe, Probe, SimilarityProbe
from summ.evaluation.vectors.probes import (
    FOLDS_SEED,
    INNER_FOLDS,
    OUTER_FOLDS,
    STRENGTHS,
    ClassificationFigures,
    classify,
)
from summ.evaluation.vectors.retrieval import NEAREST, precision_of_nearest
from summ.evaluation.vectors.similarity import SimilarityFigures, bootstrap_spearman, similarity
from summ.evaluation.vectors.systems import SentenceSystem

Figures = ClassificationFigures | SimilarityFigures
Progress = Callable[[int], Any]

INFOMAX_NOTE = (
    "InfoMax: nats that a small discriminator of (vector, text) pairs gets below chance on pairs "
    f"held out, at most {math.log(CANDIDATES):.2f}; 0 for vectors that say nothing of their texts. "
    f"It reads texts as {TEXT_AXES} axes of TF-IDF: the row of tfidf is what it could find at most."
)


@dataclass(frozen=True)
class Gap:
    """How much better the system is than a baseline on one probe.

    Attributes:
        difference: system minus baseline, in points of accuracy or in Spearman correlation.
        ci95: paired bootstrap interval of it: both are scored on the same resampled texts.
    """

    difference: float
    ci95: tuple[float, float]


@dataclass(frozen=True)
class ProbeResult:
    """The figures of all systems on one probe.

    Attributes:
        figures: by the names of the systems, the evaluated one first.
        gaps: to each baseline; None where a figure is not defined.
        nats: of the systems: what a discriminator finds that their vectors say of the texts
            (``information``); none where there are too few texts.
        nearest: of the systems: percent of the nearest texts that have the same label; none where
            texts have no labels, or are too few.
    """

    probe: Probe
    figures: Mapping[str, Figures]
    gaps: Mapping[str, Gap | None]
    nats: Mapping[str, float] = field(default_factory=dict)
    nearest: Mapping[str, float] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """``similarity`` or ``classification``."""
        return "similarity" if isinstance(self.probe, SimilarityProbe) else "classification"

    @property
    def best_baseline(self) -> str | None:
        """The name of the baseline with the highest figure."""
        values = {name: self.figures[name].value for name in self.gaps}
        known = {name: value for name, value in values.items() if value is not None}
        return max(known, key=lambda name: known[name]) if known else None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: the system's figures at the top level, those of baselines below."""
        own, *_ = self.figures.values()
        baselines = {}
        for name, gap in self.gaps.items():
            by = None if gap is None else {"value": gap.difference, "ci95": list(gap.ci95)}
            baselines[name] = {**self.figures[name].to_dict(), "difference": by}
        return {
            "kind": self.kind,
            **own.to_dict(),
            "infomax_nats": dict(self.nats) or None,
            f"precision_at_{NEAREST}": dict(self.nearest) or None,
            "baselines": baselines,
        }


@dataclass(frozen=True)
class EmbeddingEvaluation:
    """One system's vectors beside its baselines' on some probes.

    Attributes:
        systems: the evaluated system, then its baselines.
        seed, resamples: of the intervals.
    """

    systems: Sequence[SentenceSystem]
    results: Sequence[ProbeResult]
    seed: int
    resamples: int

    @property
    def name(self) -> str:
        """The name of the evaluated system."""
        return self.systems[0].name

    @property
    def signature(self) -> str:
        """All settings that a figure depends on, in one line."""
        powers = f"{STRENGTHS[0]:g}-{STRENGTHS[-1]:g}"
        return (
            f"embeddings|rows:unit|similarity:cosine,spearman|classifier:logistic-l2|C:{powers}"
            f"|folds:{OUTER_FOLDS}|inner:{INNER_FOLDS}|given-split-inner:{OUTER_FOLDS}"
            f"|folds-seed:{FOLDS_SEED}|infomax:{CANDIDATES},lsa{TEXT_AXES}|scikit-learn:{version_of('scikit-learn')}"
            f"|summ:{version_of('summ')}|resamples:{self.resamples}|seed:{self.seed}"
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: accuracies in percent, correlations between -1 and 1."""
        return {
            "name": self.name,
            "n": sum(len(result.probe) for result in self.results),
            "probes": {result.probe.name: result.to_dict() for result in self.results},
            "systems": {system.name: system.about for system in self.systems},
            "seed": self.seed,
            "signature": self.signature,
        }

    def table(self, style: Style = "plain") -> str:
        """One row a probe and one a task, the difference to the best baseline, the signature."""
        tick = "`" if style == "markdown" else ""
        notes = [
            "accuracy in percent, nested cross-validation or the given test set; Spearman "
            "correlation of cosine and human score.",
            *([INFOMAX_NOTE] if any(result.nats for result in self.results) else []),
            *(gap_sentence(result, self.name) for result in self.results if result.gaps),
        ]
        if style == "markdown":
            notes = [f"- {escape_markdown(' '.join(note.split()))}" for note in notes]
        listed = "\n".join(notes)
        return "\n\n".join(
            [
                table(table_head(self), table_rows(self), style),
                listed,
                f"{tick}{self.signature}{tick}",
            ]
        )


def table_head(evaluation: EmbeddingEvaluation) -> list[str]:
    """The heads of the columns of ``table_rows``."""
    own, *others = (system.name for system in evaluation.systems)
    return ["probe", "n", "figure", own, "95 %", *others]


def table_rows(evaluation: EmbeddingEvaluation) -> list[list[str]]:
    """A row for each probe, and one for each task of it."""
    return [row for result in evaluation.results for row in _probe_rows(result)]


def _probe_rows(result: ProbeResult) -> list[list[str]]:
    rows = _figure_rows(result)
    if result.nats:
        own, *others = (f"{value:.2f}" for value in result.nats.values())
        texts = str(len(set(result.probe.texts)))
        rows.append([f"{result.probe.name}: InfoMax", texts, "nats", own, "-", *others])
    if result.nearest:
        own, *others = (f"{value:.2f}" for value in result.nearest.values())
        name = f"{result.probe.name}: nearest {NEAREST} of the same label"
        rows.append([name, str(len(result.probe)), "percent", own, "-", *others])
    return rows


def _figure_rows(result: ProbeResult) -> list[list[str]]:
    own, *_ = result.figures.values()
    if isinstance(own, ClassificationFigures):
        majority = f"(majority {own.majority:.1f})"
        return [_row(f"{result.probe.name} {majority}", "accuracy", list(result.figures.values()))]
    several: list[list[Figures]] = [list(result.figures.values())]
    names = [result.probe.name]
    for task in own.tasks:
        names.append(f"{result.probe.name}: {task}")
        others = result.figures.values()
        several.append([o.tasks[task] for o in others if isinstance(o, SimilarityFigures)])
    return [_row(name, "Spearman", row) for name, row in zip(names, several, strict=True)]


def _row(name: str, measure: str, figures: Sequence[Figures]) -> list[str]:
    own = figures[0]
    bounds = "-" if own.ci95 is None else "-".join(_number(own, bound) for bound in own.ci95)
    values = [_number(one, one.value) for one in figures]
    return [name, str(own.n), measure, values[0], bounds, *values[1:]]


def _number(figures: Figures, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(figures, ClassificationFigures) else f"{value:.3f}"


def gap_sentence(result: ProbeResult, name: str) -> str:
    """The difference to the best baseline in words, and which of them is ahead beyond chance."""
    best = result.best_baseline
    gap = None if best is None else result.gaps[best]
    if best is None or gap is None:
        return f"{result.probe.name}: no baseline can be compared."
    digits = 2 if result.kind == "classification" else 3
    low, high = gap.ci95
    ahead = f"{best} is ahead. " if high < 0 else ""
    return (
        f"{result.probe.name}: {ahead}{name} minus {best}, its best baseline: "
        f"{gap.difference:+.{digits}f} (95 % {low:+.{digits}f} to {high:+.{digits}f}, "
        f"paired bootstrap, n = {len(result.probe)})."
    )


def evaluate_embeddings(
    systems: Sequence[SentenceSystem],
    probes: Sequence[Probe],
    *,
    seed: int = 1,
    resamples: int = 1000,
    progress: Progress | None = None,
) -> EmbeddingEvaluation:
    """Evaluates the first system, and the others as its baselines.

    Args:
        seed, resamples: of intervals; the folds have the papers' seed.
        progress: called with the number of texts evaluated since the last call.

    Raises:
        ConfigError: scikit-learn is not installed.
    """
    results = []
    for probe in probes:
        # Equal texts cannot be told apart.
        different = sorted({text: place for place, text in enumerate(probe.texts)}.values())
        features = None
        if len(different) >= FEWEST:
            features = text_features([probe.texts[place] for place in different])
        figures: dict[str, Figures] = {}
        nats: dict[str, float] = {}
        nearest: dict[str, float] = {}
        for system in systems:
            vectors = system.encode(list(probe.texts))
            figures[system.name] = _figures(probe, vectors, seed, resamples)
            if features is not None:
                nats[system.name] = information(vectors[different], features, seed)
            if isinstance(probe, ClassificationProbe) and len(probe.labels) > 2 * NEAREST:
                nearest[system.name] = precision_of_nearest(vectors, probe.labels, seed)
            if progress is not None:
                progress(len(probe.texts))
        own, *others = figures.values()
        gaps = {
            system.name: _gap(own, other, seed, resamples)
            for system, other in zip(systems[1:], others, strict=True)
        }
        results.append(ProbeResult(probe, figures, gaps, nats, nearest))
    return EmbeddingEvaluation(systems, results, seed, resamples)


def _figures(probe: Probe, vectors: Rows, seed: int, resamples: int) -> Figures:
    if isinstance(probe, ClassificationProbe):
        return classify(probe, vectors, seed=seed, resamples=resamples)
    return similarity(probe, vectors, seed=seed, resamples=resamples)


def _gap(own: Figures, other: Figures, seed: int, resamples: int) -> Gap | None:
    if own.value is None or other.value is None:
        return None
    if isinstance(own, ClassificationFigures) and isinstance(other, ClassificationFigures):
        differences = (own.correct - other.correct)[:, None]
        drawn = bootstrap_means(differences, resamples, seed)
    elif isinstance(own, SimilarityFigures) and isinstance(other, SimilarityFigures):
        scores = np.asarray(own.scores, dtype=np.float64)
        both = bootstrap_spearman([own.cosines, other.cosines], scores, resamples, seed)
        drawn = both[:, :1] - both[:, 1:]
        drawn = drawn[~np.isnan(drawn[:, 0])]
    else:
        return None
    return Gap(own.value - other.value, interval(drawn)[0]) if len(drawn) else None
