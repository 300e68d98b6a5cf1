"""``summ embed``: sentence vectors of texts, in a file that other programs read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from summ import options
from summ.commands.engine import BLOCK, EngineOptions
from summ.commands.terminal import begun, progress, read_inputs, reading_model, say
from summ.commands.threads import use_threads
from summ.errors import DataError

if TYPE_CHECKING:
    from summ.pipelines.embed_files import Counts


def embed(
    output: options.VectorFile,
    files: options.Files = None,
    lines: options.Lines = False,
    field: options.Field = "text",
    model: options.Model = None,
    precision: options.VectorPrecision = "float32",
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
    """Turn texts into vectors, a row each, in the order of the input.

    A FILE is one document, unless --lines makes each line one, or it ends in .jsonl or .csv.
    A .json file of the same name beside the vectors says how they were made.
    """
    from summ.commands.document_limit import DocumentLimit
    from summ.pipelines.vector_files import check_format

    try:
        check_format(output)
    except DataError as error:
        raise typer.BadParameter(str(error), param_hint="--output") from error
    if engine != "local":
        from summ.distributed.task import EmbedTask

        EngineOptions(
            engine, files, output, workers, threads, block_size,
            lines, field, errors, on_error, max_document,
        ).run(EmbedTask(model, device, precision, batch_size), output.suffix)  # fmt: skip
        return
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world > 1 and (not files or "-" in files):
        raise DataError(f"stdin: {world} processes cannot share it. Give a FILE.")
    use_threads(threads)
    limit = DocumentLimit(max_document)
    records = begun(limit.records(read_inputs(files, lines, field, errors, on_error)))
    with reading_model():
        from summ.pipelines.embed import SentenceEncoder
        from summ.pipelines.embed_files import embed_records, origin_of
        from summ.pipelines.processes import joined

    with joined() as processes:
        encoder = SentenceEncoder.load(model, device)
        counts = embed_records(
            progress(records) if processes.rank == 0 else records,
            encoder,
            output,
            origin_of(model),
            precision,
            batch_size,
            processes,
        )
    _warn(counts, encoder.settings.max_pieces)


def _warn(counts: Counts, max_pieces: int) -> None:
    """Says what the vectors do not show."""
    if counts.blank:
        say(f"warning: {counts.blank} of {counts.rows} texts are blank: their rows are zeros.")
    if counts.truncated:
        say(
            f"warning: {counts.truncated} of {counts.rows} texts are longer than the {max_pieces} "
            "pieces that the model reads; their vectors are those of their beginnings."
        )
    if counts.clipped:
        say(f"warning: {counts.clipped} numbers were too large for int8 and were cut off.")
