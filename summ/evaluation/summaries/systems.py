"""A model as a system under evaluation: its summaries, and what networks say of any summaries.

The one module of this room that needs torch, and only when it is called.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from summ.errors import ConfigError, DataError
from summ.evaluation.summaries.pairs import Texts
from summ.evaluation.summaries.rouge import Progress
from summ.pipelines.decoding_options import DecodingOptions

if TYPE_CHECKING:
    from summ.families.sentence.model import SentenceModel
    from summ.families.summarizer.critics import Critics
    from summ.families.summarizer.model import SummaryModel
    from summ.text.vocabulary import Vocabulary
    from summ.types import Tokens

NLL = "reconstruction_nll_per_word"
HUMANNESS = "humanness"
FLUENCY_NLL = "fluency_nll_per_word"
SLOR = "fluency_slor"
SIMILARITY = "similarity"
_DEFAULT = DecodingOptions()


@dataclass(frozen=True)
class ModelSummaries:
    """A model's summaries of some sources.

    Attributes:
        predictions: one summary a source.
        figures: for ``evaluate(model_figures=...)``; see ``model_figures``.
        folder: of the model.
        metrics: the log of the run that the folder is part of, if there is one.
    """

    predictions: list[str]
    figures: dict[str, list[float]]
    folder: Path
    metrics: Path | None


def summarize_texts(
    texts: Texts,
    model: Path | None = None,
    *,
    words: int | None = None,
    decoding: DecodingOptions = _DEFAULT,
    with_figures: bool = False,
    device: str = "auto",
    progress: Progress | None = None,
) -> ModelSummaries:
    """Summarizes every source with a model.

    Args:
        model: its folder; by default the model that ships with summ.
        words, decoding: as for ``Summarizer.stream``.
        with_figures: whether its networks score the summaries, too; see ``model_figures``.
        device: as for ``Summarizer.load``.
        progress: called with the number of sources newly summarized.

    Raises:
        DataError: there are no sources.
        CheckpointError: the folder is missing, damaged or from another version.
    """
    if texts.sources is None:
        raise DataError("evaluate: a model needs sources, but only references were given.")
    from summ.data.readers import Record
    from summ.families.summarizer.model import SHIPPED
    from summ.pipelines.compress import ModelCompressor
    from summ.pipelines.compressors import is_english_shortener, load_compressor
    from summ.pipelines.device import chosen_device
    from summ.pipelines.summarize import Summarizer

    folder, compressor, device = SHIPPED if model is None else model, None, chosen_device(device)
    if is_english_shortener(folder):
        summarizer, decoding = Summarizer(folder, device=device), replace(decoding, style="auto")
    else:
        compressor = load_compressor(folder, device)
        summarizer = Summarizer(compressor, device=device)
    records = (Record("", source) for source in texts.sources)
    found = summarizer.stream(records, words, decoding=decoding)
    predictions = []
    for summary in found:
        predictions.append(summary.text)
        if progress is not None:
            progress(1)
    figures = {}
    if with_figures and isinstance(compressor, ModelCompressor):
        figures = model_figures(
            compressor.model, texts.sources, predictions, batch_size=decoding.batch_size
        )
    log = folder.parent / "metrics.jsonl"
    return ModelSummaries(predictions, figures, folder, log if log.exists() else None)


def model_figures(
    summary_model: SummaryModel,
    sources: Sequence[str],
    summaries: Sequence[str],
    *,
    batch_size: int = 64,
) -> dict[str, list[float]]:
    """What a model's networks other than the compressor say of summaries, its own or others'.

    Returns:
        ``reconstruction_nll_per_word``: -log p(source | summary) in nats, per whitespace-separated
        word of the source; of a long source, the beginning that the model reads.
        ``humanness``: probability that a human wrote the summary, the mean over its prefixes.
        With a language model, ``fluency_nll_per_word``: -log p(summary) in nats, its end included,
        per whitespace-separated word of the summary (the exponential is the perplexity per word);
        and ``fluency_slor``: see ``summ.families.summarizer.rewards.fluency_reward``.
        All nan where the source or the summary is blank.
    """
    from summ.families.summarizer.critics import Critics
    from summ.families.summarizer.critique import nll_per_word
    from summ.types import Tokens

    encoded = (summary_model.vocabulary.encode(list(column)) for column in (sources, summaries))
    room = summary_model.settings.max_document - 1, summary_model.settings.max_sentence - 1
    pairs = [
        (source[: room[0]], summary[: room[1]]) for source, summary in zip(*encoded, strict=True)
    ]
    known = [line for line, pair in enumerate(pairs) if all(pair)]
    known.sort(key=lambda line: len(pairs[line][0]))
    critics = replace(Critics.of(summary_model), salience=None)  # it reads the compressor
    marks = critics.marks
    names = (NLL, HUMANNESS, FLUENCY_NLL, SLOR)[: 2 if critics.language_model is None else 4]
    figures = {name: [math.nan] * len(pairs) for name in names}
    for start in range(0, len(known), batch_size):
        lines = known[start : start + batch_size]
        texts, drafts = (
            Tokens.from_lists([[*pairs[line][column], marks.eos] for line in lines], marks.pad)
            for column in (0, 1)
        )
        for name, values in _figures(critics, texts, drafts).items():
            for line, value in zip(lines, values, strict=True):
                figures[name][line] = value
    for name, given, column in ((NLL, sources, 0), (FLUENCY_NLL, summaries, 1)):
        for line in known if name in names else ():
            read = _read_part(summary_model.vocabulary, given[line], pairs[line][column])
            figures[name][line] = nll_per_word(figures[name][line], read)
    return figures


def _figures(critics: Critics, sources: Tokens, summaries: Tokens) -> dict[str, list[float]]:
    """The figures of one batch as far as there are critics; the nll summed over each text."""
    from summ.families.summarizer.critique import critique

    device = critics.marks.starts_word.device
    found = critique(critics, sources.to(device), summaries.to(device))
    figures = {
        NLL: found.source_nll,
        HUMANNESS: found.humanness,
        FLUENCY_NLL: found.language_model_nll,
        SLOR: found.fluency,
        SIMILARITY: found.similarity,
    }
    return {name: column.tolist() for name, column in figures.items() if column is not None}


def _read_part(vocabulary: Vocabulary, text: str, ids: Sequence[int]) -> str:
    """The beginning of a text that these pieces stand for, with the spaces of the text."""
    from summ.text.folding import fold

    words = len(vocabulary.split(ids))
    if not vocabulary.folding:
        return " ".join(vocabulary.canonical(text).split()[:words])
    folded = fold(text)
    if words >= len(folded.surfaces):
        return text
    surfaces = zip(folded.surfaces[:words], folded.glued, strict=False)
    return "".join(surface if glued else f" {surface}" for surface, glued in surfaces)


def similarity_figures(
    model: SentenceModel, sources: Sequence[str], summaries: Sequence[str], *, batch_size: int = 64
) -> dict[str, list[float]]:
    """The cosine of each summary's sentence vector and its source's.

    Returns:
        ``similarity``: between -1 and 1; nan where the source or the summary is blank.  Of a long
        source the encoder reads the beginning.
    """
    from summ.families.summarizer.critics import Critics
    from summ.networks.policy import Marks

    device = next(model.encoders.parameters()).device
    critics = Critics(Marks.of(model.vocabulary, device), sentence_vectors=model.vectors)
    figures = [math.nan] * len(summaries)
    pairs = list(zip(sources, summaries, strict=True))
    known = [line for line, pair in enumerate(pairs) if all(map(str.strip, pair))]
    for start in range(0, len(known), batch_size):
        lines = known[start : start + batch_size]
        texts, drafts = (model.read([pairs[line][column] for line in lines]) for column in (0, 1))
        cosines = _figures(critics, texts, drafts)[SIMILARITY]
        for line, cosine in zip(lines, cosines, strict=True):
            figures[line] = cosine
    return {SIMILARITY: figures}


def figures_by(
    folders: Sequence[Path],
    texts: Texts,
    summaries: Sequence[str],
    *,
    batch_size: int = 64,
    device: str = "auto",
) -> dict[str, list[float]]:
    """What networks say of any system's summaries.

    Args:
        folders: of summarizers (see ``model_figures``) and sentence encoders (``similarity``).
        device: as for ``Summarizer.load``.

    Raises:
        DataError: there are no sources.
        ConfigError: two folders give the same figure.
        CheckpointError: a folder is neither, damaged or from another version.
    """
    if texts.sources is None:
        raise DataError("evaluate: judges need sources, but only references were given.")
    from summ import families
    from summ.families.sentence.model import SentenceModel
    from summ.families.summarizer.model import SummaryModel
    from summ.pipelines.device import chosen_device

    device = chosen_device(device)
    figures: dict[str, list[float]] = {}
    for folder in folders:
        pairs = (texts.sources, summaries)
        match families.load(folder, device):
            case SummaryModel() as model:
                found = model_figures(model, *pairs, batch_size=batch_size)
            case SentenceModel() as model:
                found = similarity_figures(model, *pairs, batch_size=batch_size)
            case _:
                raise ConfigError(
                    f"{folder}: a model that judges no summaries. Give a summarizer, or a sentence "
                    "model."
                )
        if found.keys() & figures.keys():
            raise ConfigError(
                f"{folder}: another judge gives {min(found)}, too. Give one model and one encoder."
            )
        figures |= found
    return figures
