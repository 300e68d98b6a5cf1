import json
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from summ.config import EncoderConfig, GruConfig, NetworkConfig, StaticConfig
from summ.data.files import sha256
from summ.errors import CheckpointError
from summ.families.sentence.model import (
    SentenceModel,
    build_sentence_model,
    load_sentence_model,
    save_sentence_model,
)
from summ.networks.sentence_encoder import StaticEncoder
from summ.text.vocabulary import Vocabulary

BERT = {
    "model_type": "bert",
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 64,
}
CONFIGS = {
    "bert": EncoderConfig(network=NetworkConfig(config=BERT), max_pieces=16),
    "attention": EncoderConfig(
        network=NetworkConfig(config=BERT), pooling="attention", max_pieces=16
    ),
    "gru": EncoderConfig(
        gru=GruConfig(embedding=8, hidden=12, bidirectional=True),
        pooling="last",
        encoders=1,
        max_pieces=16,
    ),
}
CONFIGS["static"] = EncoderConfig(static=StaticConfig(embedding=8), max_pieces=16)
TEXTS = ["The mayor of Oslo opened the bridge.", "Police closed the tunnel.", "Rain."]


@pytest.fixture(scope="module")
def vocabulary(tiny_corpus: Path) -> Vocabulary:
    return Vocabulary.load(tiny_corpus / "vocabulary")


@pytest.fixture(params=CONFIGS)
def model(request: pytest.FixtureRequest, vocabulary: Vocabulary) -> SentenceModel:
    return build_sentence_model(CONFIGS[request.param], vocabulary, seed=1)


@torch.no_grad()
def test_what_is_loaded_is_what_was_saved(model: SentenceModel, tmp_path: Path) -> None:
    save_sentence_model(model, tmp_path / "model")
    loaded = load_sentence_model(tmp_path / "model")
    assert loaded.settings == model.settings
    for name, value in model.encoders.state_dict().items():
        assert torch.equal(loaded.encoders.state_dict()[name], value), name
    assert loaded.encoders.state_dict().keys() == model.encoders.state_dict().keys()
    words = model.read(TEXTS)
    assert torch.equal(loaded.vectors(words), model.vectors(words))


@torch.no_grad()
def test_codes_travel_with_the_model(model: SentenceModel, tmp_path: Path) -> None:
    coded = model.with_code("binary", {"bits": 5}, seed=1)
    save_sentence_model(coded, tmp_path / "model")
    loaded = load_sentence_model(tmp_path / "model")
    assert loaded.settings == coded.settings
    assert loaded.settings.codes["binary"] == {"bits": 5}
    vectors = model.vectors(model.read(TEXTS))
    for name, code in coded.codes.items():
        assert torch.equal(
            loaded.codes[name](vectors[:, None]).values, code(vectors[:, None]).values
        ), name
    # Beside them, the encoders are the same to the byte.
    save_sentence_model(model, tmp_path / "plain")
    for file in (tmp_path / "plain").glob("?/*"):
        assert file.read_bytes() == (tmp_path / "model" / file.parent.name / file.name).read_bytes()


@torch.no_grad()
def test_vectors_are_the_halves_of_equal_weight(model: SentenceModel) -> None:
    words = model.read(TEXTS)
    vectors = model.vectors(words)
    assert vectors.shape == (3, model.settings.dimension)
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(3))
    cosines = [
        functional.cosine_similarity(*encoder(words)[:2], dim=0) for encoder in model.encoders
    ]
    torch.testing.assert_close(vectors[0] @ vectors[1], torch.stack(cosines).mean())


def test_half_precision_halves_the_folder(model: SentenceModel, tmp_path: Path) -> None:
    sizes = []
    for dtype in (torch.float32, torch.float16):
        save_sentence_model(model, tmp_path / "model", dtype)
        files = (tmp_path / "model").rglob("*.safetensors")
        sizes.append(sum(file.stat().st_size for file in files))
    assert sizes[1] < 0.6 * sizes[0]
    assert all(p.dtype == torch.float32 for p in model.encoders.parameters())
    assert all(
        p.dtype == torch.float32
        for p in load_sentence_model(tmp_path / "model").encoders.parameters()
    )


def test_the_seed_decides_and_the_encoders_differ(vocabulary: Vocabulary) -> None:
    one, same, other = (
        build_sentence_model(CONFIGS["bert"], vocabulary, seed).encoders.state_dict()
        for seed in (1, 1, 2)
    )
    name = "{}.network.embeddings.word_embeddings.weight"
    assert torch.equal(one[name.format(0)], same[name.format(0)])
    assert not torch.equal(one[name.format(0)], other[name.format(0)])
    assert not torch.equal(one[name.format(0)], one[name.format(1)])


def test_a_long_sentence_is_cut_and_an_empty_one_is_its_end_mark(model: SentenceModel) -> None:
    vocabulary = model.vocabulary
    words = model.read(["rain " * 50, ""])
    assert words.ids.shape == (2, 16)
    assert words.mask.sum(dim=1).tolist() == [16, 1]
    assert words.ids[0, -1] == words.ids[1, 0] == vocabulary.eos


def test_a_flipped_bit_is_refused(model: SentenceModel, tmp_path: Path) -> None:
    save_sentence_model(model, tmp_path / "model")
    weights = next((tmp_path / "model" / "f").glob("*.safetensors"))
    content = bytearray(weights.read_bytes())
    content[-5] ^= 1
    weights.write_bytes(content)
    with pytest.raises(CheckpointError, match="not the file that was saved"):
        load_sentence_model(tmp_path / "model")


def test_a_folder_that_is_no_sentence_model_is_refused(
    model: SentenceModel, tmp_path: Path
) -> None:
    with pytest.raises(CheckpointError, match="no such model folder"):
        load_sentence_model(tmp_path / "absent")
    folder = tmp_path / "model"
    save_sentence_model(model, folder)
    manifest = json.loads((folder / "model.json").read_text())
    del manifest["sha256"]  # each change is one that a digest of the manifest does not betray
    for change, message in (
        ({"format": 99}, "format 99"),
        ({"settings": {}}, "damaged"),
        ({"files": {"f/none": "0" * 64}}, "missing"),
    ):
        (folder / "model.json").write_text(json.dumps(manifest | change))
        with pytest.raises(CheckpointError, match=message):
            load_sentence_model(folder)
    (folder / "model.json").unlink()
    with pytest.raises(CheckpointError, match=r"no model\.json"):
        load_sentence_model(folder)


@torch.no_grad()
def test_int8_embeddings_are_within_half_a_step(vocabulary: Vocabulary, tmp_path: Path) -> None:
    """And stored a second time they are the same, but for the rounding of the scale."""
    model = build_sentence_model(CONFIGS["static"], vocabulary, seed=1)
    model.encoders[0].embeddings().weight[5] = 0.0  # a piece that was never seen
    save_sentence_model(model, tmp_path / "one", torch.int8)
    loaded = load_sentence_model(tmp_path / "one")
    for ours, theirs in zip(model.encoders, loaded.encoders, strict=True):
        before, after = ours.embeddings().weight, theirs.embeddings().weight
        step = before.abs().amax(dim=1, keepdim=True) / 127
        # The scale itself is rounded to half precision: one part in two thousand.
        assert ((before - after).abs() <= 0.5 * step + before.abs() / 1000).all()
        assert after.dtype == torch.float32
    size = (tmp_path / "one" / "f" / "encoder.safetensors").stat().st_size
    save_sentence_model(model, tmp_path / "half", torch.float16)
    assert size < 0.8 * (tmp_path / "half" / "f" / "encoder.safetensors").stat().st_size
    save_sentence_model(loaded, tmp_path / "two", torch.int8)
    again = load_sentence_model(tmp_path / "two")
    for name, value in loaded.encoders.state_dict().items():
        torch.testing.assert_close(again.encoders.state_dict()[name], value, rtol=1e-3, atol=0)


def test_a_transformer_is_not_stored_in_int8(vocabulary: Vocabulary, tmp_path: Path) -> None:
    model = build_sentence_model(CONFIGS["bert"], vocabulary, seed=1)
    with pytest.raises(CheckpointError, match="not stored in int8"):
        save_sentence_model(model, tmp_path / "model", torch.int8)
    assert not list(tmp_path.iterdir())


def as_summ_0_1_wrote(folder: Path) -> None:
    """Turns the folder of a static model into what summ 0.1 wrote of the same weights."""
    written = json.loads((folder / "model.json").read_text())
    gru = {"model_type": "summ-gru", "embedding": 8, "hidden": 128, "layers": 0}
    for name in ("f", "g"):
        config = folder / name / "config.json"
        config.write_text(json.dumps(gru | {"bidirectional": True, "residual": False}))
        written["files"][f"{name}/config.json"] = sha256(config)
    kept = {"format": 1, "settings": written["settings"], "files": written["files"]}
    (folder / "sentence-encoder.json").write_text(json.dumps(kept))
    (folder / "model.json").unlink()


@torch.no_grad()
def test_a_folder_of_0_1_is_read_and_written_anew(vocabulary: Vocabulary, tmp_path: Path) -> None:
    model = build_sentence_model(CONFIGS["static"], vocabulary, seed=1)
    save_sentence_model(model, tmp_path / "model", torch.int8)
    words = model.read(TEXTS)
    expected = load_sentence_model(tmp_path / "model").vectors(words)
    as_summ_0_1_wrote(tmp_path / "model")
    old = load_sentence_model(tmp_path / "model")
    assert old.settings == model.settings and isinstance(old.encoders[0], StaticEncoder)
    assert torch.equal(old.vectors(words), expected)
    save_sentence_model(old, tmp_path / "new")
    assert torch.equal(load_sentence_model(tmp_path / "new").vectors(words), expected)
    stored = json.loads((tmp_path / "new" / "f" / "config.json").read_text())
    assert stored == {"model_type": "summ-static", "embedding": 8}


def test_residual_states_of_0_1_are_refused(vocabulary: Vocabulary, tmp_path: Path) -> None:
    save_sentence_model(
        build_sentence_model(CONFIGS["gru"], vocabulary, seed=1), tmp_path / "model"
    )
    place, manifest = tmp_path / "model" / "f" / "config.json", tmp_path / "model" / "model.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | {"residual": True}))
    written = json.loads(manifest.read_text())
    written["files"]["f/config.json"] = sha256(place)
    del written["sha256"]  # of the manifest itself; 0.1 wrote none
    manifest.write_text(json.dumps(written))
    with pytest.raises(CheckpointError, match=r"residual states.*Train it again"):
        load_sentence_model(tmp_path / "model")


def test_the_language_is_kept(vocabulary: Vocabulary, tmp_path: Path) -> None:
    model = build_sentence_model(CONFIGS["static"], vocabulary, seed=1, language="de")
    save_sentence_model(model, tmp_path / "model")
    assert load_sentence_model(tmp_path / "model").settings.language == "de"
    assert load_sentence_model().settings.language == "en"
