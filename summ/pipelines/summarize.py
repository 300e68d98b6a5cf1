"""The summarizer: texts of any kind and number in, summaries within their word budget out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from summ.data.readers import Record
from summ.data.windows import windows
from summ.errors import ConfigError
from summ.pipelines.compress import Compressed, SentenceCompressor
from summ.pipelines.length_plan import LengthLimit, LengthPlan, Segment, assemble, plan_summary
from summ.pipelines.selection import Encode
from summ.text.languages.cased_english import is_cased_english
from summ.text.words import count_words
from summ.types import Method, Style, Summary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from summ.pipelines.embed import SentenceEncoder
    from summ.pipelines.rerank import RerankWeights


class Summarizer:
    """Summarizes texts with a trained machine.

    Long documents are split into sentences, the most informative are kept, and what does not
    fit the words is compressed.  A blank text has an empty summary.
    """

    def __init__(
        self,
        compressor: SentenceCompressor,
        encode: Encode | None = None,
        shortener: SentenceShortener | None = None,
        prefer_shortener: bool = False,
    ) -> None:
        """Puts a summarizer together.

        Args:
            compressor: shortens sentences to headlines.
            encode: makes vectors of sentences, to find the informative ones of a long document;
                None compares their words (TF-IDF).
            shortener: shortens English sentences so that they remain sentences.
            prefer_shortener: whether the style ``auto`` asks it.
        """
        self._compressor = compressor
        self._encode = encode
        self._shortener = shortener
        self._prefer_shortener = prefer_shortener

    @staticmethod
    def load(
        path: Path | str | None = None,
        device: str | None = None,
        encoder: Path | str | None = None,
        rerank: RerankWeights | None = None,
        in_order: bool = False,
    ) -> Summarizer:
        """Loads a machine.

        Args:
            path: the folder of a model; by default the one that ships with summ.
            encoder: the folder of a sentence model, loaded when the first long document comes;
                by default sentences are compared by their words.
            device: where torch computes, such as ``cpu`` or ``cuda:1``; by default a GPU if
                there is one.
            rerank: how the machine's other networks choose among the summaries that the search
                ends with; by default as the model says, ``reranking.LIKELIEST`` hears none of them.
            in_order: whether a summary says the words of each sentence in their order.

        Raises:
            CheckpointError: the folder is missing, damaged or from another version.
        """
        import torch

        from summ.families.summarizer.model import load_summary_model
        from summ.pipelines.compress import ModelCompressor

        chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
        folder = None if path is None else Path(path)
        encode = None if encoder is None else _LateEncoder(Path(encoder), chosen)
        summary_model = load_summary_model(folder, chosen)
        compressor = ModelCompressor(summary_model, rerank, in_order)
        # Whoever chooses a model or how it searches wants to see what that does.
        default = path is None and rerank is None and not in_order
        return Summarizer(compressor, encode, _LateShortener(chosen), default)

    def summarize(
        self,
        texts: Sequence[str],
        words: int | None = None,
        sentences: int | None = None,
        beams: int = 8,
        batch_size: int = 64,
        style: Style = "auto",
    ) -> list[Summary]:
        """Summarizes each text; see ``stream`` for the arguments.

        Raises:
            ConfigError: a number is below 1.
        """
        if isinstance(texts, str):
            raise TypeError("texts must be a list of texts, but is one text; write [text]")
        records = (Record("", text) for text in texts)
        return list(self.stream(records, words, sentences, beams, batch_size, style))

    def summarize_together(
        self,
        texts: Sequence[str],
        words: int | None = None,
        sentences: int | None = None,
        beams: int = 8,
        batch_size: int = 64,
        style: Style = "auto",
    ) -> Summary:
        """One summary of several documents; see ``stream`` for the arguments.

        The sentences of all documents compete, what one has said no other repeats, and those that
        are kept stand in the order of the documents.

        Raises:
            ConfigError: a number is below 1.
        """
        if isinstance(texts, str):
            raise TypeError("texts must be a list of texts, but is one text; write [text]")
        limit = _length_limit(words, sentences, beams, batch_size)
        plan = self._plan(texts, limit)
        [summary] = self._summaries([plan], ["1"], beams, batch_size, style)
        return summary

    def stream(
        self,
        records: Iterable[Record],
        words: int | None = None,
        sentences: int | None = None,
        beams: int = 8,
        batch_size: int = 64,
        style: Style = "auto",
    ) -> Iterator[Summary]:
        """Summarizes any number of records in bounded memory, in their order.

        Args:
            records: read a window at a time, no faster than summaries are taken.
            words: the most whitespace-separated words of a summary (characters in scripts
                without spaces), a promise; by default 10 for one sentence or a short text,
                20 for each of several ``sentences``, and 40 for a longer text.
            sentences: the most sentences to keep, which then share the words equally; by default
                one of a short text, and of a longer one as many as the words suffice for, whole
                if they fit.
            beams: 1 is greedy search.
            batch_size: sentences compressed at once; changes speed and memory only.
            style: how what must be shortened reads: ``headline``, as this model was trained to
                write; ``sentence``, English sentences with phrases left out; ``auto``, the
                latter for English in its own case if the model is the one that ships.

        Raises:
            ConfigError: a number is below 1.
        """
        limit = _length_limit(words, sentences, beams, batch_size)
        return self._stream(records, limit, beams, batch_size, style)

    def _stream(
        self,
        records: Iterable[Record],
        limit: LengthLimit,
        beams: int,
        batch_size: int,
        style: Style,
    ) -> Iterator[Summary]:
        position = 0
        for window in windows(records):
            numbered = [
                Record(record.id or str(number), record.text)
                for number, record in enumerate(window, start=position + 1)
            ]
            position += len(window)
            plans = [self._plan([record.text], limit) for record in numbered]
            names = [record.id for record in numbered]
            yield from self._summaries(plans, names, beams, batch_size, style)

    def _summaries(
        self,
        plans: Sequence[LengthPlan],
        names: Sequence[str],
        beams: int,
        batch_size: int,
        style: Style,
    ) -> Iterator[Summary]:
        """Summaries by plans whose sentences may share a batch."""
        tasks = [part for plan in plans for part in plan.parts if part.budget is not None]
        compressed = iter(self._shorten(tasks, beams, batch_size, style))
        for name, plan in zip(names, plans, strict=True):
            yield _summary(name, plan, compressed)

    def _shorten(
        self, tasks: Sequence[Segment], beams: int, batch_size: int, style: Style
    ) -> list[Compressed]:
        """Each segment in at most its words, in the style that is wanted."""
        found: dict[int, Compressed] = {}
        for shorten, by_shortener in (
            (self._compressor.compress, False),
            (None if self._shortener is None else self._shortener.shorten, True),
        ):
            own = [
                place
                for place, task in enumerate(tasks)
                if self._reads_as_sentence(task.text, style) == by_shortener
            ]
            if own and shorten is not None:
                texts = [tasks[place].text for place in own]
                budgets = [tasks[place].budget or 1 for place in own]
                several = shorten(texts, budgets, beams=beams, batch_size=batch_size)
                found |= dict(zip(own, several, strict=True))
        return [found[place] for place in range(len(tasks))]

    def _reads_as_sentence(self, text: str, style: Style) -> bool:
        """Whether the shortener is asked for a text."""
        if self._shortener is None or style == "headline":
            return False
        return (style == "sentence" or self._prefer_shortener) and is_cased_english(text)

    def _plan(self, texts: Sequence[str], limit: LengthLimit) -> LengthPlan:
        compressor = self._compressor
        return plan_summary(texts, limit, compressor.fits, compressor.longest, self._encode)


class SentenceShortener(Protocol):
    """What the summarizer needs to shorten sentences that shall remain sentences."""

    def shorten(
        self, texts: Sequence[str], words: Sequence[int], *, beams: int, batch_size: int
    ) -> list[Compressed]:
        """Each text in at most so many words."""


class _LateShortener:
    """The shortener that ships with summ, loaded when the first text needs it."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._shortener: SentenceShortener | None = None

    def shorten(
        self, texts: Sequence[str], words: Sequence[int], *, beams: int, batch_size: int
    ) -> list[Compressed]:
        if self._shortener is None:
            from summ.families.shortener.model import load_shortener
            from summ.pipelines.shorten import Shortener

            self._shortener = Shortener(load_shortener(None, self._device))
        return self._shortener.shorten(texts, words, beams=beams, batch_size=batch_size)


class _LateEncoder:
    """A sentence model that is loaded when the first long document needs it."""

    def __init__(self, folder: Path, device: str) -> None:
        self._folder = folder
        self._device = device
        self._encoder: SentenceEncoder | None = None

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self._encoder is None:
            from summ.pipelines.embed import SentenceEncoder

            self._encoder = SentenceEncoder.load(self._folder, self._device)
        return self._encoder.encode(texts)


def _length_limit(
    words: int | None, sentences: int | None, beams: int, batch_size: int
) -> LengthLimit:
    """What the user asks for, every number checked."""
    for name, value in (("beams", beams), ("batch size", batch_size)):
        if value < 1:
            raise ConfigError(f"{name}: must be at least 1, but is {value}.")
    return LengthLimit(words, sentences)


def _summary(identifier: str, plan: LengthPlan, compressed: Iterator[Compressed]) -> Summary:
    """Puts a summary together; its compressed parts are the next ones of ``compressed``."""
    whole: Method = "kept" if len(plan.parts) == 1 and plan.whole else "extracted"
    parts = [
        Compressed(part.text, 0.0, False, whole) if part.budget is None else next(compressed)
        for part in plan.parts
    ]
    text = assemble(plan, [part.text for part in parts])
    methods = [part.method for part in parts]
    # Of several parts, the one that lost most names the method.
    by_loss: tuple[Method, ...] = ("cut", "compressed", "extracted", "kept")
    return Summary(
        text=text,
        words=count_words(text),
        log_prob=sum((part.log_prob for part in parts), 0.0),
        truncated=any(part.truncated for part in parts),
        id=identifier,
        method=next((method for method in by_loss if method in methods), "kept"),
    )
