"""The report of an evaluation: one HTML page to read, Markdown to paste, JSON to compute with.

The page holds all it needs (style, script, drawings), so it can be mailed and opened offline.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from summ.evaluation.markdown import escape_markdown
from summ.evaluation.reports.folder import write_files
from summ.evaluation.reports.pages import render
from summ.evaluation.reports.plots import FEWEST_LINES, evaluation_plots, is_available
from summ.evaluation.reports.provenance import Provenance
from summ.evaluation.summaries.evaluation import Evaluation
from summ.evaluation.summaries.predictions import prediction_lines
from summ.evaluation.summaries.rouge_tokenizer import words_of
from summ.text.words import is_unsegmented

# Best, median and worst: this many each.
_EXAMPLES = 4
# A page with more rows than this is slow to open on a phone.
_MOST_ROWS = 5000
_RUNS = re.compile(r"(\w+)")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Piece:
    """A stretch of a summary.

    Attributes:
        copied: whether it is a word that occurs in the source.
    """

    text: str
    copied: bool


@dataclass(frozen=True)
class Example:
    """One line of the evaluation, ready to be shown."""

    id: str
    source: str
    references: Sequence[str]
    summary: Sequence[Piece]
    lead: str
    rouge1: float
    rouge2: float
    rougeL: float  # noqa: N815  # the metric's name everywhere
    words: int
    copied: float | None


def write_report(
    evaluation: Evaluation,
    directory: Path,
    *,
    provenance: Provenance | None = None,
    metrics: Path | None = None,
) -> Path:
    """Writes report.html, report.md, report.json and predictions.jsonl.

    Everything is made before the first file is written, and each file appears whole.  Without
    matplotlib (extra ``report``) the page has no drawings and says why.

    Args:
        directory: made if it is not there; an older report in it is replaced.
        provenance: what was run on what.
        metrics: the ``metrics.jsonl`` of a training run, for its learning curves.

    Returns:
        The path of report.html.

    Raises:
        DataError: the directory cannot be written to or holds files of others, or the metrics
            cannot be read.
    """
    values = _values(evaluation, provenance, metrics)
    origin = None if provenance is None else provenance.to_dict()
    figures = {**evaluation.to_dict(), "provenance": origin}
    contents = {
        "predictions.jsonl": "".join(line + "\n" for line in prediction_lines(evaluation)),
        "report.json": json.dumps(figures, indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        "report.md": render("report.md.j2", values),
        "report.html": render("report.html.j2", values),
    }
    write_files(directory, contents)
    return directory / "report.html"


def _values(
    evaluation: Evaluation, provenance: Provenance | None, metrics: Path | None
) -> dict[str, Any]:
    """Everything the templates show."""
    ranked = _ranked(evaluation)
    enough = len(ranked) >= FEWEST_LINES
    step = max(1, math.ceil(len(ranked) / _MOST_ROWS))
    return {
        "evaluation": evaluation,
        "systems": evaluation.shown,
        "measure": evaluation.system.rouge.measure,
        "plots": evaluation_plots(evaluation, metrics) if is_available() else None,
        "agreement": evaluation.agreement() if enough else None,
        "groups": {
            title: [_example(evaluation, line) for line in lines]
            for title, lines in _groups(ranked).items()
        },
        "rows": [_example(evaluation, line) for line in range(0, len(ranked), step)],
        "step": step,
        "provenance": provenance,
        "markdown_pieces": _markdown_pieces,
    }


def _groups(ranked: Sequence[int]) -> dict[str, Sequence[int]]:
    """Lines to look at; each once."""
    if len(ranked) < 3 * _EXAMPLES:
        return {"From best to worst": ranked}
    middle = len(ranked) // 2 - _EXAMPLES // 2
    return {
        "Best": ranked[:_EXAMPLES],
        "Median": ranked[middle : middle + _EXAMPLES],
        "Worst": ranked[-_EXAMPLES:],
    }


def _ranked(evaluation: Evaluation) -> list[int]:
    """Lines from best to worst by ROUGE-1, then ROUGE-2, then their order."""
    first, second = (evaluation.system.rouge.lines(name) for name in ("rouge1", "rouge2"))
    return sorted(range(len(first)), key=lambda line: (-first[line], -second[line], line))


def _example(evaluation: Evaluation, line: int) -> Example:
    system, texts = evaluation.system, evaluation.texts
    lead = None if evaluation.is_lead else evaluation.lead
    source = "" if texts.sources is None else texts.sources[line]
    copied = system.quality.lines.get("copy_rate")
    share = None if copied is None or math.isnan(copied[line]) else float(copied[line])
    return Example(
        id=texts.ids[line],
        source=source,
        references=texts.references[line],
        summary=marked(system.predictions[line], source),
        lead="" if lead is None else lead.predictions[line],
        rouge1=float(system.rouge.lines("rouge1")[line]),
        rouge2=float(system.rouge.lines("rouge2")[line]),
        rougeL=float(system.rouge.lines("rougeL")[line]),
        words=int(system.quality.lines["words"][line]),
        copied=share,
    )


def marked(summary: str, source: str) -> list[Piece]:
    """The summary in pieces that say which of its words the source has.

    Spaces between two copied words belong to them; joined, the pieces are the summary.
    """
    there = set(words_of(source))
    pieces: list[Piece] = []
    for run in _RUNS.split(summary):
        for text in run if is_unsegmented(run) else [run]:
            words = words_of(text)
            _append(pieces, Piece(text, bool(words) and all(word in there for word in words)))
    return pieces


def _append(pieces: list[Piece], piece: Piece) -> None:
    """Adds a piece, joined with what it belongs to."""
    if piece.copied and len(pieces) > 1 and not pieces[-1].text.strip() and pieces[-2].copied:
        space = pieces.pop()
        piece = Piece(pieces.pop().text + space.text + piece.text, True)
    elif pieces and pieces[-1].copied == piece.copied:
        piece = Piece(pieces.pop().text + piece.text, piece.copied)
    if piece.text:
        pieces.append(piece)


def _markdown_pieces(pieces: Sequence[Piece]) -> str:
    """A summary with its copied words in bold."""
    escaped = [(escape_markdown(_SPACES.sub(" ", p.text)), p.copied) for p in pieces]
    return "".join(f"**{text}**" if copied else text for text, copied in escaped).strip()
