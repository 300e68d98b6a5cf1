from pathlib import Path

import numpy as np
import pytest
import torch

from summ.data.leads import LeadBatches, commonness
from summ.data.prose import Prose, prepare_prose
from summ.errors import DataError
from summ.types import Leads
from tests.data.conftest import invented_prose, rows_of_words

SIZES = (5, 2, 1, 4, 3, 6, 13, 7, 8, 9, 3, 4, 5, 6)  # four of them too short
ROWS, PIECES = 4, 16


@pytest.fixture(scope="module")
def prose(tmp_path_factory: pytest.TempPathFactory) -> Prose:
    return invented_prose(tmp_path_factory.mktemp("leads"), SIZES)


def batches(prose: Prose, leads: int = 1, held_out: int = 0, rows: int = ROWS) -> LeadBatches:
    sizes = {"rows": rows, "leads": leads, "max_pieces": PIECES}
    return LeadBatches(prose, 1, **sizes, held_out=held_out)


def rows_of(prose: Prose, batch: Leads) -> list[int]:
    return rows_of_words(prose, batch.tokens, PIECES)


@pytest.mark.parametrize("leads", [1, 3])
def test_a_word_is_repeated_if_another_sentence_of_its_document_has_it(
    prose: Prose, leads: int
) -> None:
    document = np.repeat(np.arange(len(SIZES)), SIZES)
    starts = prose.vocabulary.starts_word
    split = prose.vocabulary.split
    source, both = batches(prose, leads), set()
    for step in range(6):
        batch = source.at(step)
        for number, row in enumerate(rows_of(prose, batch)):
            ours = np.flatnonzero(document == document[row])
            assert row - ours[0] < leads and len(ours) >= 4
            rest = {
                word
                for other in ours
                if other != row
                for word in split(prose.sentences.ids(other).tolist())
            }
            pieces = prose.sentences.ids(row)[: PIECES - 1].tolist()
            words = split(pieces)
            begins = torch.tensor([bool(starts[piece]) for piece in pieces])
            repeated = batch.repeated[number]
            marks = repeated[: len(pieces)][begins].tolist()
            assert marks == [word in rest for word in words]
            assert repeated.sum() == sum(marks), "and nowhere else"
            both.update(marks)
    assert both == {True, False}


def test_an_epoch_serves_every_lead_once_and_the_next_mixes_anew(prose: Prose) -> None:
    source = batches(prose, rows=5)  # ten documents have leads
    first = [row for step in (0, 1) for row in rows_of(prose, source.at(step))]
    second = [row for step in (2, 3) for row in rows_of(prose, source.at(step))]
    assert sorted(first) == sorted(second) and len(set(first)) == 10
    assert first != second
    assert rows_of(prose, batches(prose, rows=5).at(3)) == second[5:]


def test_the_parts_of_processes_make_the_batch(prose: Prose) -> None:
    source = batches(prose)
    whole = rows_of(prose, source.at(1))
    parts = [rows_of(prose, source.at(1, (rank, 2))) for rank in (0, 1)]
    assert parts == [whole[0::2], whole[1::2]]


def test_held_out_documents_are_never_served(prose: Prose) -> None:
    source = batches(prose, held_out=1, rows=3)
    held = rows_of(prose, source.held_out(9))
    served = {row for step in range(6) for row in rows_of(prose, source.at(step))}
    assert len(held) <= 1 and served.isdisjoint(held)


def test_too_little_text_is_refused(prose: Prose) -> None:
    with pytest.raises(DataError, match="10 leads of documents of 4 sentences and more are fewer"):
        batches(prose, rows=11)


def test_commonness_is_the_share_of_documents_with_a_piece_as_a_word(
    prose: Prose, tmp_path: Path
) -> None:
    whole = [
        piece[1:]
        for piece in prose.vocabulary.pieces()
        if piece[0] == "\u2581" and len(piece) > 2 and piece[1:].isalpha()
    ]
    one, two, three = whole[:3]
    texts = [f"{one} {two}. {one} {one}, 5.", f"{two} {three}.", f"{three} {three}. {one}{two}."]
    files = [tmp_path / f"{number}.txt" for number in range(3)]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    prose.vocabulary.save(tmp_path / "vocabulary")
    prepare_prose(files, tmp_path / "prose", vocabulary=tmp_path / "vocabulary")
    small = Prose.open(tmp_path / "prose")
    shares = commonness(small)
    for word, share in ((one, 1 / 3), (two, 2 / 3), (three, 2 / 3)):
        [piece] = small.vocabulary.encode([word])[0]
        assert shares[piece] == pytest.approx(share)
    for mark in small.vocabulary.encode([". , 5"])[0]:
        assert shares[mark] == (1.0 if small.vocabulary.letters[mark] else 0.0)
    assert shares[small.vocabulary.eos] < 1
