"""Commands that make models, and what models are made from."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

from summ import options
from summ.commands.terminal import SHOWN_WARNINGS, say, wrong_usage

_CORES = os.cpu_count() or 1


def prepare(
    output: options.Corpus,
    documents: options.Documents = None,
    sentences: options.HumanSentences = None,
    prose: options.Prose = None,
    vocabulary_size: options.VocabularySize = 8000,
    vocabulary: options.VocabularyFolder = None,
    field: options.Field = "text",
    folding: options.Folding = True,
    workers: options.Workers = _CORES,
    on_error: options.BadRecords = "skip",
    seed: options.Seed = 1,
) -> None:
    """Make a corpus from .txt (a text a line), .jsonl or .csv files, each also .gz.

    Documents are what is to be summarized; sentences are what summaries should look like.  Prose
    keeps its sentences in order, and each .txt file is one document.
    """
    if prose and (documents or sentences):
        raise wrong_usage("give --prose, or --documents and --sentences, not both.")
    for name, files in (("--documents", documents), ("--sentences", sentences)):
        if not files and not prose:
            raise wrong_usage(f"Missing option '{name}'.")
    from summ.data.corpus import prepare as make
    from summ.data.prose import prepare_prose
    from summ.data.readers import expand_inputs

    def paths(names: list[str] | None) -> list[Path]:
        return [Path(path) for path in expand_inputs(names or [])]

    make_it = (
        partial(prepare_prose, paths(prose))
        if prose
        else partial(make, paths(documents), paths(sentences))
    )
    manifest = make_it(
        output,
        vocabulary_size,
        folding=folding,
        vocabulary=vocabulary,
        workers=workers,
        on_error=on_error,
        field=field,
        seed=seed,
        progress=say,
    )
    for line in manifest.skipped[:SHOWN_WARNINGS]:
        say(f"warning: {line}")
    if manifest.skipped_count:
        say(f"warning: {manifest.skipped_count} records skipped, listed in manifest.json.")
    print(output)


def train(
    config: options.Config,
    overrides: options.Overrides = None,
    output: options.RunFolder = None,
    resume: options.Resume = False,
) -> None:
    """Train a machine; the same as: accelerate launch -m summ.train CONFIG ..."""
    import logging

    from summ.families import load_run
    from summ.families import train as run_training

    settings = load_run(config, overrides or ())
    if output is not None:
        settings = settings.model_copy(update={"output": output})
    logging.basicConfig(stream=sys.stderr, format="summ: %(message)s", level=logging.WARNING)
    logging.getLogger("summ").setLevel(logging.INFO)
    folder = run_training(settings, resume)
    if os.environ.get("RANK", "0") == "0":
        print(folder)


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


def average(
    first: options.FirstModel,
    second: options.SecondModel,
    output: options.AverageFolder,
    share: options.SecondShare = 0.5,
    half: options.HalfPrecision = False,
) -> None:
    """Blend two models of one run: the mean of their weights keeps much of what each learned."""
    import torch

    from summ.errors import CheckpointError
    from summ.families.summarizer.averaging import average_models
    from summ.families.summarizer.model import load_summary_model, save_summary_model

    if output.exists() or output.is_symlink():
        raise CheckpointError(f"{output}: exists already. Choose another --output, or remove it.")
    blended = average_models(load_summary_model(first), load_summary_model(second), share)
    save_summary_model(blended, output, torch.float16 if half else torch.float32)
    print(output)


def info(model: options.ModelArgument = None) -> None:
    """Show the versions of summ and its libraries, and what a model is made of."""
    import platform
    from importlib.metadata import version

    print(f"python: {platform.python_version()}")
    for package in ("summ", "torch", "transformers", "accelerate"):
        print(f"{package}: {version(package)}")
    from summ.families.summarizer.model import SHIPPED, load_summary_model

    folder = SHIPPED if model is None else model
    summary_model = load_summary_model(folder)
    print(f"model: {folder}")
    for name, network in summary_model.networks().items():
        print(f"{name}: {sum(weights.numel() for weights in network.parameters()):,} parameters")
    print(
        f"vocabulary: {summary_model.vocabulary.size:,} pieces, "
        f"folding {summary_model.vocabulary.folding}"
    )
    print(f"max_document: {summary_model.settings.max_document} pieces")
    print(f"max_sentence: {summary_model.settings.max_sentence} pieces")
    shortlist = summary_model.settings.shortlist
    print(f"shortlist: {'open vocabulary' if shortlist is None else f'{len(shortlist)} pieces'}")
