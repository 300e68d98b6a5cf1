"""A model by name or path, as the pipeline that uses it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from summ.errors import CheckpointError
from summ.pretrained import find_model

if TYPE_CHECKING:
    from summ.pipelines.embed import SentenceEncoder
    from summ.pipelines.summarize import Summarizer


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
    from summ.networks.model_folder import read_manifest

    folder = find_model(name_or_path)
    match read_manifest(folder).family:
        case "summarizer":
            from summ.pipelines.summarize import Summarizer

            return Summarizer.load(folder, device)
        case "sentence":
            from summ.pipelines.embed import SentenceEncoder

            return SentenceEncoder.load(folder, device)
        case "shortener":
            raise CheckpointError(
                f"{folder}: a shortener writes summaries together with a summarizer. Load the "
                "summarizer, and ask it for style='sentence'."
            )
        case other:
            raise CheckpointError(
                f"{folder}: a model of the family {other!r}, which this summ does not know. "
                "Use a newer version."
            )
