"""``summ codes``: what the codes of an autoencoder are, and what each part of them means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from summ import options
from summ.commands.terminal import progress, read_inputs, reading_model
from summ.commands.threads import use_threads

if TYPE_CHECKING:
    from summ.pipelines.autoencode import TextAutoencoder


def codes(
    model: options.AutoencoderArgument,
    files: options.Files = None,
    lines: options.Lines = False,
    field: options.Field = "text",
    count: options.PartCount = 20,
    output: options.Output = None,
    device: options.Device = "auto",
    threads: options.Threads = None,
    errors: options.BadBytes = "strict",
    on_error: options.BadRecords = "fail",
) -> None:
    """Show what an autoencoder's codes are made of and, given texts, what each part means.

    A line for each part, the commonest first: the part, the share of the texts that have it, the
    words that tell these texts from the others, and a text.
    """
    from summ.data.files import open_output

    use_threads(threads)
    texts: list[str] = []
    if files:
        records = read_inputs(files, lines, field, errors, on_error)
        texts = [record.text for record in progress(records) if record.text.strip()]
    with reading_model():
        from summ.pipelines.autoencode import TextAutoencoder

        autoencoder = TextAutoencoder.load(model, device)
    with open_output(output) as stream:
        stream.write(autoencoder.describe() + "\n")
        if texts:
            for part in _parts(autoencoder, texts)[:count]:
                stream.write(part + "\n")


def _parts(autoencoder: TextAutoencoder, texts: list[str]) -> list[str]:
    from summ.pipelines.code_meanings import meanings

    canonical = [autoencoder.model.vocabulary.canonical(text) for text in texts]
    return [
        f"{one.part}\t{one.share:.3f}\t{' '.join(one.words)}\t{one.example}"
        for one in meanings(autoencoder.stored(texts), canonical)
    ]
