"""The compressor in a model folder, of whichever family shortens texts by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from summ.networks.model_folder import read_manifest

if TYPE_CHECKING:
    from summ.pipelines.compress import SentenceCompressor

_CHINESE = "zh"


def is_chinese_shortener(folder: Path) -> bool:
    """Whether a folder holds a shortener of Chinese, which needs no summarizer beside it.

    Raises:
        CheckpointError: the folder is missing or damaged.
    """
    manifest = read_manifest(folder)
    return manifest.family == "shortener" and manifest.language == _CHINESE


def load_compressor(folder: Path, device: str) -> SentenceCompressor:
    """A summarizer's compressor, or a shortener of Chinese.

    Raises:
        CheckpointError: the folder is missing, damaged, or of another family or version.
    """
    if is_chinese_shortener(folder):
        from summ.families.shortener.model import load_shortener
        from summ.pipelines.shorten_chinese import ChineseShortener

        return ChineseShortener(load_shortener(folder, device))
    from summ.families.summarizer.model import load_summary_model
    from summ.pipelines.compress import ModelCompressor

    return ModelCompressor(load_summary_model(folder, device))
