"""Vectors are those of the sentence model, in order, whatever else is embedded beside them."""

import numpy as np
import pytest
import torch

import summ
from summ.errors import CheckpointError, ConfigError
from summ.families.sentence.model import load_sentence_model
from summ.pipelines.embed import SentenceEncoder
from tests import encoders
from tests.conftest import STORIES

CONFIGS = {
    "mean": encoders.transformer(),
    "attention": encoders.transformer("attention", 1),
    "gru": encoders.gru(),
}
# Of all lengths, blank ones among them, in no order.
TEXTS = [
    *STORIES,
    "Rain.",
    "",
    "Two words",
    " \n\t ",
    "\u200b",
    *[" ".join(story.split()[: 2 + place]) for place, story in enumerate(STORIES * 3)],
]
BLANK = [7, 9, 10]


@pytest.fixture(scope="module", params=CONFIGS)
def folder(request, tmp_path_factory):
    return encoders.saved(tmp_path_factory.mktemp(request.param), CONFIGS[request.param])


@pytest.fixture(scope="module")
def encoder(folder) -> SentenceEncoder:
    return summ.SentenceEncoder.load(folder, device="cpu")


def test_vectors_are_the_models_own_text_by_text(encoder, folder):
    model = load_sentence_model(folder)
    vectors = encoder.encode(TEXTS, batch_size=5)
    assert vectors.shape == (len(TEXTS), encoder.dimension) and vectors.dtype == np.float32
    for place, text in enumerate(TEXTS):
        if place not in BLANK:
            with torch.no_grad():
                alone = model.vectors(model.read([text]))[0].numpy()
            # Sums over padded rows are added in another order.
            np.testing.assert_allclose(vectors[place], alone, atol=2e-6)


def test_blank_texts_are_zeros_and_all_others_have_length_one(encoder):
    lengths = np.linalg.norm(encoder.encode(TEXTS), axis=1)
    assert [place for place, length in enumerate(lengths) if length == 0] == BLANK
    assert np.allclose(lengths[lengths > 0], 1, atol=1e-6)
    found = encoder.embed(TEXTS)
    assert np.flatnonzero(found.blank).tolist() == BLANK
    assert encoder.encode([]).shape == (0, encoder.dimension)
    assert not encoder.encode(["", " "]).any()


def test_the_batch_size_changes_nothing(encoder):
    one = encoder.encode(TEXTS, batch_size=1)
    for size in (2, 7, 1000):
        np.testing.assert_allclose(encoder.encode(TEXTS, batch_size=size), one, atol=2e-6)


def test_windows_are_put_together_in_order(encoder, monkeypatch):
    whole = encoder.encode(TEXTS)
    monkeypatch.setattr("summ.data.windows._RECORDS", 4)
    np.testing.assert_allclose(encoder.encode(TEXTS), whole, atol=2e-6)


def test_long_texts_are_read_up_to_their_limit_and_counted(encoder):
    long = " ".join(STORIES)
    room = encoder.settings.max_pieces - 1
    vocabulary = encoder._model.vocabulary
    pieces = vocabulary.encode([STORIES[0]])[0]
    assert len(pieces) > room
    endless = (STORIES[0] + " ") * 2000
    spaced = "Rain." + " " * 100_000
    found = encoder.embed([STORIES[0], long, endless, "Rain.", spaced])
    assert found.truncated.tolist() == [True, True, True, False, False]
    # What lies beyond does not matter.
    np.testing.assert_allclose(found.vectors[1], found.vectors[0], atol=2e-6)
    np.testing.assert_allclose(found.vectors[2], found.vectors[0], atol=2e-6)
    np.testing.assert_allclose(found.vectors[4], found.vectors[3], atol=2e-6)


def test_texts_of_like_length_are_read_together(encoder):
    pieces = encoder._read(TEXTS)
    batches = list(encoder._batches(pieces, 4))
    assert sorted(place for places, _ in batches for place in places) == [
        place for place in range(len(TEXTS)) if place not in BLANK
    ]
    widths = [words.ids.shape[1] for _, words in batches]
    assert widths == sorted(widths, reverse=True)
    padding = sum(int((~words.mask).sum()) for _, words in batches)
    assert padding < sum(words.mask.numel() for _, words in batches) / 10


def test_wrong_calls_are_refused(encoder, tmp_path):
    with pytest.raises(TypeError, match="must be a list"):
        encoder.encode("one text")
    with pytest.raises(ConfigError, match="batch size"):
        encoder.encode(["a"], batch_size=0)
    with pytest.raises(CheckpointError, match="no such model folder"):
        summ.SentenceEncoder.load(tmp_path / "nowhere")
