"""Operations: what the models do for a request, one after the other.

Everything is done by the pipelines that the commands call; the summarizer, the scorer and the
inspector share one model.  What the first summary does not need is read when it is first needed.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Literal

from summ.data.readers import Record
from summ.pipelines.decoding_options import DecodingOptions

if TYPE_CHECKING:
    from summ.families.summarizer.model import SummaryModel
    from summ.pipelines.compressors import SummarizerParts
    from summ.pipelines.embed import SentenceEncoder
    from summ.pipelines.inspection import Inspector
    from summ.pipelines.likeness import TrainingLikeness
    from summ.pipelines.score import Scorer
    from summ.pipelines.summarize import Summarizer

Result = dict[str, Any]


@dataclass(frozen=True)
class Load:
    """Loads what the default summary needs; nothing looks through it for garbage again."""


@dataclass(frozen=True)
class ImportTheRest:
    """Imports, beside what runs, what the first summary did without."""


@dataclass(frozen=True)
class Summarize:
    """A summary of each text, or one of all."""

    words: int | None
    sentences: int | None
    style: Literal["auto", "headline", "sentence"]
    beams: int
    language: str = "auto"


@dataclass(frozen=True)
class SummarizeTogether:
    """One summary of all texts, given once for each of them; ``ticket`` keeps requests apart."""

    options: Summarize
    ticket: int


@dataclass(frozen=True)
class Score:
    """The scores of each text, without its place among others."""


@dataclass(frozen=True)
class Embed:
    """The vector of each text."""


@dataclass(frozen=True)
class Inspect:
    """What the networks do with each text."""

    words: int
    beams: int


@dataclass(frozen=True)
class Neighbours:
    """The texts that are nearest to the first one; ``ticket`` keeps requests apart."""

    count: int
    ticket: int


Operation = (
    Load | ImportTheRest | Summarize | SummarizeTogether | Score | Embed | Inspect | Neighbours
)


class Models:
    """The models of a server."""

    def __init__(self, model: Path | None, encoder: Path | None, device: str | None = None) -> None:
        """Names the models; ``run(Load())`` loads the first.

        Args:
            model: the folder of a summarization model; None is the one that ships.
            encoder: of a sentence model, likewise.
            device: as for ``Summarizer.load``.
        """
        self._model, self._encoder_folder, self._device = model, encoder, device
        self._read_models: dict[Path, SummaryModel] = {}

    def run(self, operation: Operation, texts: Sequence[str]) -> list[Result]:
        """One result for each text.

        Raises:
            SummError: a text or an option cannot be used.
        """
        match operation:
            case Load():
                return self._loaded(len(texts))
            case ImportTheRest():
                # A thread that the end of the program does not wait for.
                Thread(target=_import_the_rest, daemon=True).start()
                return [{}] * len(texts)
            case Summarize():
                return self._summaries(operation, texts)
            case SummarizeTogether():
                options = operation.options
                summary = self._summarizer.summarize_together(
                    texts, options.words, options.sentences, _decoding(options)
                )
                return [_summary_fields(summary)] * len(texts)
            case Score():
                return self._scores(texts)
            case Embed():
                vectors = self._encoder.encode(texts)
                return [{"vector": row} for row in vectors.tolist()]
            case Inspect():
                return self._inspections(operation, texts)
            case Neighbours():
                return self._neighbours(operation, texts)

    @cached_property
    def _place(self) -> str:
        from summ.pipelines.device import chosen_device

        return chosen_device(self._device)

    @cached_property
    def _parts(self) -> SummarizerParts:
        from summ.pipelines.compressors import load_parts

        return load_parts(self._model, self._place, self._read)

    @cached_property
    def _summarizer(self) -> Summarizer:
        from summ.pipelines.summarize import Summarizer

        return Summarizer.of(self._parts, self._place, self._likeness)

    @cached_property
    def _likeness(self) -> TrainingLikeness | None:
        from summ.pipelines.likeness import TrainingLikeness

        return TrainingLikeness.of_summarizer(self._model, self._parts.language)

    @cached_property
    def _scorer(self) -> Scorer:
        from summ.pipelines.score import Scorer

        return Scorer(self._read(self._model), self._likeness)

    @cached_property
    def _inspector(self) -> Inspector:
        from summ.pipelines.inspection import Inspector

        return Inspector(self._read(self._model))

    @cached_property
    def _encoder(self) -> SentenceEncoder:
        from summ.pipelines.embed import SentenceEncoder

        return SentenceEncoder.load(self._encoder_folder, self._device)

    def _read(self, folder: Path | None) -> SummaryModel:
        """A summarizer, read once for all that need it; None is the one that ships."""
        from summ.families.summarizer.model import SHIPPED, load_summary_model

        folder = folder or SHIPPED
        if folder not in self._read_models:
            self._read_models[folder] = load_summary_model(folder, self._place)
        return self._read_models[folder]

    def _loaded(self, count: int) -> list[Result]:
        from summ.pipelines.late_models import LateShortener

        gc.disable()
        try:
            _ = self._summarizer
            shortener = self._parts.shortener
            if self._parts.prefer_shortener and isinstance(shortener, LateShortener):
                shortener.load()
            gc.freeze()
        finally:
            gc.enable()
        return [{}] * count

    def _summaries(self, options: Summarize, texts: Sequence[str]) -> list[Result]:
        records = [Record("", text) for text in texts]
        summaries = self._summarizer.stream(
            records, options.words, options.sentences, _decoding(options)
        )
        return [_summary_fields(summary) for summary in summaries]

    def _scores(self, texts: Sequence[str]) -> list[Result]:
        return [asdict(score) for score in self._scorer.score(Record("", text) for text in texts)]

    def _inspections(self, options: Inspect, texts: Sequence[str]) -> list[Result]:
        inspector = self._inspector
        return [asdict(inspector.inspect(text, options.words, options.beams)) for text in texts]

    def _neighbours(self, options: Neighbours, texts: Sequence[str]) -> list[Result]:
        """The same answer for each text."""
        from summ.pipelines.neighbours import CodedTexts, code_texts

        encoder = self._encoder
        query, *among = texts
        coded = CodedTexts(among, code_texts(among, encoder))
        near = coded.nearest(query, encoder, options.count) if among else []
        found = [
            {"line": one.place + 1, "text": one.text}
            | {"cosine": one.cosine, "distance": one.distance}
            for one in near
        ]
        return [{"neighbours": found}] * len(texts)


def _import_the_rest() -> None:
    """Imports what a later text would wait for.

    Texts that the default leaves to the summarizer, scores and the look inside need transformers,
    whose import takes seconds.
    """
    import transformers.models.gpt2.modeling_gpt2
    import transformers.models.pegasus.modeling_pegasus  # noqa: F401


def _decoding(options: Summarize) -> DecodingOptions:
    return DecodingOptions(beams=options.beams, style=options.style, language=options.language)


def _summary_fields(summary: Any) -> Result:
    """By the names of ``summ summarize --format jsonl``."""
    fields = asdict(summary)
    fields["summary"] = fields.pop("text")
    return fields
