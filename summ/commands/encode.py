"""``summ encode``: texts as codes of an autoencoder, or as trees."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from summ import options
from summ.commands.terminal import begun, progress, read_inputs, reading_model, say
from summ.commands.threads import use_threads

if TYPE_CHECKING:
    from summ.pipelines.autoencode import TextAutoencoder
    from summ.pipelines.trees import TextTrees


def encode(
    model: options.AutoencoderModel,
    files: options.Files = None,
    lines: options.Lines = False,
    field: options.Field = "text",
    output: options.Output = None,
    batch_size: options.BatchSize = 64,
    device: options.Device = "auto",
    threads: options.Threads = None,
    errors: options.BadBytes = "strict",
    on_error: options.BadRecords = "fail",
) -> None:
    """Turn texts into codes of an autoencoder, or trees: {"id", "code", "nats"}, a line each.

    A FILE is one document, unless --lines makes each line one, or it ends in .jsonl or .csv.
    nats: the information that the code holds; null where nothing limits it.  A model of trees
    writes brackets around the phrases of a sentence.
    """
    from summ.data.files import open_output, write_json

    use_threads(threads)
    records = begun(read_inputs(files, lines, field, errors, on_error))
    with reading_model():
        coder, longest = _coder(model, device)
    truncated = 0
    with open_output(output) as stream:
        for coded in coder.encode(progress(records), batch_size):
            truncated += coded.truncated
            write_json(stream, {"id": coded.id, "code": coded.code, "nats": coded.nats})
    if truncated:
        say(
            f"warning: {truncated} texts are longer than the {longest} pieces that the model "
            "reads; their codes are those of their beginnings."
        )


def _coder(model: Path, device: str) -> tuple[TextAutoencoder | TextTrees, int]:
    """What turns texts into codes with the model in a folder, and how many pieces it reads.

    A tree is over all of a text.
    """
    from summ.networks.model_folder import read_manifest
    from summ.pipelines.autoencode import TextAutoencoder
    from summ.pipelines.trees import TextTrees

    if read_manifest(model).family == "tree":
        return TextTrees.load(model), 0
    autoencoder = TextAutoencoder.load(model, device)
    return autoencoder, autoencoder.model.settings.max_sentence
