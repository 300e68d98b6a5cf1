"""Compressing sentences: from texts and word budgets to shorter texts, in batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from summ.families.summarizer.model import SummaryModel
from summ.pipelines.compressed import Compressed, ReadingRoom
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.rerank import Reranker, weights_of
from summ.pipelines.rerank_weights import RerankWeights
from summ.pipelines.search import Hypothesis, Searcher
from summ.pipelines.texts import alike
from summ.text.folding import Folded, unfold
from summ.text.surface import SurfaceFacts
from summ.text.words import count_words, cut_to_words

_ROWS_AT_ONCE = 64


@dataclass(frozen=True)
class Finalists:
    """The summaries of one text that a search ends with.

    Attributes:
        source: the pieces of the text that the model read; none if it cannot read the script.
        hypotheses: the likeliest per piece first.
        texts: each of them as its reader sees it.
    """

    source: list[int]
    hypotheses: list[Hypothesis]
    texts: list[str]


@dataclass(frozen=True)
class _Source:
    """A text as the model reads it.

    Attributes:
        place: its row among the texts.
        folded: its words, if the vocabulary folds.
        ids: its pieces, without marks, as many as the model reads.
        surface_facts: how it is written.
        budget: the most words that may remain of it.
        cut: whether it is longer than the model reads.
    """

    place: int
    folded: Folded | None
    ids: list[int]
    surface_facts: SurfaceFacts
    budget: int
    cut: bool


class ModelCompressor:
    """A ``SentenceCompressor`` that searches with a model's compressor and reranks."""

    def __init__(self, model: SummaryModel) -> None:
        """A compressor.

        Raises:
            CheckpointError: the model brings along weights for reranking that are not known.
        """
        self.model = model
        self._searcher = Searcher(model)
        self._weights = weights_of(model)
        self._rerankers: dict[RerankWeights, Reranker] = {}
        self._room = ReadingRoom(model.vocabulary, model.settings.max_document)

    @property
    def longest(self) -> int:
        return self._room.longest

    def fits(self, text: str) -> bool:
        return self._room.fits(text)

    def compress(
        self, texts: Sequence[str], budgets: Sequence[int], decoding: DecodingOptions
    ) -> list[Compressed]:
        sources = self._read(texts, budgets)
        compressed: list[Compressed | None] = [None] * len(texts)
        for batch in alike(sources, lambda source: len(source.ids), self._at_once(decoding)):
            for source, best in zip(batch, self._search(batch, texts, decoding), strict=True):
                compressed[source.place] = self._write(source, best, texts[source.place])
        return [one for one in compressed if one is not None]

    def _at_once(self, decoding: DecodingOptions) -> int:
        """How many sources are searched together.

        A search keeps what it thought of all pieces at every step.  Without a GPU, more rows than
        some need more memory and save no time.
        """
        if self._searcher.device.type != "cpu":
            return decoding.batch_size
        return min(decoding.batch_size, max(1, _ROWS_AT_ONCE // decoding.beams))

    def finalists(self, text: str, words: int, beams: int) -> Finalists:
        """What the search of one text ends with, before anything is chosen.

        Args:
            words: the most words of a summary.
            beams: width of the search, and how many summaries it ends with.
        """
        [source] = self._read([text], [words])
        if not source.ids:
            return Finalists([], [], [])
        [found] = self._searcher.candidates(
            [source.ids], [words], beams, beams, [source.surface_facts]
        )
        return Finalists(source.ids, found, [self._write(source, one, text).text for one in found])

    def _search(
        self, batch: Sequence[_Source], texts: Sequence[str], decoding: DecodingOptions
    ) -> list[Hypothesis]:
        """The summary of each source, in pieces."""
        ids, budgets = [source.ids for source in batch], [source.budget for source in batch]
        surface_facts, beams = [source.surface_facts for source in batch], decoding.beams
        weights = self._weights if decoding.rerank is None else decoding.rerank
        if (weights.silent and decoding.judges is None) or beams == 1:
            return self._searcher.search(ids, budgets, beams, surface_facts)
        several = self._searcher.candidates(ids, budgets, beams, beams, surface_facts)
        if weights not in self._rerankers:
            self._rerankers[weights] = Reranker(self.model, weights)
        if decoding.judges is None:
            return self._rerankers[weights].choose(ids, several)
        worths = self._rerankers[weights].worths(ids, several)
        device = next(self.model.compressor.parameters()).device
        chosen = []
        for source, found, own in zip(batch, several, worths, strict=True):
            text = texts[source.place]
            lines = [self._write(source, one, text).text for one in found]
            chosen.append(found[decoding.judges.best(text, lines, own, device)])
        return chosen

    def _read(self, texts: Sequence[str], budgets: Sequence[int]) -> list[_Source]:
        """The ids of the part of each text that the model can read."""
        vocabulary = self.model.vocabulary
        most = self._room.characters
        heads = [_head_of_text(text, most) for text in texts]
        folded = [vocabulary.fold(head) if vocabulary.folding else None for head in heads]
        canonical = [
            vocabulary.canonical(head) if form is None else form.text
            for head, form in zip(heads, folded, strict=True)
        ]
        all_ids = [
            # More pieces than characters are bytes of a script that the model never learned:
            # such a text is cut after its first words, not compressed.
            ids if len(ids) <= len(text) else []
            for text, ids in zip(canonical, vocabulary.encode_canonical(canonical), strict=True)
        ]
        return [
            _Source(
                place,
                form,
                self._head(ids),
                SurfaceFacts() if form is None else SurfaceFacts.of(form, vocabulary.common),
                budgets[place],
                len(ids) > self._room.pieces or len(texts[place]) > most,
            )
            for place, (ids, form) in enumerate(zip(all_ids, folded, strict=True))
        ]

    def _head(self, ids: list[int]) -> list[int]:
        """As many whole words as the model can read; of a single endless word, its beginning."""
        room = self._room.pieces
        if len(ids) <= room:
            return ids
        starts = self.model.vocabulary.starts_word
        # The word that the cut goes through would be offered to the summary as it stands.
        end = next((place for place in range(room, 0, -1) if starts[ids[place]]), room)
        return ids[:end]

    def _write(self, source: _Source, best: Hypothesis, text: str) -> Compressed:
        """The chosen pieces as natural text."""
        if not source.ids:  # nothing that the model can read
            head = text[: self._room.characters]
            shown = cut_to_words(head, source.budget)
            cut = source.cut or count_words(shown) < count_words(head)
            return Compressed(shown, 0.0, cut, "cut")
        vocabulary = self.model.vocabulary
        words = vocabulary.decode(best.ids)
        if source.folded is not None:
            words = unfold(words, source.folded, vocabulary.common)
        # A model that finds no word must not leave the reader without one.
        shown = cut_to_words(words, source.budget) or cut_to_words(text, source.budget)
        return Compressed(shown, best.log_prob, source.cut or not best.finished)


def _head_of_text(text: str, characters: int) -> str:
    """The beginning of a text, up to the end of a word if it has more than one."""
    if len(text) <= characters:
        return text
    head = text[:characters]
    return head if text[characters].isspace() else (head.rsplit(maxsplit=1) or [head])[0]
