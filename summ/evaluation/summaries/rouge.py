"""ROUGE-1, -2, -L and -Lsum with their settings written beside them.

rouge-score does the scoring (it agrees with ROUGE-1.5.5 to 0.05); here are the words of any
script, several references, the interval, and the signature without which no figure should travel.

Axes: N lines; the last axis of a score is (precision, recall, F1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from summ.distribution import version_of
from summ.errors import ConfigError, DataError
from summ.evaluation.significance import FloatArray, bootstrap_means, interval
from summ.evaluation.summaries.protocols import Measure, Protocol, protocol_named
from summ.evaluation.summaries.rouge_tokenizer import RougeTokenizer
from summ.evaluation.tables import Style, table
from summ.text.sentences import split_sentences
from summ.text.words import count_words

Progress = Callable[[int], object]

METRICS = ("rouge1", "rouge2", "rougeL", "rougeLsum")
MEASURES: tuple[Measure, ...] = ("precision", "recall", "f1")
_HEADINGS = {"rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeL": "ROUGE-L", "rougeLsum": "R-Lsum"}
_LARGEST_TABLE = 25_000_000  # 200 MB; five thousand words beside as many
_PROGRESS_EVERY = 64


@dataclass(frozen=True)
class Figure:
    """Means over all lines, in percent.

    Attributes:
        ci95: bootstrap interval of the measure that the signature names (F1 unless the protocol
            says otherwise).
    """

    precision: float
    recall: float
    f1: float
    ci95: tuple[float, float]

    def value(self, measure: Measure) -> float:
        """The one of the three that is reported."""
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1}[measure]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**asdict(self), "ci95": list(self.ci95)}


@dataclass(frozen=True)
class RougeReport:
    """ROUGE of one system.

    Attributes:
        rouge1, rouge2, rougeL, rougeLsum: in percent.
        n: lines scored.
        words_mean: mean length of what was scored (whitespace-separated words; characters for
            scripts without spaces).
        measure: which of precision, recall and F1 is reported.
        signature: everything the figures depend on beside the texts; cite it with them.
        scores: for each metric, (N, 3) precision, recall and F1 of every line, in percent.
    """

    rouge1: Figure
    rouge2: Figure
    rougeL: Figure  # noqa: N815  # the metric's name everywhere
    rougeLsum: Figure  # noqa: N815
    n: int
    words_mean: float
    measure: Measure
    signature: str
    scores: Mapping[str, FloatArray] = field(repr=False, compare=False)

    def figures(self) -> dict[str, Figure]:
        """The four figures by name."""
        return {
            "rouge1": self.rouge1,
            "rouge2": self.rouge2,
            "rougeL": self.rougeL,
            "rougeLsum": self.rougeLsum,
        }

    def lines(self, metric: str) -> FloatArray:
        """The reported measure of every line, in percent, (N,)."""
        return self.scores[metric][:, MEASURES.index(self.measure)]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, without the scores of single lines."""
        figures = {name: figure.to_dict() for name, figure in self.figures().items()}
        return {
            "n": self.n,
            "words_mean": self.words_mean,
            "measure": self.measure,
            **figures,
            "signature": self.signature,
        }

    def table(self, style: Style = "plain") -> str:
        """One row a metric, then the signature."""
        rows = [
            [
                _HEADINGS[name],
                f"{figure.precision:.2f}",
                f"{figure.recall:.2f}",
                f"{figure.f1:.2f}",
                f"{figure.ci95[0]:.2f} to {figure.ci95[1]:.2f}",
            ]
            for name, figure in self.figures().items()
        ]
        head = ["", "precision", "recall", "F1", f"95 % interval of {self.measure}"]
        note = f"n = {self.n}, {self.words_mean:.1f} words on average"
        tick = "`" if style == "markdown" else ""
        return f"{table(head, rows, style)}\n\n{note}\n\n{tick}{self.signature}{tick}"


def rouge(
    predictions: Sequence[str],
    references: Sequence[str] | Sequence[Sequence[str]],
    *,
    protocol: str | Protocol = "default",
    seed: int = 1,
    resamples: int = 1000,
    progress: Progress | None = None,
) -> RougeReport:
    """ROUGE of predictions against references, line by line.

    Args:
        predictions: one summary a line; an empty one scores 0.
        references: one reference a line, or a list of references a line.
        protocol: settings by name (see ``protocols``) or as an object.  Lines are never left out
            here; ``evaluate`` does that where a protocol asks for it.
        seed, resamples: of the bootstrap interval.
        progress: called with the number of lines newly done.

    Raises:
        DataError: the lines do not pair, there are none, or one has no reference.
        ConfigError: no such protocol, or fewer than one resample.

    Source: Lin (2004), "ROUGE: A Package for Automatic Evaluation of Summaries".
    """
    settings = protocol_named(protocol) if isinstance(protocol, str) else protocol
    if resamples < 1:
        raise ConfigError(f"resamples: must be at least 1, found {resamples}.")
    several = _as_lists(predictions, references)
    scored = [prediction[: settings.characters] for prediction in predictions]
    scores = _score_lines(scored, several, settings, progress)
    joined = np.concatenate([scores[metric] for metric in METRICS], axis=1)  # (N, 4 * 3)
    column = MEASURES.index(settings.measure)
    bounds = interval(bootstrap_means(joined, resamples, seed)[:, column::3])
    figures = {
        metric: _figure(scores[metric], bound)
        for metric, bound in zip(METRICS, bounds, strict=True)
    }
    return RougeReport(
        rouge1=figures["rouge1"],
        rouge2=figures["rouge2"],
        rougeL=figures["rougeL"],
        rougeLsum=figures["rougeLsum"],
        n=len(scored),
        words_mean=sum(map(count_words, scored)) / len(scored),
        measure=settings.measure,
        signature=_signature(settings, several, seed, resamples),
        scores=scores,
    )


def _figure(scores: FloatArray, ci95: tuple[float, float]) -> Figure:
    """The means of (N, 3) scores."""
    precision, recall, f1 = (float(mean) for mean in scores.mean(axis=0))
    return Figure(precision, recall, f1, ci95)


def _as_lists(
    predictions: Sequence[str], references: Sequence[str] | Sequence[Sequence[str]]
) -> list[list[str]]:
    """The references as one list a line, checked to pair with the predictions."""
    if isinstance(predictions, str) or isinstance(references, str):
        raise DataError("rouge: predictions and references must be lists of texts, found one text.")
    if len(predictions) != len(references):
        raise DataError(
            f"rouge: {len(predictions)} predictions but {len(references)} references: "
            "they must pair line by line."
        )
    if not predictions:
        raise DataError("rouge: there is nothing to score, found 0 lines.")
    several = [[line] if isinstance(line, str) else list(line) for line in references]
    for number, line in enumerate(several, start=1):
        if not line:
            raise DataError(f"rouge: line {number} has no reference. Give at least one.")
    return several


def _score_lines(
    predictions: Sequence[str],
    references: Sequence[Sequence[str]],
    protocol: Protocol,
    progress: Progress | None,
) -> dict[str, FloatArray]:
    """Percent scores of every line and metric, several references brought together."""
    from rouge_score.rouge_scorer import RougeScorer

    tokenizer = RougeTokenizer(protocol.stem)
    one_line = RougeScorer(["rouge1", "rouge2", "rougeL"], tokenizer=tokenizer)
    many_lines = RougeScorer(list(METRICS), tokenizer=tokenizer)
    scores = np.empty((len(predictions), len(METRICS), len(MEASURES)))
    best = MEASURES.index(protocol.measure)
    for line, prediction in enumerate(predictions):
        summary = _one_sentence_a_line(prediction) if protocol.split_sentences else prediction
        triples = []
        for reference in references[line]:
            target = _one_sentence_a_line(reference) if protocol.split_sentences else reference
            _check_size(line, summary, target, tokenizer)
            # In one line of text, ROUGE-Lsum is ROUGE-L: no need to find the subsequence twice.
            flat = "\n" not in summary and "\n" not in target
            score = (one_line if flat else many_lines).score(target, summary)
            triples.append([score[m if m in score else "rougeL"] for m in METRICS])
        stacked = np.asarray(triples, dtype=np.float64)  # (references, 4, 3)
        if protocol.references == "max":
            choice = stacked[:, :, best].argmax(axis=0)
            scores[line] = stacked[choice, np.arange(len(METRICS))]
        else:
            scores[line] = stacked.mean(axis=0)
        if progress is not None and (line + 1) % _PROGRESS_EVERY == 0:
            progress(_PROGRESS_EVERY)
    if progress is not None:
        progress(len(predictions) % _PROGRESS_EVERY)
    return {metric: 100 * scores[:, column] for column, metric in enumerate(METRICS)}


def _check_size(line: int, summary: str, target: str, tokenizer: RougeTokenizer) -> None:
    """Passes where a table of all words by all words fits the memory: ROUGE-L needs one.

    Raises:
        DataError: it does not.
    """
    if len(summary) * len(target) <= _LARGEST_TABLE:  # and there are not more words than characters
        return
    words, others = len(tokenizer.tokenize(summary)), len(tokenizer.tokenize(target))
    if words * others > _LARGEST_TABLE:
        raise DataError(
            f"rouge: line {line + 1}: a summary of {words:,} words beside one of {others:,}: "
            "comparing them would fill the memory. Give summaries, one a line."
        )


def _one_sentence_a_line(text: str) -> str:
    """The text with its own line breaks, or, where it has none, one after each sentence."""
    return text if "\n" in text else "\n".join(split_sentences(text))


def _signature(
    protocol: Protocol, references: Sequence[Sequence[str]], seed: int, resamples: int
) -> str:
    """Everything the figures depend on beside the texts, as sacreBLEU writes it."""
    fewest, most = min(map(len, references)), max(map(len, references))
    parts = [
        "rouge",
        f"set:{protocol.name}",
        f"metric:{protocol.measure}",
        f"stem:{'porter' if protocol.stem else 'no'}",
        f"refs:{protocol.references}{fewest if fewest == most else f'{fewest}-{most}'}",
        f"n:{len(references)}",
        "words:unicode",
        f"lsum:{'sentences' if protocol.split_sentences else 'lines'}",
        f"rouge-score:{version_of('rouge-score')}",
        f"summ:{version_of('summ')}",
        f"resamples:{resamples}",
        f"seed:{seed}",
    ]
    if protocol.characters is not None:
        parts.insert(4, f"chars:{protocol.characters}")
    return "|".join(parts)
