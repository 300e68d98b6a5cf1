"""Batches: pure in seed and step, fair to every text, the same on any number of processes."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch

from summ.config import DataConfig, NoiseConfig
from summ.data.batches import Batches
from summ.data.corpus import Corpus
from summ.errors import DataError
from summ.types import Batch, Tokens

DATA = DataConfig(corpus=Path("here"), max_document=40, max_sentence=24, documents=12, sentences=20)
HELD_OUT = 50


def make(
    corpus: Corpus, seed: int = 1, data: DataConfig = DATA, held_out: int = HELD_OUT
) -> Batches:
    return Batches(corpus, data, NoiseConfig(), seed, held_out=held_out)


def lists(words: Tokens) -> list[list[int]]:
    return [ids[mask].tolist() for ids, mask in zip(words.ids, words.mask, strict=True)]


def content(batch: Batch) -> dict[str, list[list[int]] | list[int]]:
    found = {f.name: getattr(batch, f.name) for f in fields(batch)}
    return {k: lists(v) if isinstance(v, Tokens) else v.tolist() for k, v in found.items()}


def test_a_batch_depends_on_seed_and_step_only(corpus: Corpus) -> None:
    one, other = make(corpus), make(corpus)
    forward = [content(one.at(step)) for step in range(0, 130, 13)]
    backward = [content(other.at(step)) for step in reversed(range(0, 130, 13))]
    assert forward == backward[::-1]
    assert content(make(corpus, seed=2).at(0)) != forward[0]


@pytest.mark.parametrize("world", [2, 4])
def test_processes_share_the_rows_of_one_batch(corpus: Corpus, world: int) -> None:
    batches = make(corpus)
    whole = content(batches.at(7))
    for rank in range(world):
        for name, rows in content(batches.at(7, rows=(rank, world))).items():
            assert rows == whole[name][rank::world]


def test_texts_are_those_of_the_corpus_with_an_end(corpus: Corpus) -> None:
    eos, pad = corpus.vocabulary.eos, corpus.vocabulary.pad
    documents = {tuple(corpus.documents.ids(r)[:39].tolist()) for r in range(len(corpus.documents))}
    sentences = {
        tuple(corpus.sentences.ids(r).tolist()): int(corpus.sentences.words[r])
        for r in range(len(corpus.sentences))
    }
    for step in range(0, 200, 20):
        batch = make(corpus).at(step)
        assert batch.budget.dtype == torch.int64
        for row in lists(batch.documents):
            assert row[-1] == eos and tuple(row[:-1]) in documents
        for row, budget in zip(lists(batch.sentences), batch.budget.tolist(), strict=True):
            assert row[-1] == eos and sentences[tuple(row[:-1])] == budget
            assert len(row) <= DATA.max_sentence
        for words in (batch.documents, batch.keywords, batch.sentences, batch.noised):
            assert (words.ids[~words.mask] == pad).all()
            assert words.ids.shape[1] == words.mask.sum(dim=1).max() <= DATA.max_document


def test_keywords_and_noised_sentences_belong_to_their_rows(corpus: Corpus) -> None:
    calm = NoiseConfig(drop_share=0.0, shuffle_share=0.0)
    data = DATA.model_copy(update={"max_document": 250})
    batch = Batches(corpus, data, calm, 1).at(3)
    for document, kept in zip(lists(batch.documents), lists(batch.keywords), strict=True):
        assert is_subsequence(kept, document)
    for sentence, noised in zip(lists(batch.sentences), lists(batch.noised), strict=True):
        assert is_subsequence(sentence, noised)


def is_subsequence(part: list[int], whole: list[int]) -> bool:
    rest = iter(whole)
    return all(item in rest for item in part)


def test_an_epoch_serves_no_text_twice_and_none_that_is_held_out(corpus: Corpus) -> None:
    batches = make(corpus)
    held_out = {tuple(row) for row in lists(batches.held_out_documents(HELD_OUT))}
    assert len(held_out) == HELD_OUT
    steps = (len(corpus.documents) - HELD_OUT) // DATA.documents
    for epoch in (0, 1):
        rows = [
            tuple(row)
            for step in range(epoch * steps, (epoch + 1) * steps)
            for row in lists(batches.at(step).documents)
        ]
        assert len(set(rows)) == len(rows) == steps * DATA.documents
        assert not held_out & set(rows)


def test_what_is_held_out_does_not_depend_on_the_stage(corpus: Corpus) -> None:
    first, second = make(corpus, seed=1), make(corpus, seed=2, held_out=20)
    assert lists(first.held_out_documents(20)) == lists(second.held_out_documents(99))
    assert set(second.held_out_rows()) < set(first.held_out_rows())


def test_lengths_are_alike_within_a_batch(corpus: Corpus) -> None:
    batches = make(corpus, data=DATA.model_copy(update={"max_document": 250}))
    filled = [filled_share(batches.at(step).documents) for step in range(50)]
    order = np.random.default_rng(0).permutation(len(corpus.documents))
    random = []
    for start in range(0, 600, DATA.documents):
        lengths = corpus.documents.lengths[order[start : start + DATA.documents]] + 1
        random.append(lengths.mean() / lengths.max())
    assert np.mean(filled) > np.mean(random) + 0.05


def filled_share(words: Tokens) -> float:
    return float(words.mask.float().mean())


def test_every_row_has_its_own_noise(corpus: Corpus) -> None:
    small = DATA.model_copy(update={"sentences": len(corpus.sentences)})
    batch = make(corpus, data=small, held_out=0).at(0)
    noised = [tuple(row) for row in lists(batch.noised)]
    assert len(set(noised)) == len(noised)
    again = make(corpus, data=small, held_out=0).at(1)
    assert sorted(lists(again.noised)) != sorted(lists(batch.noised))


def test_a_corpus_smaller_than_a_batch_is_repeated(corpus: Corpus) -> None:
    large = DATA.model_copy(update={"documents": 1500})
    rows = lists(make(corpus, data=large).at(0).documents)
    assert len(rows) == 1500
    assert len({tuple(row) for row in rows}) == len(corpus.documents) - HELD_OUT


def test_a_corpus_without_short_sentences_is_refused(corpus: Corpus) -> None:
    with pytest.raises(DataError, match="less than 2 pieces"):
        make(corpus, data=DATA.model_copy(update={"max_sentence": 2}))
