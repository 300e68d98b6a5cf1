"""``summ info``: which models there are, and what one is made of."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from summ import options
from summ.commands.threads import thread_count, usable_cores
from summ.distribution import version_of
from summ.pretrained import FIGURES, shipped_models

if TYPE_CHECKING:
    from pathlib import Path

    from summ.families.autoencoder.model import AutoencoderModel
    from summ.families.sentence.model import SentenceModel
    from summ.families.summarizer.model import SummaryModel
    from summ.families.tree.model import TreeModel
    from summ.text.vocabulary import Vocabulary


def info(model: options.ModelArgument = None) -> None:
    """Show what a model is made of, or list the models that ship with summ.

    Either way, the versions of summ and of its libraries come first.
    """
    print(f"python: {platform.python_version()}")
    for package in ("summ", "torch", "transformers", "accelerate"):
        print(f"{package}: {version_of(package)}")
    print(f"threads: {thread_count()} (usable cores: {usable_cores()})")
    if model is None:
        _list_models()
        return
    from summ import families
    from summ.families.autoencoder.model import AutoencoderModel
    from summ.families.sentence.model import SentenceModel
    from summ.families.summarizer.model import SummaryModel
    from summ.families.tree.model import TreeModel
    from summ.networks.model_folder import read_manifest

    manifest = read_manifest(model)
    print(f"model: {model}")
    print(f"family: {manifest.family}")
    print(f"language: {manifest.language}")
    figures = FIGURES.get(model.name) if shipped_models().get(model.name) == model else None
    if figures is not None:
        print(f"figures: {figures}")
    if manifest.family == "shortener":
        _describe_shortener(model)
        return
    match families.load(model):
        case SummaryModel() as loaded:
            _describe_summarizer(loaded)
        case SentenceModel() as loaded:
            _describe_encoder(loaded)
        case AutoencoderModel() as loaded:
            _describe_autoencoder(loaded)
        case TreeModel() as loaded:
            _describe_tree(loaded)


def _list_models() -> None:
    """Name, family, language and size on disk of each model that ships with summ."""
    from summ.evaluation.tables import table
    from summ.networks.model_folder import read_manifest

    rows = []
    for name, folder in shipped_models().items():
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        manifest = read_manifest(folder)
        rows.append([name, manifest.family, manifest.language, f"{size / 1e6:.1f} MB"])
    print()
    print(table(["model", "family", "language", "size"], rows))
    print()
    for name in shipped_models():
        if name in FIGURES:
            print(f"{name}: {FIGURES[name]}")
    print("\nsumm info MODEL says more of one; its card is README.md in its folder.")


def _describe_shortener(folder: Path) -> None:
    from summ.families.shortener.model import load_shortener

    model = load_shortener(folder)
    count = sum(weights.numel() for weights in model.compressor.parameters())
    print(f"compressor: {count:,} parameters")
    print(f"longest line: {model.settings.longest_line} words")
    _describe_vocabulary(model.vocabulary)


def _describe_summarizer(model: SummaryModel) -> None:
    for name, network in model.networks().items():
        print(f"{name}: {sum(weights.numel() for weights in network.parameters()):,} parameters")
    _describe_vocabulary(model.vocabulary)
    print(f"max_document: {model.settings.max_document} pieces")
    print(f"max_sentence: {model.settings.max_sentence} pieces")
    shortlist = model.settings.shortlist
    judges = [f"{reward} {name}" for reward, name in sorted(model.settings.judges.items())]
    print(f"pretrained judges: {'; '.join(judges) or 'none'}")
    print(f"shortlist: {'open vocabulary' if shortlist is None else f'{len(shortlist)} pieces'}")


def _describe_encoder(model: SentenceModel) -> None:
    for name, network in model.networks().items():
        print(f"encoder {name}: {sum(w.numel() for w in network.parameters()):,} parameters")
    _describe_vocabulary(model.vocabulary)
    settings = model.settings
    print(f"objective: {settings.objective}")
    print(f"pooling: {settings.pooling}")
    print(f"dimension: {settings.dimension}")
    print(f"max_pieces: {settings.max_pieces}")


def _describe_autoencoder(model: AutoencoderModel) -> None:
    count = sum(weights.numel() for weights in model.network.parameters())
    print(f"autoencoder: {count:,} parameters")
    _describe_vocabulary(model.vocabulary)
    print(f"bottleneck: {model.settings.bottleneck.kind}, {model.settings.bottleneck.slots} slots")
    print(f"max_sentence: {model.settings.max_sentence} pieces")


def _describe_tree(model: TreeModel) -> None:
    _describe_vocabulary(model.vocabulary)
    settings = model.settings
    print(f"end_weight: {settings.end_weight:g}")
    print(f"mark: {settings.mark:g}")
    print(f"right_branching: {settings.right_branching:g}")


def _describe_vocabulary(vocabulary: Vocabulary) -> None:
    print(f"vocabulary: {vocabulary.size:,} pieces, folding {vocabulary.folding}")
