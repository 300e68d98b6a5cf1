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
from summ.evaluation.pairs import Texts
from summ.evaluation.rouge import Progress

if TYPE_CHECKING:
    from summ.networks.machine import Machine
    from summ.networks.sentence_model import SentenceModel

NLL = "reconstruction_nll_per_word"
HUMANNESS = "humanness"
FLUENCY_NLL = "fluency_nll_per_word"
SLOR = "fluency_slor"
SIMILARITY = "similarity"


@dataclass(frozen=True)
class MachineSummaries:
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
) -> MachineSummaries:
    """Summarizes every source with a machine.

    Args:
        model: its folder; by default the model that ships with summ.
        words, beams, batch_size: as for ``Summarizer.stream``.
        rerank: weights by name, as ``summ.inference.reranking.parse_weights`` reads them.
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

    from summ.inference.compression import MachineCompressor
    from summ.inference.reranking import parse_weights
    from summ.inference.summarizer import Summarizer
    from summ.networks.machine import SHIPPED, load_machine
    from summ.text.readers import Record

    weights = None if rerank is None else parse_weights(rerank)
    folder = SHIPPED if model is None else model
    machine = load_machine(folder, "cuda" if torch.cuda.is_available() else "cpu")
    records = (Record("", source) for source in texts.sources)
    compressor = MachineCompressor(machine, weights, in_order)
    found = Summarizer(compressor).stream(records, words, None, beams, batch_size)
    predictions = []
    for summary in found:
        predictions.append(summary.text)
        if progress is not None:
            progress(1)
    figures = {}
    if with_figures:
        figures = model_figures(machine, texts.sources, predictions, batch_size=batch_size)
    log = folder.parent / "metrics.jsonl"
    return MachineSummaries(predictions, figures, folder, log if log.exists() else None)


def model_figures(
    machine: Machine, sources: Sequence[str], summaries: Sequence[str], *, batch_size: int = 64
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
    encoded = (machine.vocabulary.encode(list(column)) for column in (sources, summaries))
    room = machine.settings.max_document - 1, machine.settings.max_sentence - 1
    pairs = [
        (source[: room[0]], summary[: room[1]]) for source, summary in zip(*encoded, strict=True)
    ]
    known = [line for line, pair in enumerate(pairs) if all(pair)]
    known.sort(key=lambda line: len(pairs[line][0]))
    names = (
        (NLL, HUMANNESS) if machine.language_model is None else (NLL, HUMANNESS, FLUENCY_NLL, SLOR)
    )
    figures = {name: [math.nan] * len(pairs) for name in names}
    for start in range(0, len(known), batch_size):
        lines = known[start : start + batch_size]
        for name, values in _judge(machine, [pairs[line] for line in lines]).items():
            for line, value in zip(lines, values, strict=True):
                figures[name][line] = value
    return figures


def _judge(
    machine: Machine, pairs: Sequence[tuple[list[int], list[int]]]
) -> dict[str, list[float]]:
    """Figures of one batch of sources and summaries in pieces."""
    import torch

    from summ.inference.decoding import chosen, score
    from summ.inference.search import Searcher
    from summ.learning.objectives import sequence_nll
    from summ.learning.rewards import fluency_reward
    from summ.types import Words

    searcher = Searcher(machine)
    marks = searcher.marks
    sources, drafts = (
        Words.from_lists([[*ids, marks.eos] for ids in column], marks.pad).to(searcher.device)
        for column in zip(*pairs, strict=True)
    )
    with torch.inference_mode():
        words = (marks.starts_word[sources.ids] & sources.mask).sum(dim=1).clamp(min=1)  # (B,)
        read = machine.reconstructor.read(drafts, words)
        log_probs = score(machine.reconstructor, read, sources, marks).log_probs  # (B, S)
        # Pieces that no output may contain have probability 0: they say nothing about a text.
        nll = -log_probs.masked_fill(~sources.mask | log_probs.isinf(), 0.0).sum(dim=1) / words
        human = machine.discriminator(drafts).float().sigmoid()  # (B, T)
        mean = human.masked_fill(~drafts.mask, 0.0).sum(dim=1) / drafts.mask.sum(dim=1)
        figures = {NLL: nll, HUMANNESS: mean}
        if machine.language_model is not None:
            likely = chosen(machine.language_model(drafts), drafts)  # (B, T)
            lifts = likely - machine.language_model.unigram[drafts.ids]
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

    from summ.networks.machine import load_machine
    from summ.networks.sentence_model import MANIFEST, load_sentence_model

    device = "cuda" if torch.cuda.is_available() else "cpu"
    figures: dict[str, list[float]] = {}
    for folder in folders:
        pairs = (texts.sources, summaries)
        if (folder / MANIFEST).is_file():
            found = similarity_figures(
                load_sentence_model(folder, device), *pairs, batch_size=batch_size
            )
        else:
            found = model_figures(load_machine(folder, device), *pairs, batch_size=batch_size)
        if found.keys() & figures.keys():
            raise ConfigError(
                f"{folder}: another judge gives {min(found)}, too. Give one model and one encoder."
            )
        figures |= found
    return figures
