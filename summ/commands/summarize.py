"""``summ summarize``: a summary of each text, or one of all of them."""

from __future__ import annotations

from itertools import chain

from summ import options
from summ.commands.terminal import progress, read_inputs
from summ.pipelines.decoding_options import DecodingOptions


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
    batch_size: options.BatchSize = 64,
    errors: options.BadBytes = "strict",
    on_error: options.BadRecords = "fail",
    max_document: options.MaxDocument = 1_000_000,
) -> None:
    """Summarize texts: one summary a line, in the order of the input.

    A FILE is one document, unless --lines makes each line one, or it ends in .jsonl or .csv.
    --together makes one summary of all of them.
    """
    from summ.commands.document_limit import DocumentLimit
    from summ.data.files import open_output, write_json

    limit = DocumentLimit(max_document)
    records = limit.records(read_inputs(files, lines, field, errors, on_error))
    with open_output(output) as stream:
        # Read before the model is, so that a wrong name or a binary file is reported at once.
        first = next(records, None)
        if first is None:
            return
        decoding = DecodingOptions.parse(beams, batch_size, rerank, style)
        from summ.pipelines.summarize import Summarizer

        summarizer = Summarizer.load(model, encoder=encoder)
        texts = chain([first], records)
        if together:
            every = [record.text for record in progress(texts)]
            summaries = iter([summarizer.summarize_together(every, words, sentences, decoding)])
        else:
            summaries = summarizer.stream(texts, words, sentences, decoding)
        for position, summary in enumerate(progress(summaries)):
            if format_ == "text":
                stream.write(summary.text + "\n")
            else:
                fields = {"id": summary.id, "summary": summary.text, "words": summary.words}
                cut = bool(limit.cut) if together else position in limit.cut
                rest = {"log_prob": summary.log_prob, "truncated": summary.truncated or cut}
                write_json(stream, fields | rest | {"method": summary.method})
