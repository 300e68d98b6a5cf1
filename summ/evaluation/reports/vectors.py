"""The report of an evaluation of sentence vectors: a page, its maps, Markdown and JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from summ.evaluation.reports.folder import write_files
from summ.evaluation.reports.pages import render
from summ.evaluation.reports.provenance import Provenance
from summ.evaluation.reports.sentence_map import SentenceMap, sentence_map
from summ.evaluation.vectors.evaluation import (
    INFOMAX_NOTE,
    EmbeddingEvaluation,
    gap_sentence,
    table_head,
    table_rows,
)

_NO_NAME = re.compile(r"[^\w.-]+")


def write_embedding_report(
    evaluation: EmbeddingEvaluation, directory: Path, *, provenance: Provenance | None = None
) -> Path:
    """Writes report.html, report.md, report.json, and map-PROBE.svg for each probe.

    Everything is made before the first file is written, and each file appears whole.

    Args:
        directory: made if it is not there; an older report in it is replaced.
        provenance: what was run on what.

    Returns:
        The path of report.html.

    Raises:
        DataError: the directory cannot be written to, or holds files of others.
    """
    maps = [
        sentence_map(result.probe, evaluation.systems[0], evaluation.seed)
        for result in evaluation.results
    ]
    values = {
        "evaluation": evaluation,
        "head": table_head(evaluation),
        "rows": table_rows(evaluation),
        "sentences": [gap_sentence(one, evaluation.name) for one in evaluation.results if one.gaps],
        "infomax": INFOMAX_NOTE if any(one.nats for one in evaluation.results) else "",
        "maps": maps,
        "provenance": provenance,
    }
    origin = None if provenance is None else provenance.to_dict()
    figures = {**evaluation.to_dict(), "provenance": origin}
    contents = {
        **_drawn(maps),
        "report.json": json.dumps(figures, indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        "report.md": render("embeddings.md.j2", values),
        "report.html": render("embeddings.html.j2", values),
    }
    write_files(directory, contents)
    return directory / "report.html"


def _drawn(maps: Sequence[SentenceMap]) -> dict[str, str]:
    """The maps as files of their own."""
    return {
        f"map-{_NO_NAME.sub('-', one.name)}.svg": render("map.svg.j2", {"map": one})
        for one in maps
        if one.points
    }
