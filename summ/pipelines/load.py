"""A model by name or path, as the pipeline that uses it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from summ.pretrained import find_model

if TYPE_CHECKING:
    from summ.pipelines.embed import SentenceEncoder
    from summ.pipelines.summarize import Summarizer

_SENTENCE_MANIFEST = "sentence-encoder.json"


def load(name_or_path: Path | str, device: str | None = None) -> Summarizer | SentenceEncoder:
    """Loads a model and returns what uses it.

    Example::

        import summ

        [summary] = summ.load("en-small").summarize([article], words=10)
        vectors = summ.load("en-encoder").encode(sentences)

    Args:
        name_or_path: the name of a model that ships with summ (``summ info`` lists them), or the
            folder of a trained one.
        device: where torch computes, such as ``cpu`` or ``cuda:1``; by default a GPU if there
            is one.

    Returns:
        A ``Summarizer`` of a summarization model, a ``SentenceEncoder`` of a sentence model.

    Raises:
        CheckpointError: there is no such model, or it is damaged or from another version.
    """
    from summ.pipelines.embed import SentenceEncoder
    from summ.pipelines.summarize import Summarizer

    folder = find_model(name_or_path)
    if family_of(folder) == "sentence":
        return SentenceEncoder.load(folder, device)
    return Summarizer.load(folder, device)


def family_of(folder: Path) -> Literal["summarizer", "sentence"]:
    """Of which family the model in a folder is; a summarizer where there is none."""
    return "sentence" if (folder / _SENTENCE_MANIFEST).is_file() else "summarizer"
