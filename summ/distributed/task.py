"""What is done to a block: the commands ``summarize``, ``embed`` and ``score``, a class each.

A task is what a worker is sent: values only.  The worker loads its model once and then writes a
part for each block, through the same pipelines and writers as the command itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol

from summ.data.files import open_output, write_json
from summ.data.readers import Record
from summ.data.summary_files import Kind, summary_writer
from summ.distributed.blocks import Block
from summ.distributed.parts import Parts
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.vector_files import Precision

Write = Callable[[list[Record], set[int], Path], "Tally"]
"""Writes the part of some records; the positions of those that were cut are given, too."""

UNRANKED = "unranked"


@dataclass(frozen=True)
class Tally:
    """Numbers of texts by what happened to them.

    Attributes:
        rows: of the output.
        lacking: records that could not be read and were left out.
        blank: texts without a word, of which vectors are zeros.
        cut: texts that were not read to the end.
        clipped: numbers out of the range of int8.
    """

    rows: int = 0
    lacking: int = 0
    blank: int = 0
    cut: int = 0
    clipped: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.rows + other.rows,
            self.lacking + other.lacking,
            self.blank + other.blank,
            self.cut + other.cut,
            self.clipped + other.clipped,
        )


class Task(Protocol):
    """What is done to each block."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def inner(self) -> str:
        """The folder in the output where parts wait until all are there; empty if they do not."""

    def load(self) -> Write:
        """Loads the model.

        Raises:
            CheckpointError: it cannot be loaded.
        """

    def finish(self, parts: Parts, blocks: list[Block]) -> None:
        """What is left to do when all parts are there."""


@dataclass(frozen=True)
class SummarizeTask:
    """``summ summarize``; see its options."""

    model: Path | None
    encoder: Path | None
    device: str
    words: int | None
    sentences: int | None
    decoding: DecodingOptions
    kind: Kind
    field: str
    output_field: str
    inner: str = ""

    def load(self) -> Write:
        from summ.pipelines.summarize import Summarizer

        summarizer = Summarizer.load(self.model, self.device, self.encoder)

        def write(records: list[Record], cut: set[int], path: Path) -> Tally:
            summaries = summarizer.stream(records, self.words, self.sentences, self.decoding)
            with summary_writer(path, self.kind, self.field, self.output_field) as add:
                for place, (summary, record) in enumerate(zip(summaries, records, strict=True)):
                    add(replace(summary, truncated=True) if place in cut else summary, record)
            return Tally(rows=len(records), cut=len(cut))

        return write

    def finish(self, parts: Parts, blocks: list[Block]) -> None:
        """Nothing: a summary depends on its own text alone."""


@dataclass(frozen=True)
class EmbedTask:
    """``summ embed``; see its options."""

    model: Path | None
    device: str
    precision: Precision
    batch_size: int
    inner: str = ""

    def load(self) -> Write:
        from summ.pipelines.embed import SentenceEncoder
        from summ.pipelines.embed_files import embed_records, origin_of

        encoder, origin = SentenceEncoder.load(self.model, self.device), origin_of(self.model)

        def write(records: list[Record], cut: set[int], path: Path) -> Tally:
            counts = embed_records(records, encoder, path, origin, self.precision, self.batch_size)
            long = max(counts.truncated, len(cut))
            return Tally(counts.rows, 0, counts.blank, long, counts.clipped)

        return write

    def finish(self, parts: Parts, blocks: list[Block]) -> None:
        """Nothing: a vector depends on its own text alone."""


@dataclass(frozen=True)
class ScoreTask:
    """``summ score``; see its options.

    Percentiles are among all texts, so parts wait without them until all are there.
    """

    model: Path | None
    device: str
    batch_size: int
    inner: str = UNRANKED

    def load(self) -> Write:
        from summ.pipelines.score import Scorer

        scorer = Scorer.load(self.model, self.device)

        def write(records: list[Record], cut: set[int], path: Path) -> Tally:
            with open_output(path) as stream:
                for score in scorer.score(records, self.batch_size):
                    values = {"nll_per_word": score.nll_per_word, "humanness": score.humanness}
                    values["unlike_training"] = score.unlike_training
                    write_json(stream, {"id": score.id, **values})
            return Tally(rows=len(records), cut=len(cut))

        return write

    def finish(self, parts: Parts, blocks: list[Block]) -> None:
        """Writes the parts again with percentiles; 40 bytes of memory a text."""
        import numpy as np

        from summ.pipelines.score import percentiles

        waiting = replace(parts, inner=UNRANKED)
        if len(parts.done()) < len(blocks):
            columns = [
                np.array(
                    [_nan_for_none(score["nll_per_word"]) for score in _scores(waiting, block)]
                )
                for block in blocks
            ]
            ranks = iter(percentiles(np.concatenate(columns).tolist()))
            for block in blocks:
                with parts.writing(parts.name(block)) as path, open_output(path) as stream:
                    for score, rank in zip(_scores(waiting, block), ranks, strict=False):
                        last = {"unlike_training": score.pop("unlike_training")}
                        write_json(stream, {**score, "anomaly_percentile": rank, **last})
        waiting.remove()


def _scores(parts: Parts, block: Block) -> list[dict[str, Any]]:
    lines = parts.read(parts.name(block)).split("\n")
    return [json.loads(line) for line in lines if line]


def _nan_for_none(value: float | None) -> float:
    return float("nan") if value is None else value
