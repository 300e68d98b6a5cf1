"""A model by name or path, as the pipeline that uses it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from summ.pretrained import find_model

if TYPE_CHECKING:
    from summ.pipelines.autoencode import TextAutoencoder
    from summ.pipelines.embed import SentenceEncoder
    from summ.pipelines.summarize import Summarizer
    from summ.pipelines.trees import TextTrees


def load(
    name_or_path: Path | str, device: str | None = None
) -> Summarizer | SentenceEncoder | TextAutoencoder | TextTrees:
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
        A ``Summarizer`` of a summarization model, a ``SentenceEncoder`` of a sentence model, a
        ``TextAutoencoder`` of an autoencoder, ``TextTrees`` of a tree model.

    Raises:
        CheckpointError: there is no such model, or it is damaged or from another version.
    """
    from summ import families
    from summ.families.autoencoder.model import AutoencoderModel
    from summ.families.sentence.model import SentenceModel
    from summ.families.summarizer.model import SummaryModel
    from summ.families.tree.model import TreeModel
    from summ.networks.model_folder import read_manifest
    from summ.pipelines.autoencode import TextAutoencoder
    from summ.pipelines.compressors import parts_around
    from summ.pipelines.device import chosen_device
    from summ.pipelines.embed import SentenceEncoder
    from summ.pipelines.likeness import TrainingLikeness
    from summ.pipelines.summarize import Summarizer
    from summ.pipelines.trees import TextTrees

    device, folder = chosen_device(device), find_model(name_or_path)
    if read_manifest(folder).family == "shortener":
        return Summarizer(folder, device=device)
    match families.load(folder, device):
        case SummaryModel() as model:
            likeness = TrainingLikeness.of_summarizer(folder, model.settings.language)
            return Summarizer.of(parts_around(model, device), device, likeness)
        case SentenceModel() as model:
            return SentenceEncoder(model)
        case AutoencoderModel() as model:
            return TextAutoencoder(model)
        case TreeModel() as model:
            return TextTrees(model)
