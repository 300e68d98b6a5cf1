"""``summ decode``: texts of codes, of codes drawn at random, and of those between two texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import tee
from typing import TYPE_CHECKING

from summ import options
from summ.commands.terminal import begun, progress, read_inputs, reading_model, wrong_usage
from summ.commands.threads import use_threads

if TYPE_CHECKING:
    from summ.data.readers import Record
    from summ.pipelines.autoencode import TextAutoencoder


def decode(
    model: options.AutoencoderModel,
    files: options.Files = None,
    sample: options.Sample = None,
    between: options.Between = None,
    steps: options.Steps = 5,
    content: options.Content = None,
    style: options.OfStyle = None,
    lines: options.Lines = False,
    field: options.CodeField = "code",
    format_: options.LineFormat = "text",
    output: options.Output = None,
    batch_size: options.BatchSize = 64,
    device: options.Device = "auto",
    threads: options.Threads = None,
    seed: options.Seed = 1,
    errors: options.BadBytes = "strict",
    on_error: options.BadRecords = "fail",
) -> None:
    """Turn codes that summ encode wrote back into texts, a line each.

    --sample N decodes N codes drawn from the prior; --between A B codes on the way from one text
    to another; --content A --style B what A says, as B says it.
    """
    from summ.data.files import open_output, write_json

    ways = (sample is not None, between is not None, content is not None, bool(files))
    if sum(ways) > 1:
        raise wrong_usage(
            "give FILEs of codes, --sample, --between or --content, only one of them."
        )
    if (content is None) != (style is None):
        raise wrong_usage("--content and --style go together: give both.")
    use_threads(threads)
    records: Iterator[Record] = iter(())
    if not any(ways[:3]):
        records = begun(read_inputs(files, lines, field, errors, on_error))
    with reading_model():
        from summ.pipelines.autoencode import TextAutoencoder

        autoencoder = TextAutoencoder.load(model, device)
    with open_output(output) as stream:
        texts: Iterable[tuple[str, str]]
        if sample is not None:
            texts = _numbered(autoencoder.sample(sample, seed))
        elif content is not None and style is not None:
            texts = _numbered([autoencoder.swap(content, style)])
        elif between is not None:
            texts = _numbered(autoencoder.between(*between, steps))
        else:
            texts = _decoded(autoencoder, progress(records), batch_size)
        for name, text in texts:
            if format_ == "text":
                stream.write(" ".join(text.split()) + "\n")
            else:
                write_json(stream, {"id": name, "text": text})


def _numbered(texts: list[str]) -> Iterator[tuple[str, str]]:
    return ((str(number), text) for number, text in enumerate(texts))


def _decoded(
    autoencoder: TextAutoencoder, records: Iterable[Record], batch_size: int
) -> Iterator[tuple[str, str]]:
    """Each text with the id of its code; a code without one is named by its position."""
    codes, named = tee(records)
    texts = autoencoder.decode((record.text for record in codes), batch_size)
    for position, (record, text) in enumerate(zip(named, texts, strict=True)):
        yield record.id or str(position), text
