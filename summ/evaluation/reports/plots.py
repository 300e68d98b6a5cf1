"""The plots of a report as SVG texts that follow the page's colours.

Drawn with matplotlib (extra ``report``) and without pyplot: nothing global is touched.
"""

from __future__ import annotations

import importlib.util
import io
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from summ.errors import DataError
from summ.evaluation.significance import FloatArray
from summ.evaluation.summaries.evaluation import Evaluation
from summ.evaluation.summaries.quality import agreement
from summ.text.words import count_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Text and axes are drawn in this colour, which then becomes the page's own text colour.
_INK = "#010203"
# Readable on white and on black.
_COLOURS = ("#3b82c4", "#d97a29", "#4f9d69")
_BINS, _BIN = 8, 5  # most groups of lines in a plot, and the fewest lines of one
FEWEST_LINES = 25  # a plot of fewer would show chance
_CURVES = 16
_MOST_CHARACTERS = 1 << 26  # of a metrics.jsonl
# Typed loosely: matplotlib wants a literal type of all its four hundred settings.
_STYLE: dict[Any, Any] = {
    "text.parse_math": False,
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "legend.frameon": False,
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor"), _INK),
    **dict.fromkeys(("xtick.color", "ytick.color", "axes.titlecolor"), _INK),
}


@dataclass(frozen=True)
class Plot:
    """A drawing with the sentence that stands under it."""

    title: str
    caption: str
    svg: str


def is_available() -> bool:
    """Whether matplotlib is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def evaluation_plots(evaluation: Evaluation, metrics: Path | None = None) -> list[Plot]:
    """All plots that the evaluation has lines enough for.

    Args:
        metrics: the ``metrics.jsonl`` of a training run, for its learning curves.

    Raises:
        DataError: the metrics cannot be read.
    """
    plots = []
    if len(evaluation.texts) >= FEWEST_LINES:
        if evaluation.texts.sources is not None:
            plots.append(_score_by_length(evaluation))
        plots.append(_lengths(evaluation))
    scores = evaluation.system.rouge.lines("rouge1")
    for name, values in evaluation.model_figures.items():
        if np.isfinite(values).sum() >= FEWEST_LINES:
            plots.append(_against_rouge(name, values, scores))
    if metrics is not None:
        plots += _learning_curves(read_curves(metrics))
    return plots


def _score_by_length(evaluation: Evaluation) -> Plot:
    """Mean ROUGE-1 of lines with short, middling and long sources."""
    lengths = np.array([count_words(source) for source in evaluation.texts.sources or ()])
    rival = None if evaluation.is_lead else evaluation.lead
    systems = [evaluation.system, *([rival] if rival else [])]

    def draw(axes: Axes) -> None:
        for colour, system in zip(_COLOURS, systems, strict=False):
            _binned(axes, lengths, system.rouge.lines("rouge1"), system.name, colour)
        axes.set_xlabel("words of the source")
        axes.set_ylabel("ROUGE-1")
        axes.legend()

    caption = (
        "Lines in groups of equal size by the length of their source; bars are 95 % intervals."
    )
    return Plot("Score by source length", caption, _drawn("by-length", draw))


def _lengths(evaluation: Evaluation) -> Plot:
    """How long summaries and references are."""
    own = evaluation.system.quality.lines["words"]
    references = np.array(
        [count_words(text) for line in evaluation.texts.references for text in line]
    )
    longest = int(max(own.max(), np.percentile(references, 99)))
    edges = np.arange(-0.5, longest + 1.5, max(1, longest // 40))

    def draw(axes: Axes) -> None:
        for colour, values, label in zip(
            _COLOURS, (own, references), (evaluation.system.name, "references"), strict=False
        ):
            weights = np.full(len(values), 100 / len(values))
            axes.hist(values, list(edges), weights=weights, alpha=0.6, color=colour, label=label)
        axes.set_xlabel("words")
        axes.set_ylabel("% of texts")
        axes.set_xlim(left=0.0 if min(own.min(), references.min()) > 0 else -0.5)
        axes.legend()

    caption = "ROUGE grows with length: compare systems only at the same length."
    return Plot("Length of the summaries", caption, _drawn("lengths", draw))


def _against_rouge(name: str, values: FloatArray, scores: FloatArray) -> Plot:
    """Whether a figure that needs no reference goes along with one that does."""
    label = name.replace("_", " ")

    def draw(axes: Axes) -> None:
        _binned(axes, values, scores, label, _COLOURS[0])
        axes.set_xlabel(label)
        axes.set_ylabel("ROUGE-1")

    rank = agreement({"a": values, "b": scores})["a"]["b"]
    rho = "not defined" if rank is None else f"{rank:+.2f}"
    caption = f"Lines in groups of equal size by {label}. Spearman correlation over lines: {rho}."
    return Plot(f"{label} against ROUGE-1", caption, _drawn(f"figure-{name}", draw))


def _binned(axes: Axes, x: FloatArray, y: FloatArray, label: str, colour: str) -> None:
    """Means of y with 95 % intervals over groups of equal size along x."""
    known = np.flatnonzero(np.isfinite(x))
    count = max(1, min(_BINS, len(known) // _BIN))
    groups = np.array_split(known[np.argsort(x[known], kind="stable")], count)
    centres = [float(np.median(x[group])) for group in groups]
    means = [float(y[group].mean()) for group in groups]
    errors = [1.96 * float(y[group].std()) / np.sqrt(len(group)) for group in groups]
    axes.errorbar(
        centres, means, yerr=errors, marker="o", markersize=4, capsize=2, color=colour, label=label
    )


def read_curves(path: Path) -> dict[str, tuple[list[float], list[float]]]:
    """Steps and values of every numeric figure of a ``metrics.jsonl``.

    A last line that was cut off while it was written is ignored.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            content = stream.read(_MOST_CHARACTERS + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as metrics ({error}).") from error
    if len(content) > _MOST_CHARACTERS:
        raise DataError(f"{path}: more than {_MOST_CHARACTERS:,} characters. Give a shorter run's.")
    curves: dict[str, tuple[list[float], list[float]]] = {}
    for line in content.splitlines():
        entry = _entry(line)
        for name, value in entry.items():
            if name != "step" and _is_number(value):
                steps, values = curves.setdefault(name, ([], []))
                steps.append(float(entry["step"]))
                values.append(float(value))
    return {name: curve for name, curve in curves.items() if len(curve[0]) > 1}


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) and _is_number(entry.get("step")) else {}


def _is_number(value: object) -> bool:
    """Whether it can be drawn: a whole number of 400 digits cannot."""
    if not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max  # False for NaN


def _learning_curves(curves: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> list[Plot]:
    """One small plot a figure of the run."""
    plots = []
    for name, (steps, values) in sorted(curves.items())[:_CURVES]:

        def draw(axes: Axes, x: Sequence[float] = steps, y: Sequence[float] = values) -> None:
            axes.plot(x, y, color=_COLOURS[0], linewidth=1.5)
            axes.set_xlabel("step")

        svg = _drawn(f"curve-{name}", draw, min(0.0, *values))
        plots.append(Plot(name, "Learning curve of the run.", svg))
    return plots


def _drawn(salt: str, draw: Any, bottom: float = 0.0) -> str:
    """An SVG element: same input, same text; colours and font of the page.

    Args:
        bottom: the lowest value there is; the axis begins there, or a little lower if it is
            negative.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({**_STYLE, "svg.hashsalt": salt}):
        figure: Figure = Figure(figsize=(5.2, 3.2), layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]) if bottom < 0 else 0.0)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None})
    svg = stream.getvalue()
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    # The fixed size gives way to the width of the page; the shape stays in viewBox.
    return re.sub(r'<svg ([^>]*?)width="[^"]*" height="[^"]*"', r"<svg \1", svg, count=1)
