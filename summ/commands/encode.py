"""``summ encode``: texts as codes of an autoencoder."""

from __future__ import annotations

from summ import options
from summ.commands.terminal import begun, progress, read_inputs, reading_model, say
from summ.commands.threads import use_threads


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
    """Turn texts into the codes of an autoencoder: {"id", "code", "nats"}, a line each.

    A FILE is one document, unless --lines makes each line one, or it ends in .jsonl or .csv.
    nats: the information that the code holds; null where nothing limits it.
    """
    from summ.data.files import open_output, write_json

    use_threads(threads)
    records = begun(read_inputs(files, lines, field, errors, on_error))
    with reading_model():
        from summ.pipelines.autoencode import TextAutoencoder

        autoencoder = TextAutoencoder.load(model, device)
    truncated = 0
    with open_output(output) as stream:
        for coded in autoencoder.encode(progress(records), batch_size):
            truncated += coded.truncated
            write_json(stream, {"id": coded.id, "code": coded.code, "nats": coded.nats})
    if truncated:
        longest = autoencoder.model.settings.max_sentence
        say(
            f"warning: {truncated} texts are longer than the {longest} pieces that the model "
            "reads; their codes are those of their beginnings."
        )
