from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from summ.data.prose import Prose
from summ.data.spans import SpanBatches, _edges
from summ.errors import DataError
from summ.types import Spans
from tests.data.conftest import invented_prose, rows_of_words

SIZES = (90, 2, 1, 40, 3, 61, 13, 7, 8, 25, 31, 19)
LONGEST, ROWS, PIECES = 8, 32, 12


@pytest.fixture(scope="module")
def prose(tmp_path_factory: pytest.TempPathFactory) -> Prose:
    return invented_prose(tmp_path_factory.mktemp("spans"), SIZES)


def batches(prose: Prose, held_out: int = 0, seed: int = 1) -> SpanBatches:
    sizes = {"sentences": ROWS, "longest": LONGEST, "max_pieces": PIECES}
    return SpanBatches(prose, seed, **sizes, held_out=held_out)


def rows_of(prose: Prose, batch: Spans) -> list[int]:
    return rows_of_words(prose, batch.sentences, PIECES)


def test_spans_are_neighbours_in_the_text_and_cross_no_border(prose: Prose) -> None:
    document = np.repeat(np.arange(len(SIZES)), SIZES)
    source = batches(prose)
    for step in range(30):
        batch = source.at(step)
        rows = np.array(rows_of(prose, batch))
        for span in batch.span.unique():
            ours = rows[batch.span.numpy() == int(span)]
            assert 2 <= len(ours) <= LONGEST
            assert (np.diff(ours) == 1).all()
            assert len(set(document[ours])) == 1
        assert ROWS - LONGEST < len(rows) < ROWS + LONGEST
        assert batch.total == len(rows)
        assert batch.place.tolist() == list(range(len(rows)))


def test_an_epoch_serves_nearly_every_sentence_once_and_the_next_is_cut_otherwise(
    prose: Prose,
) -> None:
    source = batches(prose)
    epoch = sum(size for size in SIZES if size > 1) // ROWS
    first, second = (
        [row for step in range(start, start + epoch) for row in rows_of(prose, source.at(step))]
        for start in (0, epoch)
    )
    alone = sum(SIZES[:2])  # the document of one sentence has no neighbours
    assert len(set(first)) == len(first) > sum(SIZES) - ROWS - LONGEST
    assert alone not in first + second
    assert first != second


def test_every_process_gets_whole_spans_and_together_they_are_the_batch(prose: Prose) -> None:
    source = batches(prose)
    for world in (2, 3):
        for step in (0, 5, 11):
            whole = source.at(step)
            parts = [source.at(step, (rank, world)) for rank in range(world)]
            assert all(part.total == whole.total for part in parts)
            spans = [set(part.span.tolist()) for part in parts]
            assert all(spans) and sum(map(len, spans)) == len(set.union(*spans))
            places = torch.cat([part.place for part in parts])
            order = places.argsort()
            assert places[order].tolist() == whole.place.tolist()
            assert torch.cat([part.span for part in parts])[order].tolist() == whole.span.tolist()
            ours = [row for part in parts for row in rows_of(prose, part)]
            assert [ours[i] for i in order] == rows_of(prose, whole)


def test_a_batch_depends_on_seed_and_step_only(prose: Prose) -> None:
    source, again = batches(prose), batches(prose)
    forwards = [source.at(step).sentences.ids.tolist() for step in range(20)]
    assert [again.at(step).sentences.ids.tolist() for step in reversed(range(20))] == forwards[::-1]
    assert batches(prose, seed=2).at(0).sentences.ids.tolist() != forwards[0]


def test_held_out_documents_are_never_served(prose: Prose) -> None:
    # A tenth of twelve documents is one: take a text of many.
    many = replace(prose, borders=np.arange(0, sum(SIZES) + 1, 3))
    source = batches(many, held_out=8)
    held = {row for batch in source.held_out(99) for row in rows_of(many, batch)}
    assert len(held) == 24
    assert not held & {row for step in range(40) for row in rows_of(many, source.at(step))}


def test_too_little_text_is_refused(prose: Prose) -> None:
    with pytest.raises(DataError, match="fewer than the 999"):
        SpanBatches(prose, 1, sentences=999, longest=8, max_pieces=12)


@given(st.integers(3, 9), st.integers(1, 60), st.floats(0, 1, exclude_max=True))
def test_no_cut_leaves_a_sentence_alone(longest: int, more: int, phase: float) -> None:
    edges = _edges(5, 5 + longest + more, longest, phase)
    assert edges[0] == 5 and edges[-1] == 5 + longest + more
    assert (np.diff(edges) >= 2).all() and (np.diff(edges) <= longest).all()
