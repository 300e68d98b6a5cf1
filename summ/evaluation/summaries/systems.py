"""A machine as the system that is judged: its summaries, and what networks think of summaries.

The one module of this room that needs torch, and only when it is called.

Axes: B summaries, S positions of a source, T positions of a summary.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from summ.errors import ConfigError, DataError
from summ.evaluation.summaries.pairs import Texts
from summ.evaluation.summaries.rouge import Progress

if TYPE_CHECKING:
    from summ.families.sentence.model import SentenceModel
    from summ.families.summarizer.model import SummaryModel

NLL = "reconstruction_nll_per_word"
HUMANNESS = "humanness"
FLUENCY_NLL = "fluency_nll_per_word"
SLOR = "fluency_slor"
SIMILARITY = "similarity"


@dataclass(frozen=True)
class ModelSummaries:
    """What a machine made of some sources.

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
    beams: int = 8,
    rerank: str | None = None,
    in_order: bool = False,
    batch_size: int = 64,
    with_figures: bool = False,
    progress: Progress | None = None,
) -> ModelSummaries:
    """Summarizes every source with a machine.

    Args:
        model: its folder; by default the model that ships with summ.
        words, beams, batch_size: as for ``Summarizer.stream``.
        rerank: weights by name, as ``summ.pipelines.rerank.parse_weights`` reads them.
        in_order: as for ``Summarizer.load``.
        with_figures: have its networks judge the summaries, too.
        progress: called with the number of sources newly summarized.

    Raises:
        DataError: there are no sources.
        ConfigError: a weight that cannot be read.
        CheckpointError: the folder is missing, damaged or from another version.
    """
    if texts.sources is None:
        raise DataError("evaluate: a model needs sources, but only references were given.")
    import torch

    from summ.data.readers import Record
    from summ.families.summarizer.model import SHIPPED, load_summary_model
    from summ.pipelines.compress import ModelCompressor
    from summ.pipelines.rerank import parse_weights
    from summ.pipelines.summarize import Summarizer

    weights = None if rerank is None else parse_weights(rerank)
    folder = SHIPPED if model is None else model
    summary_model = load_summary_model(folder, "cuda" if torch.cuda.is_available() else "cpu")
    records = (Record("", source) for source in texts.sources)
    compressor = ModelCompressor(summary_model, weights, in_order)
    found = Summarizer(compressor).stream(records, words, None, beams, batch_size)
    predictions = []
    for summary in found:
        predictions.append(summary.text)
        if progress is not None:
            progress(1)
    figures = {}
    if with_figures:
        figures = model_figures(summary_model, texts.sources, predictions, batch_size=batch_size)
    log = folder.parent / "metrics.jsonl"
    return ModelSummaries(predictions, figures, folder, log if log.exists() else None)


def model_figures(
    summary_model: SummaryModel,
    sources: Sequence[str],
    summaries: Sequence[str],
    *,
    batch_size: int = 64,
) -> dict[str, list[float]]:
    """What a machine's networks other than the compressor think of summaries, its own or others'.

    Returns:
        ``reconstruction_nll_per_word``: -log p(source | summary) in nats, over the words of the
        source as the machine counts them; of a long source, the beginning that it reads.
        ``humanness``: mean probability, over the prefixes of the summary, that a human wrote it.
        With a language model, ``fluency_nll_per_word``: -log p(summary) in nats, over its words
        and its end (the exponential is its perplexity); and ``fluency_slor``: by how many nats a
        piece it is likelier than the same pieces anywhere in documents (``LanguageModel.lifts``).
        All nan where the source or the summary is blank.
    """
    encoded = (summary_model.vocabulary.encode(list(column)) for column in (sources, summaries))
    room = summary_model.settings.max_document - 1, summary_model.settings.max_sentence - 1
    pairs = [
        (source[: room[0]], summary[: room[1]]) for source, summary in zip(*encoded, strict=True)
    ]
    known = [line for line, pair in enumerate(pairs) if all(pair)]
    known.sort(key=lambda line: len(pairs[line][0]))
    names = (
        (NLL, HUMANNESS)
        if summary_model.language_model is None
        else (NLL, HUMANNESS, FLUENCY_NLL, SLOR)
    )
    figures = {name: [math.nan] * len(pairs) for name in names}
    for start in range(0, len(known), batch_size):
        lines = known[start : start + batch_size]
        for name, values in _judge(summary_model, [pairs[line] for line in lines]).items():
            for line, value in zip(lines, values, strict=True):
                figures[name][line] = value
    return figures


def _judge(
    summary_model: SummaryModel, pairs: Sequence[tuple[list[int], list[int]]]
) -> dict[str, list[float]]:
    """Figures of one batch of sources and summaries in pieces."""
    import torch

    from summ.families.summarizer.rewards import fluency_reward
    from summ.networks.policy import chosen, score
    from summ.pipelines.search import Searcher
    from summ.training.objectives.likelihood import sequence_nll
    from summ.types import Tokens

    searcher = Searcher(summary_model)
    marks = searcher.marks
    sources, drafts = (
        Tokens.from_lists([[*ids, marks.eos] for ids in column], marks.pad).to(searcher.device)
        for column in zip(*pairs, strict=True)
    )
    with torch.inference_mode():
        words = (marks.starts_word[sources.ids] & sources.mask).sum(dim=1).clamp(min=1)  # (B,)
        read = summary_model.reconstructor.read(drafts, words)
        log_probs = score(summary_model.reconstructor, read, sources, marks).log_probs  # (B, S)
        # Pieces that no output may contain have probability 0: they say nothing about a text.
        nll = -log_probs.masked_fill(~sources.mask | log_probs.isinf(), 0.0).sum(dim=1) / words
        human = summary_model.discriminator(drafts).float().sigmoid()  # (B, T)
        mean = human.masked_fill(~drafts.mask, 0.0).sum(dim=1) / drafts.mask.sum(dim=1)
        figures = {NLL: nll, HUMANNESS: mean}
        if summary_model.language_model is not None:
            likely = chosen(summary_model.language_model(drafts), drafts)  # (B, T)
            lifts = likely - summary_model.language_model.unigram[drafts.ids]
            ends = (marks.starts_word[drafts.ids] & drafts.mask).sum(dim=1) + 1  # and the end mark
            figures[FLUENCY_NLL] = sequence_nll(likely, drafts.mask) / ends
            figures[SLOR] = fluency_reward(lifts, drafts.mask)
    return {name: values.tolist() for name, values in figures.items()}


def similarity_figures(
    model: SentenceModel, sources: Sequence[str], summaries: Sequence[str], *, batch_size: int = 64
) -> dict[str, list[float]]:
    """The cosine of each summary's sentence vector and its source's.

    Returns:
        ``similarity``: between -1 and 1; nan where the source or the summary is blank.  Of a long
        source the encoder reads the beginning.
    """
    import torch

    device = next(model.encoders.parameters()).device
    figures = [math.nan] * len(summaries)
    pairs = list(zip(sources, summaries, strict=True))
    known = [line for line, pair in enumerate(pairs) if all(map(str.strip, pair))]
    for start in range(0, len(known), batch_size):
        lines = known[start : start + batch_size]
        columns = zip(*(pairs[line] for line in lines), strict=True)
        with torch.inference_mode():
            read = [model.vectors(model.read(list(column)).to(device)) for column in columns]
            cosines = (read[0] * read[1]).sum(dim=1).tolist()  # vectors have length 1
        for line, cosine in zip(lines, cosines, strict=True):
            figures[line] = cosine
    return {SIMILARITY: figures}


def figures_by(
    folders: Sequence[Path], texts: Texts, summaries: Sequence[str], *, batch_size: int = 64
) -> dict[str, list[float]]:
    """What models think of any system's summaries.

    Args:
        folders: of machines (see ``model_figures``) and sentence encoders (``similarity``).

    Raises:
        DataError: there are no sources.
        ConfigError: two folders give the same figure.
        CheckpointError: a folder is neither, damaged or from another version.
    """
    if texts.sources is None:
        raise DataError("evaluate: judges need sources, but only references were given.")
    import torch

    from summ.families.sentence.model import FAMILY, load_sentence_model
    from summ.families.summarizer.model import load_summary_model
    from summ.networks.model_folder import read_manifest

    device = "cuda" if torch.cuda.is_available() else "cpu"
    figures: dict[str, list[float]] = {}
    for folder in folders:
        pairs = (texts.sources, summaries)
        if read_manifest(folder).family == FAMILY:
            found = similarity_figures(
                load_sentence_model(folder, device), *pairs, batch_size=batch_size
            )
        else:
            found = model_figures(load_summary_model(folder, device), *pairs, batch_size=batch_size)
        if found.keys() & figures.keys():
            raise ConfigError(
                f"{folder}: another judge gives {min(found)}, too. Give one model and one encoder."
            )
        figures |= found
    return figures
