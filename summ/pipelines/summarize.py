"""The summarizer: texts of any kind and number in, summaries within their word budget out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from summ.data.readers import Record
from summ.data.windows import windows
from summ.pipelines.compressed import Compressed, SentenceCompressor
from summ.pipelines.compressors import SummarizerParts, load_compressor, load_parts
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.device import chosen_device
from summ.pipelines.extraction import plan_extraction
from summ.pipelines.late_models import LateEncoder, SentenceShortener
from summ.pipelines.length_plan import LengthLimit, LengthPlan, Segment, assemble, plan_summary
from summ.pipelines.likeness import TrainingLikeness
from summ.pipelines.line_judges import LineJudges
from summ.pipelines.rerank_weights import RerankWeights, parse_weights
from summ.pipelines.selection import Encode
from summ.pipelines.texts import as_records, checked_texts
from summ.pretrained import find_model, summarizers_by_language
from summ.summary import Method, Style, Summary
from summ.text.cleaning import clean
from summ.text.identification import identify
from summ.text.languages.cased_english import is_cased_english
from summ.text.sentences import split_sentences
from summ.text.words import count_words, is_unsegmented

_UNKNOWN = "und"  # language
_BY_SCRIPT = {_UNKNOWN, "en", "zh"}  # whose sentences are told without naming the language
_LEAST_WHOLE = 0.5  # of the words, by a whole sentence that stands for a broken one


class Summarizer:
    """Summarizes texts with a trained model.

    Long documents are split into sentences, the most informative are kept, and what does not
    fit the words is compressed.  A blank text has an empty summary.

    Example::

        summarizer = Summarizer()  # or Summarizer("en-small"), Summarizer("runs/mine/model")
        [summary] = summarizer.summarize([article], words=10)
        print(summary)
    """

    def __init__(
        self,
        model: SentenceCompressor | Path | str | None = None,
        encode: Encode | None = None,
        rerank: RerankWeights | None = None,
        shortener: SentenceShortener | None = None,
        prefer_shortener: bool = False,
        language: str = _UNKNOWN,
        device: str | None = None,
        likeness: TrainingLikeness | None = None,
    ) -> None:
        """Loads a model by its name or folder, as ``load`` does, or puts a summarizer together.

        Args:
            model: the name of a model that ships with summ (``en-lines``, ``en-small``,
                ``zh-small``), a model folder, or a name on the hub (``owner/name``); None is the
                default.  It says what ``shortener``, ``prefer_shortener`` and ``language`` are.  Or
                what shortens sentences to headlines.
            shortener: shortens English sentences that shall remain sentences.
            prefer_shortener: whether the style ``auto`` asks it.
            encode: makes vectors of sentences, to find the informative ones of a long document;
                None compares their words (TF-IDF).
            rerank: where a call does not say otherwise; see ``DecodingOptions``.
            language: that the compressor has learned (ISO 639-1).  Texts in another go to the model
                that ships for theirs, or are extracted.  Of an unknown one (``und``), all texts are
                compressed.
            device: where models are loaded to, as for ``load``.
            likeness: knows what the model has read, for ``Summary.unlike_training``; that of a
                named model is known by its name.

        Raises:
            CheckpointError, ArgumentError: as for ``load``.
        """
        device = chosen_device(device)
        if model is None or isinstance(model, str | Path):
            parts = load_parts(None if model is None else find_model(model), device)
            likeness = TrainingLikeness.of_summarizer(model, parts.language)
        else:
            parts = SummarizerParts(model, shortener, prefer_shortener, language)
        self._compressor = parts.compressor
        self._likeness = likeness
        self._encode = encode
        self._default = DecodingOptions(rerank=rerank)
        self._shortener = parts.shortener
        self._prefer_shortener = parts.prefer_shortener
        self._language = parts.language
        self._device = device
        self._others: dict[str, SentenceCompressor | None] = {}

    @staticmethod
    def load(
        path: Path | str | None = None,
        device: str | None = None,
        encoder: Path | str | None = None,
        rerank: RerankWeights | str | None = None,
        fluency: str | None = None,
        similarity: str | None = None,
    ) -> Summarizer:
        """Loads a model.

        Args:
            path: a model's folder, or the name of one that ships with summ or is on the hub
                (``owner/name``); by default the English one that ships, ``en-lines``.
            device: where torch computes: ``cpu``, ``cuda``, ``cuda:1``, ``mps``; by default
                (``auto``) a CUDA GPU if there is one.
            encoder: a sentence model by which to choose the sentences of long documents, loaded
                when the first of them comes; by default they are compared by their words.
            rerank: how the model's other networks choose among the summaries that the search
                ends with, also as the command takes it (``"reconstruction=2,humanness=0.5"``); by
                default as the model says.  ``"none"`` takes the one that is likeliest to the
                compressor.
            fluency: a pretrained causal language model that has a say in the choice among lines:
                a folder, or a name in the hub's cache (nothing is downloaded), with its weight as
                in ``"HuggingFaceTB/SmolLM2-135M=0.5"``.
            similarity: a pretrained sentence encoder, likewise.

        Raises:
            CheckpointError: the folder is missing, damaged or from another version.
            ArgumentError: there is no such device.
            ConfigError: ``rerank`` names no weight.
        """
        device = chosen_device(device)
        if isinstance(rerank, str):
            rerank = parse_weights(rerank)
        encode = None if encoder is None else LateEncoder(find_model(encoder), device)
        summarizer = Summarizer(path, encode, rerank, device=device)
        judges = LineJudges.parse(fluency, similarity)
        summarizer._default = replace(summarizer._default, judges=judges)
        return summarizer

    @staticmethod
    def of(
        parts: SummarizerParts, device: str, likeness: TrainingLikeness | None = None
    ) -> Summarizer:
        """A summarizer of loaded models, on the device that they are on."""
        return Summarizer(
            parts.compressor,
            shortener=parts.shortener,
            prefer_shortener=parts.prefer_shortener,
            language=parts.language,
            device=device,
            likeness=likeness,
        )

    def summarize(
        self,
        texts: Iterable[str],
        words: int | None = None,
        sentences: int | None = None,
        beams: int = 8,
        batch_size: int = 64,
        style: Style = "auto",
        language: str = "auto",
    ) -> list[Summary]:
        """Summarizes each text, in their order.

        Args:
            texts: strings: a list, a generator, a pandas Series, a numpy array, a column of a
                ``datasets.Dataset``.
            words: the most whitespace-separated words of a summary (characters in scripts
                without spaces), a promise; by default 10 for one sentence or a short text,
                20 for each of several ``sentences``, and 40 for a longer text.
            sentences: the most sentences to keep, which then share the words equally; by default
                one of a short text, and of a longer one as many as the words suffice for, whole
                if they fit.
            beams: width of the search; 1 is greedy search.
            batch_size: sentences compressed at once; changes speed and memory only.
            style: ``headline``, ``sentence`` or ``auto``; see ``DecodingOptions``.
            language: of all texts (ISO 639-1); ``auto`` finds out for each.

        Raises:
            ArgumentError: a number is below 1, there is no such style, or the language is no code.
            TypeError: ``texts`` is one text, one of them is no string, or a number not whole.
        """
        decoding = replace(
            self._default, beams=beams, batch_size=batch_size, style=style, language=language
        )
        return list(self.stream(texts, words, sentences, decoding))

    def summarize_together(
        self,
        texts: Iterable[str],
        words: int | None = None,
        sentences: int | None = None,
        decoding: DecodingOptions | None = None,
    ) -> Summary:
        """One summary of several documents; see ``stream`` for the arguments and errors.

        The sentences of all documents compete, what one has said no other repeats, and those that
        are kept stand in the order of the documents.
        """
        decoding = decoding or self._default
        every = list(checked_texts(texts))
        plan = self._plan(every, LengthLimit(words, sentences), decoding)
        [summary] = self._summaries([plan], ["1"], decoding)
        known = [value for value in self._unlike(every, [plan] * len(every)) if value is not None]
        said = _support(summary.text, every, plan.language)
        return replace(summary, unlike_training=max(known, default=None), support=said or None)

    def stream(
        self,
        texts: Iterable[str | Record],
        words: int | None = None,
        sentences: int | None = None,
        decoding: DecodingOptions | None = None,
    ) -> Iterator[Summary]:
        """Summarizes any number of texts in bounded memory, in their order.

        Args:
            texts: strings, or records with an ``id``; read a window at a time, no faster than
                summaries are taken.
            words, sentences: as for ``summarize``.
            decoding: how to search; by default as ``summarize`` does.

        Raises:
            ArgumentError, TypeError: as for ``summarize``.
        """
        return self._stream(
            as_records(texts), LengthLimit(words, sentences), decoding or self._default
        )

    def _stream(
        self, records: Iterable[Record], limit: LengthLimit, decoding: DecodingOptions
    ) -> Iterator[Summary]:
        position = 0
        for window in windows(records):
            numbered = [
                replace(record, id=record.id or str(number))
                for number, record in enumerate(window, start=position + 1)
            ]
            position += len(window)
            plans = [self._plan([record.text], limit, decoding) for record in numbered]
            summaries = self._summaries(plans, [record.id for record in numbered], decoding)
            unlike = self._unlike([record.text for record in numbered], plans)
            for summary, value in zip(summaries, unlike, strict=True):
                yield replace(summary, unlike_training=value)

    def _unlike(self, texts: Sequence[str], plans: Sequence[_RoutedPlan]) -> Sequence[float | None]:
        """``Summary.unlike_training`` of texts; None where another model or none writes."""
        own = [plan.compressor is self._compressor for plan in plans]
        if self._likeness is None or not any(own):
            return [None] * len(texts)
        found = iter(
            self._likeness.unlike([text for text, one in zip(texts, own, strict=True) if one])
        )
        return [next(found) if one else None for one in own]

    def _summaries(
        self, plans: Sequence[_RoutedPlan], names: Sequence[str], decoding: DecodingOptions
    ) -> Iterator[Summary]:
        """Summaries by plans whose sentences may share a batch."""
        compressed: dict[int, Iterator[Compressed]] = {}
        for compressor in {id(plan.compressor): plan.compressor for plan in plans}.values():
            tasks = [
                (part, len(plan.plan.parts) == 1)
                for plan in plans
                if plan.compressor is compressor
                for part in plan.plan.parts
                if part.budget is not None
            ]
            compressed[id(compressor)] = iter(self._compress(compressor, tasks, decoding))
        for name, plan in zip(names, plans, strict=True):
            yield _summary(name, plan, compressed[id(plan.compressor)])

    def _compress(
        self,
        compressor: SentenceCompressor | None,
        tasks: Sequence[tuple[Segment, bool]],
        decoding: DecodingOptions,
    ) -> list[Compressed]:
        """Each segment in at most its words, in the style that is wanted.

        Args:
            tasks: segments, and whether each is the whole of a summary.
        """
        if compressor is None:  # of whole sentences nothing is shortened
            return []
        own = compressor is self._compressor
        styles: list[Style] = [
            self._style(task.text, alone, decoding) if own else "headline" for task, alone in tasks
        ]
        compressed: dict[int, Compressed] = {}
        for style in sorted(set(styles)):
            places = [place for place, one in enumerate(styles) if one == style]
            texts = [tasks[place][0].text for place in places]
            budgets = [tasks[place][0].budget or 1 for place in places]
            if style != "headline" and self._shortener is not None:
                several = self._shortener.shorten(texts, budgets, replace(decoding, style=style))
            else:
                several = compressor.compress(texts, budgets, decoding)
            compressed |= dict(zip(places, several, strict=True))
        return [compressed[place] for place in range(len(tasks))]

    def _style(self, text: str, alone: bool, decoding: DecodingOptions) -> Style:
        """How a text is shortened: ``headline`` by the compressor, otherwise by the shortener.

        A line of its own may spare articles; a sentence among others may not.
        """
        if self._shortener is None or decoding.style == "headline":
            return "headline"
        preferred = self._prefer_shortener and decoding.rerank is None
        if not (decoding.style == "sentence" or preferred):
            return "headline"
        # A line of names has few words that only English has: *Norwick Air's offering sold out*.
        if not (is_cased_english(text) or identify(text.lower()) == "en"):
            return "headline"
        return "auto" if alone and decoding.style == "auto" else "sentence"

    def _plan(
        self, texts: Sequence[str], limit: LengthLimit, decoding: DecodingOptions
    ) -> _RoutedPlan:
        """What is kept of documents, and who shortens it."""
        cleaned = [clean(text) for text in texts]
        code = _language_of(cleaned, decoding.language)
        compressor = self._compressor_for(code)
        if compressor is None:
            return _RoutedPlan(plan_extraction(cleaned, limit, code, self._encode), code, None)
        may_shorten = _knows(self._language if compressor is self._compressor else code)
        if decoding.language != "auto":
            may_shorten = _knows(_UNKNOWN)
        plan = plan_summary(
            cleaned,
            limit,
            compressor.fits,
            compressor.longest,
            self._encode,
            may_shorten,
            None if code in _BY_SCRIPT else code,
        )
        return _RoutedPlan(plan, code, compressor)

    def _compressor_for(self, code: str) -> SentenceCompressor | None:
        """The model for a language: this one, or one that ships for it; None if there is none."""
        if code == _UNKNOWN or self._language in {code, _UNKNOWN}:
            return self._compressor
        if code not in self._others:
            folder = summarizers_by_language().get(code)
            self._others[code] = None if folder is None else load_compressor(folder, self._device)
        return self._others[code]


@dataclass(frozen=True)
class _RoutedPlan:
    """A plan, the language of its text, and the model that shortens; None if none does."""

    plan: LengthPlan
    language: str
    compressor: SentenceCompressor | None


def _support(summary: str, texts: Sequence[str], code: str) -> tuple[int, ...]:
    """How many of the texts have at least half of the telling words of each sentence."""
    from summ.text.alignment import SUPPORTED, support  # few texts need it

    return tuple(
        sum(share >= SUPPORTED for share in support(sentence, texts))
        for sentence in split_sentences(summary, language=code)
    )


def _language_of(texts: Sequence[str], wanted: str) -> str:
    """The language of documents: the wanted one, or the one that most of them have by length."""
    if wanted != "auto":
        return wanted
    lengths: dict[str, int] = {}
    for text in texts:
        if any(map(str.isalnum, text)):
            code = identify(text)
            lengths[code] = lengths.get(code, 0) + len(text)
    return max(lengths, key=lambda code: lengths[code]) if lengths else _UNKNOWN


def _knows(code: str) -> Callable[[str], bool]:
    """Whether a model of a language may shorten a sentence; of an unknown one, any."""
    return lambda sentence: code == _UNKNOWN or identify(sentence, default=code) == code


def _without_broken(plan: LengthPlan, parts: list[Compressed]) -> list[Compressed]:
    """The parts without shortened sentences that broke off, if others can stand for them."""
    whole = [
        replace(part, text="") if part.method == "cut" and segment.budget is not None else part
        for segment, part in zip(plan.parts, parts, strict=True)
    ]
    if len(parts) == 1 and not plan.reserve:
        return parts
    text = assemble(plan, [part.text for part in whole])
    # Where characters are words, the few of a short sentence say less than a broken one.
    few = is_unsegmented(text) and count_words(text) < _LEAST_WHOLE * plan.words
    return whole if text and not few else parts


def _summary(identifier: str, routed: _RoutedPlan, compressed: Iterator[Compressed]) -> Summary:
    """Puts a summary together; its compressed parts are the next ones of ``compressed``."""
    plan = routed.plan
    whole: Method = "kept" if plan.whole else "extracted"
    parts = [
        Compressed(part.text, 0.0, part.cut, "cut" if part.cut else whole)
        if part.budget is None
        else next(compressed)
        for part in plan.parts
    ]
    parts = _without_broken(plan, parts)
    text = assemble(plan, [part.text for part in parts])
    methods = [part.method for part in parts if part.text]
    methods = methods or ["extracted" if text else "kept"]
    # Of several parts, the one that lost most names the method.
    by_loss: tuple[Method, ...] = ("cut", "compressed", "extracted", "kept")
    return Summary(
        text=text,
        words=count_words(text),
        log_prob=sum((part.log_prob for part in parts), 0.0),
        truncated=any(part.truncated for part in parts),
        id=identifier,
        method=next((method for method in by_loss if method in methods), "kept"),
        language=routed.language,
    )
