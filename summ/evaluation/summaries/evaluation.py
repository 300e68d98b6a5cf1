"""An evaluation: one system and its rivals on the same lines, by one protocol.

The figures of lead at the same number of words always stand beside the system's, and the
difference between the two carries its interval and p-value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from summ.errors import DataError
from summ.evaluation.markdown import escape_markdown
from summ.evaluation.significance import Comparison, FloatArray, compare_scores
from summ.evaluation.summaries.baselines import baseline
from summ.evaluation.summaries.pairs import Texts
from summ.evaluation.summaries.protocols import Protocol, protocol_named, selected_lines
from summ.evaluation.summaries.quality import Quality, agreement, mean_of_known, quality
from summ.evaluation.summaries.rouge import Figure, Progress, RougeReport, rouge
from summ.evaluation.summaries.systems import FLUENCY_NLL
from summ.evaluation.summaries.token_overlap import token_overlap
from summ.evaluation.tables import Style, table
from summ.text.words import count_words

_RANDOMIZATIONS = 10_000


@dataclass(frozen=True)
class SystemFigures:
    """Everything measured about one system's predictions.

    Attributes:
        predictions: what was scored, line by line.
        token_f1: of the compression protocol.
    """

    name: str
    rouge: RougeReport
    quality: Quality
    token_f1: Figure | None = None
    predictions: Sequence[str] = field(default=(), repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready and flat: ROUGE in percent, rates as shares between 0 and 1."""
        tokens = {} if self.token_f1 is None else {"token_f1": self.token_f1.to_dict()}
        return {"name": self.name, **self.rouge.to_dict(), **tokens, **self.quality.to_dict()}


@dataclass(frozen=True)
class Evaluation:
    """One system, its rivals, and what it was scored on.

    Attributes:
        protocol: by which everything was scored.
        texts: the scored lines.
        system: the system in question.
        rivals: baselines and other systems; lead first, if there are sources.
        difference: system minus lead, with interval and p; None without lead.
        model_figures: values a line that need a model (perplexity, humanness, ...), by name.
        seed: of every interval, test and random baseline.
    """

    protocol: Protocol
    texts: Texts
    system: SystemFigures
    rivals: tuple[SystemFigures, ...]
    difference: Comparison | None
    model_figures: Mapping[str, FloatArray]
    seed: int

    @property
    def lead(self) -> SystemFigures | None:
        """Lead at the same number of words."""
        return self.rivals[0] if self.difference is not None else None

    def line_figures(self) -> dict[str, FloatArray]:
        """All values of single lines, by name; what ``agreement`` correlates."""
        scores = {name: self.system.rouge.lines(name) for name in ("rouge1", "rouge2", "rougeL")}
        measured = self.system.quality.lines
        kept = {name: measured[name] for name in ("words", "copy_rate") if name in measured}
        return scores | kept | dict(self.model_figures)

    def agreement(self) -> dict[str, dict[str, float | None]]:
        """Spearman rank correlations between the figures of single lines."""
        return agreement(self.line_figures())

    def model_means(self) -> dict[str, float | None]:
        """Means over lines of the figures that need a model.

        With a language model, ``perplexity`` too: the geometric mean over lines, since a few lines
        that no human would write would decide an arithmetic one.
        """
        means = {name: mean_of_known(values) for name, values in self.model_figures.items()}
        nll = means.get(FLUENCY_NLL)
        return means if nll is None else means | {"perplexity": math.exp(nll)}

    @property
    def is_lead(self) -> bool:
        """Whether the system says what lead says, line by line: nothing is there to compare."""
        lead = self.lead
        return lead is not None and list(self.system.predictions) == list(lead.predictions)

    @property
    def shown(self) -> tuple[SystemFigures, ...]:
        """The rows of a table: the system and its rivals, none beside itself."""
        return (self.system, *(self.rivals[1:] if self.is_lead else self.rivals))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: the system's figures at the top level, ``lead`` and ``baselines`` below."""
        lead = self.lead
        others = self.rivals if lead is None else self.rivals[1:]
        return {
            **self.system.to_dict(),
            "protocol": self.protocol.name,
            "seed": self.seed,
            "model_figures": self.model_means(),
            "agreement": self.agreement(),
            "lead": None if lead is None else lead.to_dict(),
            "difference_to_lead": None if self.difference is None else self.difference.to_dict(),
            "baselines": {rival.name: rival.to_dict() for rival in others},
        }

    def table(self, style: Style = "plain") -> str:
        """One row a system, the difference to lead, and the signature."""
        rows = [self._row(system) for system in self.shown]
        head = ["system", "words", "R-1", "95 %", "R-2", "R-L", "R-Lsum"]
        head += ["token F1"] if self.protocol.token_f1 else []
        head += ["copied", "repeats", "unsupported", "ratio"]
        parts = [table(head, rows, style), *self._notes(style)]
        return "\n\n".join(parts)

    def _row(self, system: SystemFigures) -> list[str]:
        report, seen = system.rouge, system.quality
        values = [figure.value(report.measure) for figure in report.figures().values()]
        low, high = report.rouge1.ci95
        row = [system.name, f"{report.words_mean:.1f}", f"{values[0]:.2f}", f"{low:.2f}-{high:.2f}"]
        row += [f"{value:.2f}" for value in values[1:]]
        row += [] if system.token_f1 is None else [f"{system.token_f1.f1:.2f}"]
        shares = (seen.copy_rate, seen.repeat_rate, seen.hallucination_rate)
        ratio = seen.compression_ratio
        return [*row, *map(_percent, shares), "-" if ratio is None else f"{ratio:.2f}"]

    def _notes(self, style: Style) -> list[str]:
        """What stands below the table."""
        measure = {"f1": "F1", "recall": "recall", "precision": "precision"}[
            self.system.rouge.measure
        ]
        notes = [
            f"n = {len(self.texts)}; ROUGE {measure} in percent; copied: share of words found in "
            "the source; repeats: share of summaries that say a word twice; unsupported: share "
            "with a number or name not in the source; ratio: length of summary to source."
        ]
        unanswered = sum(not prediction.strip() for prediction in self.system.predictions)
        if unanswered:
            notes.append(f"{unanswered} predictions of {self.system.name} are blank and score 0.")
        unknown = sum(not any(map(str.strip, several)) for several in self.texts.references)
        if unknown:
            notes.append(f"{unknown} references are blank: nothing can score there.")
        if self.difference is not None and not self.is_lead:
            one = self.difference.figures["rouge1"]
            notes.append(
                f"R-1 of {self.difference.name_a} minus {self.difference.name_b}: "
                f"{one.difference:+.2f} (95 % {one.ci95[0]:+.2f} to {one.ci95[1]:+.2f}, "
                f"p = {one.p:.4f}, paired approximate randomization, n = {self.difference.n})."
            )
        known = {name: mean for name, mean in self.model_means().items() if mean is not None}
        if known:
            shown = (f"{name.replace('_', ' ')} {mean:.3g}" for name, mean in known.items())
            notes.append(f"By networks: {', '.join(shown)}.")
        tick = "`" if style == "markdown" else ""
        if style == "markdown":
            notes = [escape_markdown(" ".join(note.split())) for note in notes]
        # In Markdown the bars of a signature must not look like cells.
        notes.append(f"{tick}{self.system.rouge.signature}{tick}")
        return notes


def evaluate(
    texts: Texts,
    predictions: Sequence[str] | None = None,
    *,
    protocol: str | Protocol = "default",
    words: int | None = None,
    name: str = "system",
    baselines: Sequence[str] = ("lead",),
    others: Mapping[str, Sequence[str]] | None = None,
    model_figures: Mapping[str, Sequence[float]] | None = None,
    seed: int = 1,
    resamples: int = 1000,
    progress: Progress | None = None,
) -> Evaluation:
    """Scores predictions by a protocol, beside baselines of the same length.

    Args:
        texts: references, with sources for baselines and the figures that need them.
        predictions: one a line; by default those that came with the texts.
        words: the length that was asked for.  Lead and the other baselines get it too; without it
            they get, line by line, as many words as the prediction has.
        name: of the system, in tables.
        baselines: of ``baselines.BASELINES``; lead is always there if there are sources.
        others: predictions of more systems, by name (the warm start, a published system).
        model_figures: values a line computed by the caller with a model, by name, such as
            ``reconstruction_nll_per_word`` or ``humanness``; nan where there is none.
        seed, resamples: of intervals, tests and the random baseline.
        progress: called with the number of lines newly scored.

    Raises:
        DataError: predictions, references or figures do not pair line by line.
        ConfigError: no such protocol or baseline.
    """
    settings = protocol_named(protocol) if isinstance(protocol, str) else protocol
    summaries = texts.predictions if predictions is None else list(predictions)
    if summaries is None:
        raise DataError("evaluate: there are no predictions to score.")
    systems = [(name, summaries), *(others or {}).items()]
    figures = {key: np.asarray(v, dtype=np.float64) for key, v in (model_figures or {}).items()}
    for key, length in [(k, len(v)) for k, v in systems] + [
        (k, len(v)) for k, v in figures.items()
    ]:
        _check_pairs(key, length, len(texts))
    lines = selected_lines(settings, texts.sources, len(texts))
    if not lines:
        raise DataError(
            f"metric set {settings.name}: none of the {len(texts)} lines is left to score."
        )
    chosen = texts.rows(lines)
    systems = [(key, [column[line] for line in lines]) for key, column in systems]
    systems[1:1] = _baselines(chosen, systems[0][1], baselines, words, seed)
    scored = [
        score_system(
            key, column, chosen, settings, seed=seed, resamples=resamples, progress=progress
        )
        for key, column in systems
    ]
    difference = compare(scored[0], scored[1], seed=seed) if chosen.sources is not None else None
    picked = {key: values[lines] for key, values in figures.items()}
    return Evaluation(settings, chosen, scored[0], tuple(scored[1:]), difference, picked, seed)


def _check_pairs(name: str, found: int, expected: int) -> None:
    if found != expected:
        raise DataError(
            f"{name}: {found} values but {expected} lines of references: "
            "they must pair line by line."
        )


def _baselines(
    texts: Texts, predictions: Sequence[str], names: Sequence[str], words: int | None, seed: int
) -> list[tuple[str, Sequence[str]]]:
    """Predictions of the baselines, lead first; none without sources."""
    if texts.sources is None:
        return []
    lengths = words if words is not None else [count_words(line) for line in predictions]
    rivals: list[tuple[str, Sequence[str]]] = []
    for name in dict.fromkeys(("lead", *names)):
        label = f"{name}-{words}" if name == "lead" and words is not None else name
        rivals.append((label, baseline(name, texts, words=lengths, seed=seed)))
    return rivals


def score_system(
    name: str,
    predictions: Sequence[str],
    texts: Texts,
    protocol: Protocol,
    *,
    seed: int = 1,
    resamples: int = 1000,
    progress: Progress | None = None,
) -> SystemFigures:
    """Everything measured about one system, on lines that are already selected."""
    report = rouge(
        predictions,
        texts.references,
        protocol=protocol,
        seed=seed,
        resamples=resamples,
        progress=progress,
    )
    scored = [prediction[: protocol.characters] for prediction in predictions]
    tokens = None
    if protocol.token_f1:
        tokens, _ = token_overlap(scored, texts.references, seed=seed, resamples=resamples)
    return SystemFigures(name, report, quality(scored, texts.sources), tokens, tuple(predictions))


def compare(
    a: SystemFigures, b: SystemFigures, *, seed: int = 1, resamples: int = _RANDOMIZATIONS
) -> Comparison:
    """Tests two systems that were scored on the same lines."""
    return compare_scores(
        {metric: a.rouge.lines(metric) for metric in a.rouge.scores},
        {metric: b.rouge.lines(metric) for metric in b.rouge.scores},
        names=(a.name, b.name),
        signature=a.rouge.signature,
        seed=seed,
        resamples=resamples,
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
