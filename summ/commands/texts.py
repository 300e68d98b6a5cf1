"""Commands that read texts and write a result for each, in the order of the input."""

from __future__ import annotations

from itertools import chain

from summ import options
from summ.commands.terminal import progress, read_inputs


def summarize(
    files: options.Files = None,
    model: options.Model = None,
    words: options.Words = None,
    sentences: options.Sentences = None,
    style: options.SummaryStyle = "auto",
    lines: options.Lines = False,
    together: options.Together = False,
    encoder: options.Encoder = None,
    format_: options.SummaryFormat = "text",
    field: options.Field = "text",
    output: options.Output = None,
    beams: options.Beams = 8,
    rerank: options.Rerank = None,
    in_order: options.InOrder = False,
    batch_size: options.BatchSize = 64,
    errors: options.BadBytes = "strict",
    on_error: options.BadRecords = "fail",
) -> None:
    """Summarize texts: one summary a line, in the order of the input.

    A FILE is one document, unless --lines makes each line one, or it ends in .jsonl or .csv.
    --together makes one summary of all of them.
    """
    from summ.data.files import open_output, write_json

    records = read_inputs(files, lines, field, errors, on_error)
    with open_output(output) as stream:
        # Read before the model is, so that a wrong name or a binary file is reported at once.
        first = next(records, None)
        if first is None:
            return
        from summ.pipelines.rerank import parse_weights
        from summ.pipelines.summarize import Summarizer

        weights = None if rerank is None else parse_weights(rerank)
        summarizer = Summarizer.load(model, encoder=encoder, rerank=weights, in_order=in_order)
        texts = chain([first], records)
        if together:
            every = [record.text for record in progress(texts)]
            wanted = (words, sentences, beams, batch_size, style)
            found = iter([summarizer.summarize_together(every, *wanted)])
        else:
            found = summarizer.stream(texts, words, sentences, beams, batch_size, style)
        for summary in progress(found):
            if format_ == "text":
                stream.write(summary.text + "\n")
            else:
                fields = {"id": summary.id, "summary": summary.text, "words": summary.words}
                rest = {"log_prob": summary.log_prob, "truncated": summary.truncated}
                write_json(stream, fields | rest | {"method": summary.method})


def score(
    files: options.Files = None,
    model: options.Model = None,
    lines: options.Lines = False,
    format_: options.ScoreFormat = "jsonl",
    field: options.Field = "text",
    output: options.Output = None,
    batch_size: options.BatchSize = 64,
    errors: options.BadBytes = "strict",
    on_error: options.BadRecords = "fail",
) -> None:
    """Tell how hard texts are to rebuild from a few words, and how human they read.

    nll_per_word: nats a word; humanness: 0 to 1; anomaly_percentile: among these texts.
    """
    from summ.data.files import open_output, write_json

    records = read_inputs(files, lines, field, errors, on_error)
    with open_output(output) as stream:
        first = next(records, None)
        if first is None:
            return
        from summ.pipelines.score import Scorer

        scorer = Scorer.load(model)
        for result in scorer.score(progress(chain([first], records)), batch_size):
            values = {"nll_per_word": result.nll_per_word, "humanness": result.humanness}
            rest = {"anomaly_percentile": result.anomaly_percentile}
            write_json(stream, {"id": result.id} | values | rest)
