"""``summ neighbours``: the lines of a file that are nearest to a text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from summ import options
from summ.commands.terminal import progress, read_inputs, reading_model, wrong_usage
from summ.commands.threads import use_threads

if TYPE_CHECKING:
    from summ.pipelines.embed import SentenceEncoder
    from summ.pipelines.neighbours import CodedTexts


def neighbours(
    query: options.Query,
    among: options.Among,
    count: options.NeighbourCount = 10,
    model: options.Model = None,
    format_: options.SummaryFormat = "text",
    field: options.Field = "text",
    batch_size: options.BatchSize = 64,
    device: options.Device = "auto",
    threads: options.Threads = None,
    errors: options.BadBytes = "strict",
    on_error: options.BadRecords = "fail",
    max_document: options.MaxDocument = options.WORDS_READ,
) -> None:
    """Find the lines of a FILE that are nearest to QUERY, the nearest first: cosine, line, text.

    FILE holds a text a line, or records (.jsonl, .csv), or is what summ embed --precision binary
    wrote as .parquet, which is searched without reading all texts again.
    """
    from summ.commands.document_limit import DocumentLimit
    from summ.data.files import open_output, write_json

    if not query.strip():
        raise wrong_usage("QUERY is blank. Give some words.")
    use_threads(threads)
    stored = among.suffix == ".parquet"
    texts = []
    if not stored:
        records = read_inputs([str(among)], True, field, errors, on_error)
        texts = [record.text for record in DocumentLimit(max_document).records(records)]
    with reading_model():
        from summ.pipelines.embed import SentenceEncoder

        encoder = SentenceEncoder.load(model, device)
    coded = _stored(among) if stored else _coded(texts, encoder, batch_size)
    with open_output(None) as stream:
        for one in coded.nearest(query, encoder, count):
            if format_ == "text":
                text = " ".join(one.text.split())
                stream.write(f"{one.cosine:.3f}\t{one.place + 1}\t{text}\n")
            else:
                described = {"line": one.place + 1, "text": one.text, "cosine": one.cosine}
                write_json(stream, described | {"distance": one.distance})


def _coded(texts: list[str], encoder: SentenceEncoder, batch_size: int) -> CodedTexts:
    """Codes of texts, a window at a time: the vectors of all would not fit into memory."""
    from summ.pipelines.neighbours import CodedTexts, code_texts

    return CodedTexts(texts, code_texts(progress(texts), encoder, batch_size))


def _stored(path: Path) -> CodedTexts:
    from summ.pipelines.neighbours import read_coded

    return read_coded(path)
