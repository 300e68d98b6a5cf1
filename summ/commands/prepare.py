"""``summ prepare``: a corpus of the user's own texts, to train on."""

from __future__ import annotations

import os
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
    language: options.Language = "und",
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
        language=language,
        progress=say,
    )
    for line in manifest.skipped[:SHOWN_WARNINGS]:
        say(f"warning: {line}")
    if manifest.skipped_count:
        say(f"warning: {manifest.skipped_count} records skipped, listed in manifest.json.")
    print(output)
