"""Pretrained judges: their figures by hand from the networks' own outputs, and what is refused."""

from pathlib import Path

import pytest
import torch

from summ.errors import CheckpointError
from summ.networks.local_checkpoint import local_folder
from summ.networks.pretrained_fluency import PretrainedFluency
from summ.networks.pretrained_similarity import PretrainedSimilarity
from tests import checkpoints

LINES = ["The mayor opened a new bridge on Monday.", "Police closed the tunnel", "Court said."]


@pytest.fixture(scope="module")
def causal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkpoints.causal(tmp_path_factory.mktemp("causal") / "lm")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkpoints.encoder(tmp_path_factory.mktemp("encoder") / "bert")


def ids(folder: Path, text: str, marks: bool) -> list[int]:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)(text, add_special_tokens=marks).input_ids


@torch.no_grad()
def test_fluency_is_the_mean_log_probability_of_a_word(causal: Path) -> None:
    """Piece by piece from the logits of the network alone; the second line gets its full stop."""
    from transformers import AutoModelForCausalLM

    network = AutoModelForCausalLM.from_pretrained(causal).eval()
    found = PretrainedFluency.load(causal).log_probs_per_word(LINES)
    read = [LINES[0], LINES[1] + ".", LINES[2]]
    for line, value in zip(read, found.tolist(), strict=True):
        before, total = [3], 0.0  # the end mark of the text before
        for piece in ids(causal, line, marks=False):
            logits = network(input_ids=torch.tensor([before])).logits[0, -1]
            total += float(logits.log_softmax(dim=0)[piece])
            before.append(piece)
        assert value == pytest.approx(total / len(line.split()), rel=1e-4)


def test_padding_and_batches_move_no_figure(causal: Path, encoder: Path) -> None:
    judge, vectors = PretrainedFluency.load(causal), PretrainedSimilarity.load(encoder)
    together, alone = judge.log_probs_per_word(LINES), judge.log_probs_per_word(LINES, rows=1)
    torch.testing.assert_close(together, alone)
    torch.testing.assert_close(vectors.vectors(LINES), vectors.vectors(LINES, rows=1))
    assert judge.log_probs_per_word([]).shape == (0,)
    assert judge.log_probs_per_word(["", "bridge " * 90]).isfinite().all()


@pytest.mark.parametrize("pooling", [None, "mean_tokens", "cls_token"])
@torch.no_grad()
def test_similarity_is_the_cosine_of_pooled_states(tmp_path: Path, pooling: str | None) -> None:
    from transformers import AutoModel

    folder = checkpoints.encoder(tmp_path / "bert", pooling)
    network = AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    vectors = []
    for line in LINES:
        states = network(input_ids=torch.tensor([ids(folder, line, marks=True)]))
        states = states.last_hidden_state[0]
        vectors.append(states[0] if pooling == "cls_token" else states.mean(dim=0))
    expected = [float(vectors[0] @ v / vectors[0].norm() / v.norm()) for v in vectors[1:]]
    found = PretrainedSimilarity.load(folder).cosines(LINES[0], LINES[1:])
    assert found.tolist() == pytest.approx(expected, rel=1e-4)


def test_another_pooling_is_refused(tmp_path: Path) -> None:
    folder = checkpoints.encoder(tmp_path / "bert", "weightedmean_tokens")
    with pytest.raises(CheckpointError, match="weightedmean_tokens"):
        PretrainedSimilarity.load(folder)


def test_a_name_is_looked_up_in_the_cache_alone(
    causal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    repository = tmp_path / "models--owner--lm"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("0" * 40)
    (repository / "snapshots").mkdir()
    (repository / "snapshots" / ("0" * 40)).symlink_to(causal)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert local_folder(causal) == causal
    found = PretrainedFluency.load("owner/lm").log_probs_per_word(LINES)
    assert torch.equal(found, PretrainedFluency.load(causal).log_probs_per_word(LINES))
    with pytest.raises(CheckpointError, match=r"nothing is downloaded.*`hf download owner/other`"):
        local_folder("owner/other")
    for name in ("../lm", f"{tmp_path}/lm", "a b/c"):
        with pytest.raises(CheckpointError, match="no such folder"):
            local_folder(name)


@pytest.mark.parametrize(
    ("lost", "told"),
    [("model.safetensors", "no weights as safetensors"), ("tokenizer.json", "no tokenizer.json")],
)
def test_an_incomplete_folder_is_one_line(tmp_path: Path, lost: str, told: str) -> None:
    folder = checkpoints.causal(tmp_path / "lm")
    (folder / "pytorch_model.bin").write_bytes(b"never read")
    (folder / lost).unlink()
    with pytest.raises(CheckpointError, match=told):
        PretrainedFluency.load(folder)
