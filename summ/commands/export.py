"""``summ export``: a model in the form that another program reads."""

from __future__ import annotations

from summ import options


def export(
    model: options.ExportedModel, to: options.ExportTarget, output: options.ExportFolder
) -> None:
    """Write a model in the form of another program, with a README.md on how to load it.

    transformers: a summarizer's compressor, or sentence encoders. ctranslate2: a compressor.
    onnx: either. sentence-transformers: sentence encoders.
    """
    from summ.export.export import export as write

    write(model, to, output)
    print(output)
