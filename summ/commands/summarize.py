"""``summ summarize``: a summary of each text, or one of all of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from summ import options
from summ.commands.engine import BLOCK, EngineOptions
from summ.commands.terminal import progress, read_inputs, reading_model, say, wrong_usage
from summ.commands.threads import use_threads
from summ.pipelines.decoding_options import DecodingOptions
from summ.summary import Summary

if TYPE_CHECKING:
    from summ.data.record import Record

# Percent of the training text; see ``Summary.unlike_training``.
_UNLIKE = 99.0
_BY_CHANCE = 0.02  # of the texts; one in a hundred of ordinary ones is above that


def summarize(
    files: options.Files = None,
    model: options.Model = None,
    words: options.Words = None,
    sentences: options.Sentences = None,
    style: options.SummaryStyle = "auto",
    language: options.TextLanguage = "auto",
    lines: options.Lines = False,
    together: options.Together = False,
    encoder: options.Encoder = None,
    input_format: options.InputKind = "auto",
    format_: options.SummaryFormat = "auto",
    field: options.Field = "text",
    output_field: options.OutputField = "summary",
    output: options.Output = None,
    beams: options.Beams = 8,
    rerank: options.Rerank = None,
    fluency: options.Fluency = None,
    similarity: options.Similarity = None,
    batch_size: options.BatchSize = 64,
    device: options.Device = "auto",
    threads: options.Threads = None,
    errors: options.BadBytes = "strict",
    on_error: options.BadRecords = "fail",
    max_document: options.MaxDocument = options.WORDS_READ,
    engine: options.EngineName = "local",
    workers: options.EngineWorkers = None,
    block_size: options.BlockSize = BLOCK,
) -> None:
    """Summarize texts: one summary a line, in the order of the input.

    A FILE is one document, unless --lines makes each line one, or it holds records (.jsonl, .json,
    .csv, .tsv, .parquet).  --together makes one summary of all of them.
    """
    from summ.commands.document_limit import DocumentLimit
    from summ.data.summary_files import kind_of_output, summary_writer

    decoding = DecodingOptions.parse(
        beams, batch_size, rerank, style, language, fluency, similarity
    )
    kind = kind_of_output(format_, output)
    if engine != "local":
        if together:
            raise wrong_usage(f"--together: not with --engine {engine}.")
        from summ.distributed.task import SummarizeTask

        task = SummarizeTask(
            model, encoder, device, words, sentences, decoding, kind, field, output_field
        )
        EngineOptions(
            engine, files, output, workers, threads, block_size,
            lines, field, errors, on_error, max_document, input_format,
        ).run(task, ".txt" if kind == "text" else f".{kind}")  # fmt: skip
        return
    use_threads(threads)
    limit = DocumentLimit(max_document)
    records = limit.records(read_inputs(files, lines, field, errors, on_error, input_format))
    with summary_writer(output, kind, field, output_field) as write:
        # Read before the model is, so that a wrong name or a binary file is reported at once; and
        # of blank texts no model is asked.
        first, told = _first_with_text(records)
        if not told:
            for summary, record in _blank(first, language, together):
                write(summary, record)
            return
        with reading_model():
            from summ.pipelines.summarize import Summarizer

            summarizer = Summarizer.load(model, device, encoder)
        texts = chain(first, records)
        if together:
            every = [record.text for record in progress(texts)]
            summary = summarizer.summarize_together(every, words, sentences, decoding)
            write(_marked(summary, bool(limit.cut)), None)
            _warn(int(_unlike(summary)), 1)
            return
        waiting: deque[Record] = deque()
        summaries = summarizer.stream(_noted(texts, waiting), words, sentences, decoding)
        count = unlike = 0
        for position, summary in enumerate(progress(summaries)):
            write(_marked(summary, position in limit.cut), waiting.popleft())
            count += 1
            unlike += _unlike(summary)
    _warn(unlike, count)


def _unlike(summary: Summary) -> bool:
    """Whether its text is unlike the training text."""
    return summary.unlike_training is not None and summary.unlike_training > _UNLIKE


def _warn(unlike: int, count: int) -> None:
    """Says how many texts are unlike the training text, where they are more than chance has."""
    if unlike > _BY_CHANCE * count:
        say(
            f"warning: {unlike} of {count} texts unlike what the model has read; of its own "
            "kind one in a hundred would be. Check their summaries; see unlike_training in "
            "--format jsonl."
        )


def _first_with_text(records: Iterator[Record]) -> tuple[list[Record], bool]:
    """The records up to the first that is not blank, and whether there is one."""
    first: list[Record] = []
    for record in records:
        first.append(record)
        if record.text.strip():
            return first, True
    return first, False


def _blank(
    records: list[Record], language: str, together: bool
) -> Iterator[tuple[Summary, Record | None]]:
    """What the summarizer makes of blank texts."""
    blank = Summary("", 0, 0.0, False, "1", "kept", "und" if language == "auto" else language)
    if together:
        yield from [(blank, None)] * bool(records)
        return
    for position, record in enumerate(records, start=1):
        yield replace(blank, id=record.id or str(position)), record


def _marked(summary: Summary, cut: bool) -> Summary:
    """The summary, ``truncated`` if its document was not read to the end."""
    return replace(summary, truncated=True) if cut else summary


def _noted(records: Iterator[Record], waiting: deque[Record]) -> Iterator[Record]:
    """The records, each noted until its summary is written."""
    for record in records:
        waiting.append(record)
        yield record
