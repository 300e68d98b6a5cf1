"""What a summarizer is put together of, by the model folder that a user names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from summ.errors import CheckpointError
from summ.networks.model_folder import ModelManifest, read_manifest
from summ.pipelines.late_models import LateCompressor, LateShortener
from summ.pretrained import shipped_models
from summ.text.languages.language import language

if TYPE_CHECKING:
    from summ.families.summarizer.model import SummaryModel
    from summ.pipelines.compressed import SentenceCompressor
    from summ.pipelines.late_models import SentenceShortener

_CHINESE, _ENGLISH, _UNKNOWN = "zh", "en", "und"
_SUMMARIZER = "en-small"  # which stands behind shorteners of English


@dataclass(frozen=True)
class SummarizerParts:
    """The models of a summarizer; see ``Summarizer`` for each."""

    compressor: SentenceCompressor
    shortener: SentenceShortener | None
    prefer_shortener: bool
    language: str


def load_parts(
    folder: Path | None, device: str, load: Callable[[Path], SummaryModel] | None = None
) -> SummarizerParts:
    """The models that a folder stands for.

    A summarizer writes what it has learned to write; the shortener that ships is asked for the
    style of a sentence only.  A shortener of English, of which the default is one, leaves what it
    cannot read to the summarizer that ships.  A folder that is named is read at once, so that what
    is wrong with it is told at once; what ships is read when a text needs it.

    Args:
        folder: a summarizer's or a shortener's; None is the default.
        load: reads the summarizer in a folder; by default to ``device``.

    Raises:
        CheckpointError: the folder is missing, damaged, or of another family or version.
    """
    load = load or partial(_read, device=device)
    manifest = None if folder is None else read_manifest(folder)
    if folder is not None and manifest is not None and manifest.family != "shortener":
        if folder in shipped_models().values():
            late = LateCompressor(folder, partial(load, folder))
            return SummarizerParts(late, LateShortener(None, device), False, manifest.language)
        return parts_around(load(folder), device)
    if folder is not None and manifest is not None and not _is_english(manifest):
        return SummarizerParts(_read_shortener(folder, device), None, False, manifest.language)
    summarizer = shipped_models()[_SUMMARIZER]
    compressor = LateCompressor(summarizer, partial(load, summarizer))
    return SummarizerParts(compressor, LateShortener(folder, device), True, _ENGLISH)


def parts_around(model: SummaryModel, device: str) -> SummarizerParts:
    """A loaded summarizer, and the shortener that ships beside it."""
    from summ.pipelines.compress import ModelCompressor

    shortener = LateShortener(None, device)
    return SummarizerParts(ModelCompressor(model), shortener, False, model.settings.language)


def load_compressor(folder: Path, device: str) -> SentenceCompressor:
    """A summarizer's compressor, or a shortener of another language than English.

    Raises:
        CheckpointError: the folder is missing, damaged, or of another family or version.
    """
    manifest = read_manifest(folder)
    if manifest.family == "shortener" and not _is_english(manifest):
        return _read_shortener(folder, device)
    from summ.pipelines.compress import ModelCompressor

    return ModelCompressor(_read(folder, device))


def is_english_shortener(folder: Path) -> bool:
    """Whether a folder holds a shortener that leaves what it cannot read to a summarizer.

    Raises:
        CheckpointError: the folder is missing or damaged.
    """
    manifest = read_manifest(folder)
    return manifest.family == "shortener" and _is_english(manifest)


def _is_english(manifest: ModelManifest) -> bool:
    """Whether a shortener is one of English, or of nobody knows what."""
    return manifest.language in {_ENGLISH, _UNKNOWN}


def _read_shortener(folder: Path, device: str) -> SentenceCompressor:
    """A shortener of another language, which needs no summarizer beside it.

    Raises:
        CheckpointError: nobody has named the phrases of its language.
    """
    code = read_manifest(folder).language
    if code != _CHINESE and not (language(code).prepositions or language(code).clauses):
        raise CheckpointError(
            f"{folder}: a shortener of the language '{code}', whose phrases nobody has named. "
            f"Write prepositions and clauses into summ/text/languages/{code}.toml."
        )
    from summ.families.shortener.model import load_shortener

    model = load_shortener(folder, device)
    if code == _CHINESE:
        from summ.pipelines.shorten_chinese import chinese_shortener

        return chinese_shortener(model)
    from summ.pipelines.shorten_phrases import phrase_shortener

    return phrase_shortener(model)


def _read(folder: Path, device: str) -> SummaryModel:
    from summ.families.summarizer.model import load_summary_model

    return load_summary_model(folder, device)
