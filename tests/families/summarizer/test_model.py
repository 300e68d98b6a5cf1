import json
from pathlib import Path

import pytest
import torch

from summ.config import NetworkConfig
from summ.errors import CheckpointError, ConfigError
from summ.families.summarizer.config import NetworksConfig
from summ.families.summarizer.model import (
    SummaryModel,
    SummaryModelSettings,
    build_summary_model,
    load_summary_model,
    save_summary_model,
)
from summ.networks.int8 import load_eight_bits
from summ.networks.policy import Marks, greedy
from summ.text.vocabulary import Vocabulary
from summ.types import Tokens
from tests import tiny


@pytest.fixture(scope="module")
def summary_model(tiny_corpus: Path) -> SummaryModel:
    networks = NetworksConfig(
        compressor=tiny.seq2seq(), reconstructor=tiny.seq2seq(), discriminator=tiny.causal()
    )
    vocabulary = Vocabulary.load(tiny_corpus / "vocabulary")
    settings = SummaryModelSettings(48, 12, tuple(range(300, 360)))
    return build_summary_model(networks, vocabulary, settings, seed=1)


@pytest.fixture
def folder(summary_model: SummaryModel, tmp_path: Path) -> Path:
    save_summary_model(summary_model, tmp_path / "model")
    return tmp_path / "model"


def drafts(summary_model: SummaryModel) -> list[list[int]]:
    vocabulary = summary_model.vocabulary
    ids = vocabulary.encode(["The mayor of Oslo opened the bridge.", "Police closed the tunnel."])
    source = Tokens.from_lists([[*row, vocabulary.eos] for row in ids], vocabulary.pad)
    encoded = summary_model.compressor.read(source, torch.tensor([5, 5]))
    marks = Marks.of(vocabulary, source.ids.device)
    return greedy(summary_model.compressor, encoded, marks, 8).ids.tolist()


def test_what_is_loaded_is_what_was_saved(summary_model: SummaryModel, folder: Path) -> None:
    loaded = load_summary_model(folder)
    assert loaded.settings == summary_model.settings
    for name, network in summary_model.networks().items():
        theirs = loaded.networks()[name].state_dict()
        for key, value in network.state_dict().items():
            assert torch.equal(theirs[key], value), (name, key)
    assert drafts(loaded) == drafts(summary_model)


def test_half_precision_halves_the_folder_and_stays_close(
    summary_model: SummaryModel, folder: Path
) -> None:
    small = folder.with_name("small")
    save_summary_model(summary_model, small, torch.float16)
    sizes = [
        sum(file.stat().st_size for file in place.rglob("*.safetensors"))
        for place in (folder, small)
    ]
    assert sizes[1] < 0.6 * sizes[0]
    loaded = load_summary_model(small).compressor.state_dict()
    for key, value in summary_model.compressor.state_dict().items():
        torch.testing.assert_close(loaded[key], value, rtol=1e-3, atol=1e-3)


def test_saving_over_a_model_replaces_it_whole(summary_model: SummaryModel, folder: Path) -> None:
    """What is not of the model was somebody's: it is not replaced with it."""
    (folder / "compressor" / "config.json").write_text("damaged")
    save_summary_model(summary_model, folder)
    load_summary_model(folder)
    (folder / "stray.txt").write_text("somebody's")
    with pytest.raises(CheckpointError, match=r"holds 'stray\.txt'"):
        save_summary_model(summary_model, folder)
    assert (folder / "stray.txt").read_text() == "somebody's"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_nothing_is_pickled(folder: Path) -> None:
    kinds = {path.suffix for path in folder.rglob("*") if path.is_file()}
    assert kinds <= {".safetensors", ".json", ".jinja"}


def damage_cut(folder: Path) -> None:
    path = folder / "compressor" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def damage_bit(folder: Path) -> None:
    path = folder / "reconstructor" / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def damage_missing(folder: Path) -> None:
    (folder / "discriminator" / "score.safetensors").unlink()


def damage_manifest(folder: Path) -> None:
    (folder / "model.json").write_text("{")


def damage_version(folder: Path) -> None:
    manifest = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(manifest | {"format": 99}))


def damage_no_manifest(folder: Path) -> None:
    (folder / "model.json").unlink()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (damage_cut, r"compressor/model.safetensors: not the file that was saved"),
        (damage_bit, r"reconstructor/model.safetensors: not the file that was saved"),
        (damage_missing, r"score.safetensors: missing"),
        (damage_manifest, r"model.json: damaged"),
        (damage_version, r"model format 99"),
        (damage_no_manifest, r"no model.json"),
    ],
)
def test_a_damaged_model_is_refused_in_one_line(folder: Path, damage, message: str) -> None:
    damage(folder)
    with pytest.raises(CheckpointError, match=message) as caught:
        load_summary_model(folder)
    assert "\n" not in str(caught.value)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="nowhere: no such model folder"):
        load_summary_model(tmp_path / "nowhere")


def test_tensors_missing_from_a_checkpoint_are_not_invented(
    summary_model: SummaryModel, folder: Path
) -> None:
    """transformers would fill them with random numbers and only print a table."""
    from safetensors.torch import load_file, save_file

    path = folder / "compressor" / "model.safetensors"
    tensors = load_file(path)
    tensors.pop("model.encoder.layers.0.fc1.weight")
    save_file(tensors, path, metadata={"format": "pt"})
    config = NetworksConfig(
        compressor=NetworkConfig(checkpoint=str(folder / "compressor")),
        reconstructor=tiny.seq2seq(),
        discriminator=tiny.causal(),
    )
    with pytest.raises(CheckpointError, match=r"1 tensors are missing.*fc1.weight"):
        build_summary_model(config, summary_model.vocabulary, summary_model.settings, seed=1)


def test_networks_start_from_a_checkpoint(summary_model: SummaryModel, folder: Path) -> None:
    config = NetworksConfig(
        compressor=NetworkConfig(checkpoint=str(folder / "compressor")),
        reconstructor=tiny.seq2seq(),
        discriminator=tiny.causal(),
    )
    built = build_summary_model(config, summary_model.vocabulary, summary_model.settings, seed=7)
    assert drafts(built) == drafts(summary_model)


@pytest.mark.parametrize(
    "values",
    [
        {"model_type": "no-such-architecture"},
        {"model_type": "gpt2"},
        {"model_type": "pegasus", "d_model": 30, "encoder_attention_heads": 4},
    ],
)
def test_an_impossible_network_is_a_config_error(summary_model: SummaryModel, values: dict) -> None:
    config = NetworksConfig(
        compressor=NetworkConfig(config=values),
        reconstructor=tiny.seq2seq(),
        discriminator=tiny.causal(),
    )
    with pytest.raises(ConfigError, match="cannot build"):
        build_summary_model(config, summary_model.vocabulary, summary_model.settings, seed=1)


@pytest.mark.parametrize("model_type", ["bart", "t5", "marian", "mbart"])
def test_any_encoder_decoder_serves(
    summary_model: SummaryModel, model_type: str, tmp_path: Path
) -> None:
    sizes: dict[str, int] = {"d_model": 16}
    if model_type == "t5":
        sizes |= {"d_kv": 8, "d_ff": 32, "num_layers": 1, "num_heads": 2}
    else:
        sizes |= {
            "encoder_layers": 1,
            "decoder_layers": 1,
            "encoder_attention_heads": 2,
            "decoder_attention_heads": 2,
            "encoder_ffn_dim": 32,
            "decoder_ffn_dim": 32,
            "max_position_embeddings": 64,
        }
    network = NetworkConfig(config={"model_type": model_type, **sizes})
    config = NetworksConfig(compressor=network, reconstructor=network, discriminator=tiny.causal())
    built = build_summary_model(config, summary_model.vocabulary, summary_model.settings, seed=1)
    save_summary_model(built, tmp_path / model_type)
    assert drafts(load_summary_model(tmp_path / model_type)) == drafts(built)


def test_the_same_seed_gives_the_same_networks_and_leaves_the_generator_alone(
    summary_model: SummaryModel,
) -> None:
    networks = NetworksConfig(
        compressor=tiny.seq2seq(), reconstructor=tiny.seq2seq(), discriminator=tiny.causal()
    )
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    again = build_summary_model(networks, summary_model.vocabulary, summary_model.settings, seed=1)
    assert torch.equal(torch.rand(3), expected)
    for key, value in summary_model.compressor.state_dict().items():
        assert torch.equal(again.compressor.state_dict()[key], value)


def test_the_discriminator_scores_prefixes_only_by_what_came_before() -> None:
    vocabulary = tiny.facts(words=6)
    torch.manual_seed(0)
    discriminator = tiny.discriminator(vocabulary)
    first = tiny.words([8, 9, 10, 11])
    second = tiny.words([8, 9, 12, 13])
    with torch.no_grad():
        ours, theirs = discriminator(first), discriminator(second)
    torch.testing.assert_close(ours[:, :2], theirs[:, :2])
    assert not torch.allclose(ours[:, 2:], theirs[:, 2:])


@pytest.mark.parametrize("dtype", [torch.float32, torch.int8])
def test_what_is_loaded_learns_without_dropout(
    summary_model: SummaryModel, tmp_path: Path, dtype: torch.dtype
) -> None:
    """A configuration keeps its architecture's dropout: it must not come back with the weights."""
    save_summary_model(summary_model, tmp_path / "model", dtype)
    loaded = load_summary_model(tmp_path / "model")
    assert loaded.compressor.network.config.dropout > 0, "the test's network must bring some"
    test_dropout_is_zero_everywhere(loaded)
    for network in loaded.networks().values():
        network.train()
    assert drafts(loaded) == drafts(loaded)


def test_dropout_is_zero_everywhere(summary_model: SummaryModel) -> None:
    for network in summary_model.networks().values():
        for module in network.modules():
            for name, value in vars(module).items():
                assert not ("dropout" in name and isinstance(value, float) and value > 0)
            if isinstance(module, torch.nn.Dropout):
                assert module.p == 0


def test_in_eight_bits_a_model_is_a_quarter_and_nearly_the_same(
    summary_model: SummaryModel, tmp_path: Path
) -> None:
    save_summary_model(summary_model, tmp_path / "whole")
    save_summary_model(summary_model, tmp_path / "small", torch.int8)
    loaded = load_summary_model(tmp_path / "small")
    for name, network in summary_model.networks().items():
        found = dict(loaded.networks()[name].named_parameters())
        for part, weights in network.named_parameters():
            step = weights.detach().abs().amax(dim=-1, keepdim=True) / 127
            off = (found[part].detach() - weights.detach()).abs()
            assert (off <= 0.51 * step + 1e-3 * weights.detach().abs()).all(), part
    save_summary_model(loaded, tmp_path / "again", torch.int8)
    for file in (tmp_path / "small").rglob("*.safetensors"):
        other = tmp_path / "again" / file.relative_to(tmp_path / "small")
        assert file.read_bytes() == other.read_bytes(), "saving what was loaded changes nothing"


def test_other_weights_than_described_are_an_error(
    summary_model: SummaryModel, tmp_path: Path
) -> None:
    save_summary_model(summary_model, tmp_path / "model", torch.int8)
    config = tmp_path / "model" / "compressor" / "config.json"
    written = json.loads(config.read_text())
    config.write_text(json.dumps(written | {"d_model": written["d_model"] * 2}))
    with pytest.raises(CheckpointError, match="not the file that was saved"):
        load_summary_model(tmp_path / "model")
    with pytest.raises(CheckpointError, match="cannot be loaded"):
        load_eight_bits(config.parent, "eager")
    config.write_text(json.dumps(written | {"decoder_layers": written["decoder_layers"] + 1}))
    with pytest.raises(CheckpointError, match="has other weights than"):
        load_eight_bits(config.parent, "eager")
