"""``summ score``: how surprising texts are to a summarization model."""

from __future__ import annotations

from itertools import chain

from summ import options
from summ.commands.engine import BLOCK, EngineOptions
from summ.commands.terminal import progress, read_inputs, reading_model
from summ.commands.threads import use_threads


def score(
    files: options.Files = None,
    model: options.Model = None,
    lines: options.Lines = False,
    format_: options.ScoreFormat = "jsonl",
    field: options.Field = "text",
    output: options.Output = None,
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
    """Score how hard texts are to rebuild from a few words, and how human they read.

    nll_per_word: nats a word; humanness: 0 to 1; anomaly_percentile: among these texts;
    unlike_training: percentile among text that is like what the model has read.
    """
    from summ.commands.document_limit import DocumentLimit
    from summ.data.files import open_output, write_json

    if engine != "local":
        from summ.distributed.task import ScoreTask

        EngineOptions(
            engine, files, output, workers, threads, block_size,
            lines, field, errors, on_error, max_document,
        ).run(ScoreTask(model, device, batch_size), f".{format_}")  # fmt: skip
        return
    use_threads(threads)
    limit = DocumentLimit(max_document)
    records = limit.records(read_inputs(files, lines, field, errors, on_error))
    with open_output(output) as stream:
        first = next(records, None)
        if first is None:
            return
        with reading_model():
            from summ.pipelines.score import Scorer

            scorer = Scorer.load(model, device)
        for result in scorer.score(progress(chain([first], records)), batch_size):
            values = {"nll_per_word": result.nll_per_word, "humanness": result.humanness}
            rest = {
                "anomaly_percentile": result.anomaly_percentile,
                "unlike_training": result.unlike_training,
            }
            write_json(stream, {"id": result.id} | values | rest)
