"""Whole runs of autoencoders: every bottleneck learns, and a run goes on as if never stopped."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import load_file

from summ.data.prose import prepare_prose
from summ.errors import CheckpointError, ConfigError, DataError
from summ.families import load, load_run, train
from summ.families.autoencoder.config import AutoencoderRun
from summ.families.autoencoder.model import AutoencoderModel, load_autoencoder, save_autoencoder
from summ.families.autoencoder.rebuild import RebuildStep
from summ.families.autoencoder.style_adversary import StyleStep
from summ.families.autoencoder.task import AutoencoderTask
from summ.families.autoencoder.validation import validate, words_recovered
from summ.networks.styled import StyledBottleneck
from summ.text.typos import with_typo
from summ.training.checkpoint import checkpoints
from summ.training.random_streams import RandomStreams
from summ.types import Tokens
from tests import tiny

CPU = torch.device("cpu")
BOTTLENECKS: dict[str, dict[str, Any]] = {
    "continuous": {"slots": 2, "size": 8, "in_order": True},
    "gaussian": {"slots": 2, "size": 8, "free_nats": 0.1},
    "one-hot": {"slots": 3, "symbols": 16},
    "binary": {"slots": 2, "bits": 8},
    "styled": {"slots": 3, "size": 8},
    "vq": {
        "slots": 3,
        "in_order": True,
        "symbols": 16,
        "size": 8,
        "restart_every": 2,
        "fitted_on": 32,
    },
}


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def values(corpus: Path, kind: str, output: Path | str = "run") -> dict[str, Any]:
    return {
        "family": "autoencoder",
        "output": str(output),
        "data": {"corpus": str(corpus), "max_sentence": 16, "sentences": 8},
        "network": tiny.seq2seq().model_dump(exclude_none=True),
        "bottleneck": {"kind": kind, **BOTTLENECKS[kind]},
        "stages": [
            {
                "name": "only",
                "kind": "rebuild",
                "steps": 5,
                "delete_share": 0.2,
                "word_drop": 0.2,
                "optimizer": {"learning_rate": 0.003, "warmup_steps": 2},
            }
        ],
        "validation_sentences": 8,
        "save_every": 2,
        "log_every": 1,
        "keep_checkpoints": 9,
    }


def config(place: Path, corpus: Path, kind: str, *overrides: str) -> AutoencoderRun:
    place.mkdir(exist_ok=True)
    file = place / "config.yaml"
    file.write_text(yaml.safe_dump(values(corpus, kind, place / "run")))
    run = load_run(file, overrides)
    assert isinstance(run, AutoencoderRun)
    return run


def weights(run: Path) -> dict[str, torch.Tensor]:
    return {
        f"{file.stem}/{key}": value
        for file in sorted((run / "model").rglob("*.safetensors"))
        for key, value in load_file(file).items()
    }


@pytest.fixture(scope="module")
def reference(tiny_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with codes that are no parameters."""
    place = tmp_path_factory.mktemp("reference")
    train(config(place, tiny_corpus, "vq"))
    return place / "run"


def figures(run: Path) -> dict[str, float]:
    lines = (run / "metrics.jsonl").read_text().splitlines()
    return {key: value for line in lines for key, value in json.loads(line).items()}


def test_a_run_leaves_a_model_that_does_the_same(reference: Path) -> None:
    model = load(reference / "model")
    assert isinstance(model, AutoencoderModel)
    assert model.settings.bottleneck.kind == "vq" and model.settings.max_sentence == 16
    stored = load_file(checkpoints(reference / "checkpoints")[-1] / "autoencoder.safetensors")
    own = model.network.state_dict()
    assert all(torch.equal(value, stored[name]) for name, value in own.items() if name in stored)
    assert own["bottleneck.fitted"] and int(own["bottleneck.updates"]) == 5
    shown = figures(reference)
    assert 1 <= shown["held_out/perplexity"] <= 16
    assert 0 <= shown["held_out/words_recovered"] <= 1
    assert shown["held_out/nats"] == pytest.approx(3 * math.log(16))
    assert {"code/perplexity", "code/commitment", "rebuild/nll_per_piece"} <= shown.keys()


def test_a_resumed_run_equals_one_that_was_never_stopped(
    reference: Path, tiny_corpus: Path, tmp_path: Path
) -> None:
    run = config(tmp_path, tiny_corpus, "vq")
    shutil.copytree(reference, tmp_path / "run")
    for place in ("model", "stages"):
        shutil.rmtree(tmp_path / "run" / place)
    for folder in checkpoints(tmp_path / "run" / "checkpoints"):
        if int(folder.name.split("-")[1]) > 2:
            shutil.rmtree(folder)
    train(run, resume=True)
    ours, theirs = weights(tmp_path / "run"), weights(reference)
    assert ours.keys() == theirs.keys() and ours
    assert all(torch.equal(value, theirs[name]) for name, value in ours.items())


@pytest.mark.parametrize(
    ("kind", "figure"),
    [
        ("continuous", "active_units"),
        ("gaussian", "bound"),
        ("one-hot", "perplexity"),
        ("binary", "bits_used"),
    ],
)
def test_every_bottleneck_goes_on_from_another(
    kind: str, figure: str, reference: Path, tiny_corpus: Path, tmp_path: Path
) -> None:
    start = ["network=null", f"start_from={reference / 'model'}", "stages.0.steps=1"]
    run = config(tmp_path, tiny_corpus, kind, *start)
    before, model = load_autoencoder(reference / "model"), AutoencoderTask(run, CPU).model
    table = before.network.network.get_input_embeddings().weight
    assert torch.equal(model.network.network.get_input_embeddings().weight, table)
    both = min(BOTTLENECKS[kind]["slots"], BOTTLENECKS["vq"]["slots"])
    assert torch.equal(model.network.queries[:both], before.network.queries[:both])
    train(run)
    assert f"held_out/{figure}" in figures(tmp_path / "run")
    assert load_autoencoder(tmp_path / "run" / "model").settings.bottleneck == run.bottleneck


def hiding(place: Path, corpus: Path, *overrides: str) -> AutoencoderTask:
    """The task of a run with two styles, which are told apart by nothing but their corpora."""
    styles = [f"data.other_styles=[{corpus}]", "stages.0.adversary_weight=2"]
    return AutoencoderTask(config(place, corpus, "styled", *styles, *overrides), CPU)


@pytest.mark.parametrize("style", ["instance-norm", "slot"])
def test_the_critic_learns_styles_and_the_code_hides_them(
    style: str, tiny_corpus: Path, tmp_path: Path
) -> None:
    task = hiding(tmp_path, tiny_corpus, f"bottleneck.style={style}")
    parts = task.begin(0, 1)
    assert parts.adversary is not None and set(task.networks()) == {"autoencoder", "critic"}
    batch, streams = parts.batches.at(0), RandomStreams(1, 0, 0, 1, CPU)
    assert batch.styles.tolist() == [0, 1] * 4
    first, second = (parts.batches.at(0, (rank, 2)) for rank in range(2))
    assert first.styles.tolist() == [0] * 4 and second.styles.tolist() == [1] * 4
    assert torch.equal(first.texts.ids, batch.texts.ids[::2, : first.texts.ids.shape[1]])
    # Each learner's gradient is its own.
    output = parts.step(batch, streams)
    output.loss.backward()
    critic = task.critic
    assert critic is not None and all(one.grad is None for one in critic.parameters())
    assert task.model.network.bottleneck.linear.weight.grad is not None
    task.model.network.zero_grad()
    told = parts.adversary.step(batch, None, streams)
    told.loss.backward()
    assert all(one.grad is not None for one in critic.parameters())
    assert task.model.network.bottleneck.linear.weight.grad is None
    # Even odds cost log 2 where the critic cannot tell, and more where it can.
    assert output.stats["style/even_odds_nll"] >= math.log(2)
    network = task.model.network
    content = network.bottleneck(network.slots(batch.texts)).stored[:, : 3 - (style == "slot")]
    log_probs = critic(content).detach().log_softmax(dim=1)
    right = log_probs[torch.arange(8), batch.styles]
    torch.testing.assert_close(told.loss.detach(), -right.mean())


def test_a_hiding_run_goes_on_from_where_it_stopped(tiny_corpus: Path, tmp_path: Path) -> None:
    task = hiding(tmp_path, tiny_corpus, "stages.0.steps=4")
    train(task.config)
    ours = weights(tmp_path / "run")
    for folder in checkpoints(tmp_path / "run" / "checkpoints"):
        if int(folder.name.split("-")[1]) > 2:
            shutil.rmtree(folder)
    for place in ("model", "stages"):
        shutil.rmtree(tmp_path / "run" / place)
    train(task.config, resume=True)
    theirs = weights(tmp_path / "run")
    assert ours and all(torch.equal(value, theirs[name]) for name, value in ours.items())
    assert "style/critic_accuracy" in figures(tmp_path / "run")


@pytest.mark.parametrize("kind", BOTTLENECKS)
def test_eight_texts_are_eight_of_two_parts(kind: str, tiny_corpus: Path, tmp_path: Path) -> None:
    """Loss and gradient of a batch are the means of its parts'."""
    slope = (
        ["stages.0.contractive_weight=0.01"] if kind in ("continuous", "gaussian", "styled") else []
    )
    run = config(tmp_path, tiny_corpus, kind, "stages.0.nested=true", *slope)
    task = AutoencoderTask(run, CPU)
    parts = task.begin(0, 1)
    whole = parts.step(parts.batches.at(3), RandomStreams(1, 3, 0, 1, CPU))
    whole.loss.backward()
    expected = tiny.gradients(parts.step)
    task = AutoencoderTask(task.config, CPU)  # of the same state
    parts = task.begin(0, 1)
    state = {name: value.clone() for name, value in parts.step.state_dict().items()}
    losses = []
    for shard in range(2):
        parts.step.load_state_dict(state)
        batch = parts.batches.at(3, (shard, 2))
        losses.append(parts.step(batch, RandomStreams(1, 3, shard, 2, CPU)).loss / 2)
        losses[-1].backward()
    torch.testing.assert_close(losses[0] + losses[1], whole.loss)
    found = tiny.gradients(parts.step)
    assert found.keys() == expected.keys()
    for name, value in found.items():
        # Sums of other orders, in float32.
        torch.testing.assert_close(value, expected[name], atol=1e-4, rtol=1e-3)


def test_a_typo_costs_what_it_moves_the_code(tiny_corpus: Path, tmp_path: Path) -> None:
    still = ["stages.0.delete_share=0", "stages.0.word_drop=0"]
    losses = []
    for weight in (0, 3):
        override = f"stages.0.typo_weight={weight}"
        task = AutoencoderTask(config(tmp_path, tiny_corpus, "continuous", override, *still), CPU)
        parts = task.begin(0, 1)
        output = parts.step(parts.batches.at(0), RandomStreams(1, 0, 0, 1, CPU))
        losses.append(output.loss)
    network, vocabulary, batch = task.model.network, task.model.vocabulary, parts.batches.at(0)
    luck = RandomStreams(1, 0, 0, 1, CPU).uniform("typo", 8, 2).tolist()
    lines = [vocabulary.decode(row) for row in batch.ids.tolist()]
    typed = [with_typo(line, *numbers) for line, numbers in zip(lines, luck, strict=True)]
    assert sum(one != other for one, other in zip(lines, typed, strict=True)) > 4
    ids = [[*row[:15], vocabulary.eos] for row in vocabulary.encode_canonical(typed)]
    one, other = (
        network.code(texts).values.flatten(1)
        for texts in (batch, Tokens.from_lists(ids, vocabulary.pad))
    )
    shift = (one - other).square().sum(dim=1).mean() / (2 * one.var(dim=0).sum())
    assert shift > 0
    torch.testing.assert_close(losses[1] - losses[0], 3 * shift, atol=1e-3, rtol=1e-3)  # of ~60


@pytest.mark.parametrize("style", ["instance-norm", "slot"])
def test_content_is_read_from_words_that_do_not_tell(
    style: str, tiny_corpus: Path, tmp_path: Path
) -> None:
    """A telling word for another of as many pieces changes the style alone, and the reverse."""
    hide = ["bottleneck.hide_above=1", "stages.0.adversary_weight=0", "stages.0.style_weight=2"]
    task = hiding(tmp_path, tiny_corpus, f"bottleneck.style={style}", *hide)
    parts, network = task.begin(0, 1), task.model.network
    bottleneck = network.bottleneck
    assert isinstance(bottleneck, StyledBottleneck)
    assert not bottleneck.telling.any()  # of one corpus twice
    output = parts.step(parts.batches.at(0), RandomStreams(1, 0, 0, 1, CPU))
    told = output.stats["style/told_nll"]
    rest = output.stats["rebuild/nll"] + 0.1 * output.stats["rebuild/bag_nll"]
    torch.testing.assert_close(output.loss.detach(), rest + 2 * told)
    vocabulary = task.model.vocabulary
    words = torch.as_tensor(vocabulary.starts_word & ~vocabulary.special).nonzero().flatten()
    first, second, third, fourth = words[:4].tolist()
    bottleneck.telling[[first, second]] = True

    def code(*ids: int) -> torch.Tensor:
        return network.code(Tokens.from_lists([[*ids, vocabulary.eos]], vocabulary.pad)).stored

    here = code(third, first, third)
    restyled, retold = code(third, second, third), code(third, first, fourth)
    assert torch.equal(bottleneck.content(here), bottleneck.content(restyled))
    assert not torch.allclose(bottleneck.manner(here), bottleneck.manner(restyled))
    assert torch.equal(bottleneck.manner(here), bottleneck.manner(retold))
    assert not torch.allclose(bottleneck.content(here), bottleneck.content(retold))
    save_autoencoder(task.model, tmp_path / "model")
    network = load_autoencoder(tmp_path / "model").network
    assert torch.equal(code(third, first, fourth), retold)


def test_a_lent_style_is_that_of_another_text_of_the_same_style(
    tiny_corpus: Path, tmp_path: Path
) -> None:
    lend = ["stages.0.lent_share=1", "stages.0.delete_share=0", "stages.0.adversary_weight=0"]
    task = hiding(tmp_path, tiny_corpus, *lend)
    parts, network = task.begin(0, 1), task.model.network
    batch, streams = parts.batches.at(0), RandomStreams(1, 0, 0, 1, CPU)
    others = [batch.others.ids[row, : batch.texts.ids.shape[1]] for row in range(8)]
    assert all(torch.equal(others[row], batch.texts.ids[(row + 2) % 8]) for row in range(8))
    assert isinstance(parts.step, StyleStep) and parts.adversary is None
    bottleneck = network.bottleneck
    assert isinstance(bottleneck, StyledBottleneck)
    found = parts.step.inner.rebuilt(batch.texts, streams, batch.others).code.stored
    own, lent = network.code(batch.texts).stored, network.code(batch.others).stored
    torch.testing.assert_close(found, bottleneck.swapped(own, lent))
    expected = parts.step.inner.rebuilt(batch.texts, streams, batch.others).loss.mean()
    torch.testing.assert_close(parts.step(batch, streams).loss, expected)


def test_of_a_nested_code_the_first_slots_are_read_and_no_others(
    tiny_corpus: Path, tmp_path: Path
) -> None:
    asked = ("stages.0.nested=true", "bottleneck.slots=4", "bottleneck.in_order=false")
    run = config(tmp_path, tiny_corpus, "vq", *asked)
    task = AutoencoderTask(run, CPU)
    parts = task.begin(0, 1)
    step, batch = parts.step.eval(), parts.batches.at(0)
    assert isinstance(step, RebuildStep)
    network, kept = task.model.network, torch.tensor([1, 2, 4] * 3)[:8]
    values = network.bottleneck(network.slots(batch)).values
    unread = torch.arange(4) >= kept[:, None]
    told = step.nll(network.read(values, kept), batch)
    other = network.read(values.masked_fill(unread[..., None], 7.0), kept)
    torch.testing.assert_close(step.nll(other, batch), told)
    torch.testing.assert_close(
        network.bag_logits(other), network.bag_logits(other.rows(torch.arange(8)))
    )
    whole = step.nll(network.read(values), batch)
    torch.testing.assert_close(told[kept == 4], whole[kept == 4])
    assert (told[kept < 4] - whole[kept < 4]).abs().min() > 0
    # Training halves the slots at random: all, two or one of them.
    seen: list[torch.Tensor] = []
    network.read, read = lambda v, k: seen.append(k) or read(v, k), network.read  # type: ignore
    for number in range(8):
        step(batch, RandomStreams(1, number, 0, 1, CPU))
    assert torch.cat(seen).unique().tolist() == [1, 2, 4]


def test_a_text_is_learned_through_its_code(tiny_corpus: Path, tmp_path: Path) -> None:
    """Below what is possible without a code: log N nats a text to tell which one it is."""
    overrides = ["stages.0.delete_share=0", "stages.0.word_drop=0", "stages.0.bag_weight=0"]
    task = AutoencoderTask(config(tmp_path, tiny_corpus, "binary", *overrides), CPU)
    parts = task.begin(0, 1)
    batch = parts.batches.at(0)
    chance = tiny.guessed_nll(batch)

    def learned(outputs: list[Any]) -> bool:
        told = [float(output.stats["rebuild/nll_per_piece"]) for output in outputs]
        return tiny.last_mean(told) < chance / 2

    assert learned(tiny.taught(parts.step, batch, 200, 0.01, learned))
    assert isinstance(parts.step, RebuildStep)
    result = validate(task.model, parts.step, [batch], seed=1)
    assert result.figures["held_out/words_recovered"] > 0.8


def test_words_are_recovered_as_often_as_they_occur() -> None:
    assert words_recovered("a b a c", "a a a d") == 0.5
    assert words_recovered("a b", "b a") == 1 and words_recovered("a", "") == 0


def test_running_text_is_a_corpus_too(tiny_corpus: Path, tmp_path: Path) -> None:
    lines = [f"The mayor of Oslo opens bridge {number}." for number in range(20)]
    (tmp_path / "wire.txt").write_text("\n\n".join(lines))
    prepare_prose([tmp_path / "wire.txt"], tmp_path / "wire", vocabulary=tiny_corpus / "vocabulary")
    run = config(tmp_path, tmp_path / "wire", "binary", "data.max_sentence=32")
    batch = AutoencoderTask(run, CPU).begin(0, 1).batches.at(0)
    assert len(batch) == 8 and batch.ids.shape[1] <= 32


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("data.sentences=7", r"7 sentences cannot be shared equally by 2 parts"),
        ("data.sentences=100000", r"fewer than the 100000 of a batch\. Lower data\.sentences"),
        ("data.max_sentence=100", r"64 positions, but 100 are needed"),
    ],
)
def test_what_cannot_be_trained_is_one_line(
    override: str, said: str, tiny_corpus: Path, tmp_path: Path
) -> None:
    with pytest.raises((ConfigError, DataError), match=said):
        AutoencoderTask(config(tmp_path, tiny_corpus, "binary", override), CPU).begin(0, 2)


def test_a_start_that_does_not_fit_is_one_line(
    reference: Path, tiny_corpus: Path, tmp_path: Path
) -> None:
    start = ["network=null", f"start_from={reference / 'model'}"]
    with pytest.raises(ConfigError, match=r"max_sentence: must be at most 16, .* found 17\. Lower"):
        AutoencoderTask(config(tmp_path, tiny_corpus, "vq", *start, "data.max_sentence=17"), CPU)
    with pytest.raises(ConfigError, match="give either 'network'"):
        config(tmp_path, tiny_corpus, "vq", "network=null")
    with pytest.raises(ConfigError, match="accumulation must be 1"):
        config(tmp_path, tiny_corpus, "vq", "stages.0.optimizer.accumulation=2")
    with pytest.raises(ConfigError, match="a vq code moves by jumps: contractive_weight must be 0"):
        config(tmp_path, tiny_corpus, "vq", "stages.0.contractive_weight=1")
    with pytest.raises(ConfigError, match="a vq code moves by jumps: typo_weight must be 0"):
        config(tmp_path, tiny_corpus, "vq", "stages.0.typo_weight=1")
    with pytest.raises(ConfigError, match="texts of whole batches: accumulation must be 1"):
        typo = ["stages.0.typo_weight=1", "stages.0.optimizer.accumulation=2"]
        config(tmp_path, tiny_corpus, "continuous", *typo)
    with pytest.raises(ConfigError, match=r"hide_above needs data\.other_styles"):
        config(tmp_path, tiny_corpus, "styled", "bottleneck.hide_above=2")
    with pytest.raises(ConfigError, match="contractive_weight must be 0 where hide_above"):
        other = f"data.other_styles=[{tiny_corpus}]"
        contracted = ["bottleneck.hide_above=2", "stages.0.contractive_weight=1", other]
        config(tmp_path, tiny_corpus, "styled", *contracted)
    with pytest.raises(ConfigError, match="adversary_weight needs a bottleneck of 'kind: styled'"):
        config(tmp_path, tiny_corpus, "vq", "stages.0.adversary_weight=1")
    with pytest.raises(ConfigError, match=r"needs data\.other_styles"):
        config(tmp_path, tiny_corpus, "styled", "stages.0.adversary_weight=1")
    with pytest.raises(ConfigError, match="8 cannot be shared equally by 3 styles"):
        others = f"data.other_styles=[{tiny_corpus}, {tiny_corpus}]"
        AutoencoderTask(config(tmp_path, tiny_corpus, "vq", others), CPU).begin(0, 1)
    with pytest.raises(ConfigError, match="bottleneck"):
        config(tmp_path, tiny_corpus, "vq", "bottleneck.bits=3")


def test_a_folder_that_asks_for_too_much_is_refused(reference: Path, tmp_path: Path) -> None:
    shutil.copytree(reference / "model", tmp_path / "model")
    manifest = json.loads((tmp_path / "model" / "model.json").read_text())
    del manifest["sha256"]
    manifest["settings"]["bottleneck"]["slots"] = 10_000
    (tmp_path / "model" / "model.json").write_text(json.dumps(manifest))
    with pytest.raises(CheckpointError, match="slots"):
        load_autoencoder(tmp_path / "model")
