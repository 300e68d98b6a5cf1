"""``summ codes``: what the codes of a model are, and what each part of them means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from summ import options
from summ.commands.terminal import progress, read_inputs, reading_model
from summ.commands.threads import use_threads

if TYPE_CHECKING:
    from summ.pipelines.autoencode import TextAutoencoder
    from summ.pipelines.code_meanings import Meaning
    from summ.pipelines.embed import SentenceEncoder


def codes(
    model: options.CodedModel,
    files: options.Files = None,
    lines: options.Lines = False,
    field: options.Field = "text",
    classes: options.Classes = 8,
    count: options.PartCount = 20,
    output: options.Output = None,
    device: options.Device = "auto",
    threads: options.Threads = None,
    errors: options.BadBytes = "strict",
    on_error: options.BadRecords = "fail",
) -> None:
    """Show what a model's codes are made of and, given texts, what each part means.

    A line for each part, the commonest first: the part, the share of the texts that have it, the
    words that tell these texts from the others, and a text. The parts of an autoencoder's codes
    are symbols, bits or numbers; those of a sentence encoder are classes, found without labels.
    """
    from summ.data.files import open_output

    use_threads(threads)
    texts: list[str] = []
    if files:
        records = read_inputs(files, lines, field, errors, on_error)
        texts = [record.text for record in progress(records) if record.text.strip()]
    coder = _loaded(model, device)
    with open_output(output) as stream:
        stream.write(coder.describe() + "\n")
        for one in _parts(coder, texts, classes)[:count] if texts else ():
            example = " ".join(one.example.split())
            stream.write(f"{one.part}\t{one.share:.3f}\t{' '.join(one.words)}\t{example}\n")


def _loaded(model: Path, device: str) -> TextAutoencoder | SentenceEncoder:
    with reading_model():
        from summ.networks.model_folder import read_manifest

        if read_manifest(model).family == "sentence":
            from summ.pipelines.embed import SentenceEncoder

            return SentenceEncoder.load(model, device)
        from summ.pipelines.autoencode import TextAutoencoder

        return TextAutoencoder.load(model, device)


def _parts(
    coder: TextAutoencoder | SentenceEncoder, texts: Sequence[str], classes: int
) -> list[Meaning]:
    from summ.pipelines.autoencode import TextAutoencoder
    from summ.pipelines.classes import class_meanings, classes_of
    from summ.pipelines.code_meanings import meanings

    if isinstance(coder, TextAutoencoder):
        canonical = [coder.model.vocabulary.canonical(text) for text in texts]
        return meanings(coder.stored(texts), canonical)
    words = [set(coder.words(text)) for text in texts]
    return class_meanings(classes_of(coder.encode(texts), classes), texts, words)
