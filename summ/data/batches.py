"""Batches: which texts an update sees, as a pure function of seed and step.

Nothing is remembered between calls but caches, so that a resumed run, and a run on another
number of processes, sees the same texts with the same noise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from summ.config import DataConfig, NoiseConfig
from summ.data.corpus import Corpus
from summ.data.noise import Ids, hide, keywords
from summ.errors import DataError
from summ.types import Batch, Tokens

_POOL_BATCHES = 16  # batches cut from one pool of texts sorted by length
_HELD_OUT_SEED = 20181012  # one for all stages, or what one holds out the next would train on
_DOCUMENTS, _SENTENCES, _KEYWORDS, _NOISED = range(4)  # streams of random numbers


class Batches:
    """The batches of one stage of training."""

    def __init__(
        self,
        corpus: Corpus,
        data: DataConfig,
        noise: NoiseConfig,
        seed: int,
        *,
        documents: int | None = None,
        sentences: int | None = None,
        held_out: int = 0,
    ) -> None:
        """Draws from a corpus.

        Args:
            corpus: where the texts are.
            data: how much of each text, and how many an update takes.
            noise: how sentences are mixed with other words and documents reduced.
            seed: of the order and the noise.
            documents: rows of an update, instead of ``data.documents``.
            sentences: rows of an update, instead of ``data.sentences``.
            held_out: documents and sentences that are never served (at most a tenth of each).

        Raises:
            DataError: there are no documents, or no sentence is short enough.
        """
        self.corpus, self.data, self.noise, self.seed = corpus, data, noise, seed
        short = corpus.sentences.lengths < data.max_sentence
        self._held_out, served = hold_out(len(corpus.documents), held_out)
        held_out_rows, train_rows = hold_out(len(corpus.sentences), held_out)
        self._held_out_sentences = held_out_rows[short[held_out_rows]]
        train_rows = train_rows[short[train_rows]]
        if not len(served) or not len(train_rows):
            raise DataError(
                f"{data.corpus}: no sentence has less than {data.max_sentence} pieces, or there "
                "are no documents. Raise data.max_sentence, or prepare another corpus."
            )
        self._documents = LengthOrder(
            served, corpus.documents.lengths, documents or data.documents, (seed, _DOCUMENTS)
        )
        self._sentences = LengthOrder(
            train_rows, corpus.sentences.lengths, sentences or data.sentences, (seed, _SENTENCES)
        )
        counts = corpus.frequencies.sum(axis=0) + 1.0
        self._commonness: NDArray[np.float64] = counts / counts.sum()

    def at(self, step: int, rows: tuple[int, int] = (0, 1)) -> Batch:
        """The batch of an update, or one process's share of it.

        Args:
            step: counts from 0 without end; the texts are permuted anew in every epoch.
            rows: ``(rank, world)``: of all rows, those at ``rank, rank + world, ...``.
        """
        rank, world = rows
        documents = self._documents.rows(step)
        sentences = self._sentences.rows(step)
        own_documents = range(rank, len(documents), world)
        own_sentences = range(rank, len(sentences), world)
        words = self.corpus.sentences.words[sentences[rank::world]]
        return Batch(
            documents=self._tokens([self._document(documents[i]) for i in own_documents]),
            keywords=self._tokens([self._keywords(step, i, documents[i]) for i in own_documents]),
            sentences=self.sentences_at(step, rows),
            noised=self._tokens([self._noised(step, i, sentences[i]) for i in own_sentences]),
            budget=torch.from_numpy(words.astype(np.int64)),
        )

    def sentences_at(self, step: int, rows: tuple[int, int] = (0, 1)) -> Tokens:
        """The human sentences of ``at``, without the work that the rest of a batch takes."""
        rank, world = rows
        return self._sentence_tokens(self._sentences.rows(step)[rank::world])

    def held_out_documents(self, count: int) -> Tokens:
        """The first ``count`` documents that are never served (fewer if fewer are held out)."""
        return self._tokens([self._document(row) for row in self._held_out[:count]])

    def held_out_sentences(self, count: int) -> Tokens:
        """The first ``count`` short enough sentences that are never served (or fewer)."""
        return self._sentence_tokens(self._held_out_sentences[:count])

    def held_out_rows(self) -> NDArray[np.int64]:
        """The rows of ``corpus.documents`` that are never served."""
        return self._held_out.copy()

    def _sentence_tokens(self, rows: NDArray[np.int64]) -> Tokens:
        return self._tokens([self.corpus.sentences.ids(int(row)) for row in rows])

    def _document(self, row: np.int64) -> Ids:
        return self.corpus.documents.ids(int(row))[: self.data.max_document - 1]

    def _keywords(self, step: int, number: int, row: np.int64) -> Ids:
        return keywords(
            self._document(row),
            self.corpus.vocabulary.starts_word,
            self._commonness,
            self.noise,
            self._rng(_KEYWORDS, step, number),
        )

    def _noised(self, step: int, number: int, row: np.int64) -> Ids:
        """The sentence among words of documents, from which its register tells it apart."""
        rng = self._rng(_NOISED, step, number)
        texts = self.corpus.documents
        wanted = self.noise.extra_words[1] * self.corpus.sentences.words[row]
        others: list[Ids] = []
        found = 0
        while found < wanted and len(others) < 4:
            other = self._documents.draw(rng)
            others.append(texts.ids(other))
            found += int(texts.words[other])
        noised = hide(
            self.corpus.sentences.ids(int(row)),
            np.concatenate(others),
            self.corpus.vocabulary.starts_word,
            self.noise,
            rng,
        )
        return noised[: self.data.max_document - 1]

    def _rng(self, stream: int, step: int, number: int) -> np.random.Generator:
        """A generator of its own for every row of every update."""
        key = np.random.SeedSequence((self.seed, stream, step, number))
        return np.random.Generator(np.random.SFC64(key))

    def _tokens(self, rows: Sequence[Ids]) -> Tokens:
        """Pads rows and puts the end mark behind each."""
        vocabulary = self.corpus.vocabulary
        lengths = np.array([len(row) + 1 for row in rows], dtype=np.int64)
        width = int(lengths.max(initial=0))
        ids = np.full((len(rows), width), vocabulary.pad, dtype=np.int64)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = row
            ids[number, len(row)] = vocabulary.eos
        mask = np.arange(width) < lengths[:, None]
        return Tokens(torch.from_numpy(ids), torch.from_numpy(mask))


class SentenceBatches:
    """The human sentences of each batch, and nothing else."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    def at(self, step: int, rows: tuple[int, int] = (0, 1)) -> Tokens:
        """The sentences of an update, or one process's share of them."""
        return self._batches.sentences_at(step, rows)


def hold_out(total: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows held out and rows served: the head and the rest of one permutation."""
    order = np.random.default_rng(_HELD_OUT_SEED).permutation(total)
    count = min(count, total // 10)
    return order[:count], np.sort(order[count:])


class LengthOrder:
    """Rows of a table in batches of like lengths, in a new order every epoch."""

    def __init__(
        self,
        served: NDArray[np.int64],
        lengths: NDArray[np.int32],
        size: int,
        seed: tuple[int, int],
    ) -> None:
        """Orders the rows ``served`` by their ``lengths`` in batches of ``size``."""
        self._served = served
        self._lengths = lengths[served]
        self.size = size
        self._seed = seed
        self._cached: tuple[int, NDArray[np.int64]] | None = None

    def rows(self, step: int) -> NDArray[np.int64]:
        """The rows of a batch.  Shape (size,)."""
        epoch, number = divmod(step, max(1, len(self._served) // self.size))
        if self._cached is None or self._cached[0] != epoch:
            self._cached = epoch, self._epoch(epoch)
        return self._cached[1][number]

    def draw(self, rng: np.random.Generator) -> int:
        """Any served row."""
        return int(self._served[rng.integers(len(self._served))])

    def _epoch(self, epoch: int) -> NDArray[np.int64]:
        """All batches of an epoch: pools of a permutation, sorted, cut, and mixed.  (E, size)

        The rows that fill no batch are left out; they are others in the next epoch.
        """
        rng = np.random.default_rng((*self._seed, epoch))
        order = rng.permutation(len(self._served))
        if len(order) < self.size:
            order = np.resize(order, self.size)
        batches = len(order) // self.size
        pool = _POOL_BATCHES * self.size
        order = order[: batches * self.size]
        sorted_pools = [
            part[np.argsort(self._lengths[part], kind="stable")]
            for part in (order[start : start + pool] for start in range(0, len(order), pool))
        ]
        rows = self._served[np.concatenate(sorted_pools)].reshape(batches, self.size)
        return rows[rng.permutation(batches)]
