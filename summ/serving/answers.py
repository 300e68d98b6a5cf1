"""Answers: from questions of the API to operations of the models, and back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

from summ.data.readers import Record
from summ.errors import DataError
from summ.serving import schema
from summ.serving.batching import Batcher
from summ.serving.limits import Limits
from summ.serving.operations import (
    Embed,
    Inspect,
    Neighbours,
    Operation,
    Result,
    Score,
    Summarize,
    SummarizeTogether,
)
from summ.text.alignment import SUPPORTED, align, support
from summ.text.sentences import split_sentences
from summ.text.words import count_words

_CHUNK = 64  # texts that a long request hands over at once, so that others are heard between


class TooMuchError(DataError):
    """A request is larger than the server takes."""


@dataclass(frozen=True)
class Answers:
    """Answers questions by the models behind a batcher.

    Attributes:
        tickets: numbers that keep apart what must not be joined.
    """

    batcher: Batcher[Operation, Result]
    limits: Limits
    tickets: count[int]

    async def summarize(self, question: schema.SummarizeQuestion) -> schema.SummarizeAnswer:
        """The summary of each text, or one of all."""
        records = self._records(question)
        options = _options(question)
        if question.together:
            return await self._together(records, options, question.alignment)
        results = await self._chunks(options, [record.text for record in records])
        summaries = [
            _summary(record, result, question.alignment)
            for record, result in zip(records, results, strict=True)
        ]
        return schema.SummarizeAnswer(summaries=summaries, support=[])

    async def stream(
        self, records: Sequence[Record], question: schema.SummarizeOptions
    ) -> AsyncIterator[schema.SummaryAnswer]:
        """The summaries of many texts, as they are made.

        Args:
            records: as ``numbered`` returns them.
        """
        for start in range(0, len(records), _CHUNK):
            part = records[start : start + _CHUNK]
            texts = [record.text for record in part]
            results = await self.batcher.submit(_options(question), texts)
            for record, result in zip(part, results, strict=True):
                yield _summary(record, result, False)

    def numbered(self, records: Sequence[Record]) -> list[Record]:
        """The texts of a file of lines, each with an id.

        Raises:
            DataError: there are too many.
        """
        return self._numbered(records, self.limits.lines)

    async def score(self, question: schema.Texts) -> schema.ScoresAnswer:
        """The scores of each text, and its place among the others of the request."""
        records = self._records(question)
        results = await self._chunks(Score(), [record.text for record in records])
        from summ.pipelines.score import percentiles

        nan = float("nan")
        known = [nan if one["nll_per_word"] is None else one["nll_per_word"] for one in results]
        ranks = [None if rank != rank else rank for rank in percentiles(known)]
        scores = [
            schema.ScoreAnswer(**{**result, "id": record.id, "anomaly_percentile": rank})
            for record, result, rank in zip(records, results, ranks, strict=True)
        ]
        return schema.ScoresAnswer(scores=scores)

    async def embed(self, question: schema.Texts) -> schema.EmbedAnswer:
        """The vector of each text."""
        records = self._records(question)
        results = await self._chunks(Embed(), [record.text for record in records])
        vectors = [result["vector"] for result in results]
        ids = [record.id for record in records]
        return schema.EmbedAnswer(ids=ids, dimension=len(vectors[0]), vectors=vectors)

    async def neighbours(self, question: schema.NeighboursQuestion) -> schema.NeighboursAnswer:
        """The nearest lines."""
        texts = [question.query, *question.among]
        self._check(texts, self.limits.lines)
        operation = Neighbours(question.count, next(self.tickets))
        results = await self.batcher.submit(operation, texts)
        return schema.NeighboursAnswer(**results[0])

    async def inspect(self, question: schema.InspectQuestion) -> schema.InspectAnswer:
        """What the networks do with a text."""
        self._check([question.text], 1)
        operation = Inspect(question.words, question.beams)
        [result] = await self.batcher.submit(operation, [question.text])
        rebuilt = align(result["read"], result["rebuilt"]).summary
        stretches = [schema.Stretch(**asdict(stretch)) for stretch in rebuilt]
        return schema.InspectAnswer(**result, rebuilt_alignment=stretches)

    async def _together(
        self, records: Sequence[Record], options: Summarize, alignment: bool
    ) -> schema.SummarizeAnswer:
        operation = SummarizeTogether(options, next(self.tickets))
        texts = [record.text for record in records]
        result = (await self.batcher.submit(operation, texts))[0]
        summary = _summary(Record("1", "\n\n".join(texts)), result, alignment)
        supported = [_support(one, records) for one in split_sentences(summary.summary)]
        return schema.SummarizeAnswer(summaries=[summary], support=supported)

    async def _chunks(self, operation: Operation, texts: Sequence[str]) -> list[Result]:
        """Results for any number of texts, a part at a time."""
        results: list[Result] = []
        for start in range(0, len(texts), _CHUNK):
            results += await self.batcher.submit(operation, texts[start : start + _CHUNK])
        return results

    def _records(self, question: schema.Texts) -> list[Record]:
        """The texts of a question, each with an id."""
        if bool(question.texts) == bool(question.records):
            found = "both" if question.texts else "neither"
            raise DataError(f'body: needs either "texts" or "records", found {found}. See /docs.')
        given = [Record(record.id, record.text) for record in question.records]
        records = given or [Record("", text) for text in question.texts]
        return self._numbered(records, self.limits.texts)

    def _numbered(self, records: Sequence[Record], most: int) -> list[Record]:
        self._check([record.text for record in records], most)
        return [
            Record(record.id or str(number), record.text)
            for number, record in enumerate(records, start=1)
        ]

    def _check(self, texts: Sequence[str], most: int) -> None:
        """Refuses more than the limits, and what cannot be written in UTF-8."""
        limits, words = self.limits, 0
        if len(texts) > most:
            raise TooMuchError(
                f"body: at most {most} texts, found {len(texts)}. Send them in parts."
            )
        for number, text in enumerate(texts, start=1):
            try:
                text.encode()
            except UnicodeEncodeError as error:
                raise DataError(
                    f"text {number}: half a surrogate pair at character {error.start + 1}. "
                    "Mend the text."
                ) from error
            own = count_words(text)
            words += own
            if own > limits.words:
                raise TooMuchError(
                    f"text {number}: at most {limits.words} words, found {own}. Split it."
                )
        if words > limits.all_words:
            raise TooMuchError(
                f"body: at most {limits.all_words} words in all, found {words}. "
                "Send the texts in parts."
            )


def _options(question: schema.SummarizeOptions) -> Summarize:
    return Summarize(
        question.words, question.sentences, question.style, question.beams, question.language
    )


def _summary(record: Record, result: Result, alignment: bool) -> schema.SummaryAnswer:
    aligned: dict[str, Any] | None = None
    if alignment:
        aligned = asdict(align(record.text, result["summary"], result["language"]))
        aligned = {name: list(values) for name, values in aligned.items()}
    return schema.SummaryAnswer(**{**result, "id": record.id, "alignment": aligned})


def _support(sentence: str, records: Sequence[Record]) -> schema.Support:
    shares = support(sentence, [record.text for record in records])
    texts = [
        schema.Supporter(id=record.id, share=share)
        for record, share in zip(records, shares, strict=True)
        if share >= SUPPORTED
    ]
    texts.sort(key=lambda one: -one.share)
    return schema.Support(sentence=sentence, texts=texts)
