"""Whole runs of sentence encoders: repeatable, resumable, the same on two processes as on one."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import load_file

from summ.config import EmbeddingsConfig
from summ.data.prose import prepare_prose
from summ.errors import ConfigError, SummError
from summ.families import load_run, train
from summ.families.sentence.config import SentenceRun
from summ.families.sentence.counted_embeddings import count_pieces
from summ.families.sentence.model import load_sentence_model
from summ.families.sentence.quick_thought import QuickThoughtStep
from summ.families.sentence.skip_thought import SkipThoughtStep
from summ.families.sentence.task import SentenceTask
from summ.training.checkpoint import checkpoints, read_state
from tests import processes, tiny
from tests.conftest import STORIES

ROOT = Path(__file__).parents[3]
OPTIMIZER = {"learning_rate": 0.003, "warmup_steps": 2}
STAGES = {
    "quick": {"kind": "quick-thought", "span": 4, "window": 2},
    "cpc": {"kind": "cpc", "span": 4, "ahead": 2, "hidden": 8},
    "skip": {"kind": "skip-thought", "span": 4, "decoder": {"embedding": 8, "hidden": 12}},
}
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty documents of six sentences."""
    place = tmp_path_factory.mktemp("prose")
    words = [
        "rain",
        "storm",
        "mayor",
        "bridge",
        "police",
        "tunnel",
        "vaccine",
        "plant",
        "harbour",
        "island",
    ]
    for number in range(40):
        lines = [f"{story} In {words[number % 8]}." for story in STORIES]
        (place / f"{number}.txt").write_text("\n\n".join(lines))
    prepare_prose(sorted(place.glob("*.txt")), place / "prose", 500)
    return place / "prose"


def values(corpus: Path, *stages: str, encoders: int = 2) -> dict[str, object]:
    return {
        "output": "runs/none",
        "data": {"corpus": str(corpus), "sentences": 16, "max_sentence": 24},
        "encoder": {
            "gru": {"embedding": 8, "hidden": 12},
            "encoders": encoders,
            "max_pieces": 24,
        },
        "stages": [
            {"name": name, "steps": 5, "optimizer": OPTIMIZER, **STAGES[name]} for name in stages
        ],
        "validation_documents": 4,
        "save_every": 2,
        "log_every": 1,
        "keep_checkpoints": 9,
    }


def config(place: Path, corpus: Path, *stages: str, **changes: object) -> SentenceRun:
    """A configuration in a file of its own, as a run in another process needs it."""
    place.mkdir(exist_ok=True)
    encoders = 1 if "skip" in stages else 2
    file = place / "config.yaml"
    file.write_text(yaml.safe_dump(values(corpus, *stages, encoders=encoders) | changes))
    return load_run(file, [f"output={place / 'run'}"])


def weights(run: Path) -> dict[str, torch.Tensor]:
    return {
        f"{file.parent.name}/{file.stem}/{key}": value
        for file in sorted((run / "model").rglob("*.safetensors"))
        for key, value in load_file(file).items()
    }


TRAIN = ("summ.train", "config.yaml", "--output", "run")


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module", params=["quick", "skip"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def reference(kind: str, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("reference")
    torch.set_num_threads(1)
    train(config(place, corpus, kind))
    return place / "run"


def test_a_run_learns_and_leaves_a_sentence_model(kind: str, reference: Path) -> None:
    model = load_sentence_model(reference / "model")
    assert model.settings.objective == {"quick": "quick-thought", "skip": "skip-thought"}[kind]
    assert len(model.encoders) == {"quick": 2, "skip": 1}[kind]
    log = (reference / "metrics.jsonl").read_text()
    assert "held_out/loss" in log
    assert ("held_out/accuracy" in log) == (kind == "quick")


def test_killed_and_resumed_equals_uninterrupted(
    kind: str, reference: Path, corpus: Path, tmp_path: Path
) -> None:
    settings = config(tmp_path, corpus, kind)
    folder = tmp_path / "run" / "checkpoints"
    processes.start(tmp_path, *TRAIN).kill_when(lambda: checkpoints(folder))
    first, *others = checkpoints(folder)
    for later in others:
        for file in later.iterdir():
            file.unlink()
        later.rmdir()
    assert read_state(first).step == 2
    train(settings, resume=True)
    ours, theirs = weights(tmp_path / "run"), weights(reference)
    assert ours.keys() == theirs.keys() and ours
    for name, value in ours.items():
        assert torch.equal(value, theirs[name]), name


def files(run: Path) -> dict[str, bytes]:
    """Every file of the models."""
    found = sorted(path for part in ("stages", "model") for path in (run / part).rglob("*"))
    return {str(path.relative_to(run)): path.read_bytes() for path in found if path.is_file()}


def test_a_stage_whose_folder_was_lost_is_written_again(corpus: Path, tmp_path: Path) -> None:
    """Killed between the last checkpoint of a stage and its folder; with a code after the stages
    that train the encoders, whose objective stays.
    """
    code = {"kind": "infomax", "sentences": 8, "code": {"bits": 4, "fitted_on": 16}}
    stages = [
        {"name": name, "steps": 2, "optimizer": OPTIMIZER, **kind}
        for name, kind in {"quick": STAGES["quick"], "skip": STAGES["skip"], "code": code}.items()
    ]
    settings = config(tmp_path, corpus, "skip", stages=stages)
    train(settings)
    run = tmp_path / "run"
    whole = files(run)
    objectives = [
        load_sentence_model(run / part).settings.objective
        for part in ("stages/quick", "stages/skip", "stages/code", "model")
    ]
    assert objectives == ["quick-thought", "skip-thought", "skip-thought", "skip-thought"]
    for written in reversed(checkpoints(run / "checkpoints")):
        for part in (run / "stages", run / "model"):
            shutil.rmtree(part)
        later = [other for other in checkpoints(run / "checkpoints") if other > written]
        for other in later:
            shutil.rmtree(other)
        state = read_state(written)
        for index in range(state.stage):
            # An earlier stage's folder was written before this checkpoint.
            for name, content in whole.items():
                if name.startswith(f"stages/{stages[index]['name']}/"):
                    (run / name).parent.mkdir(parents=True, exist_ok=True)
                    (run / name).write_bytes(content)
        train(settings, resume=True)
        assert files(run) == whole, written.name


@pytest.mark.parametrize("what", ["loss", "gradient"])
def test_what_is_not_finite_skips_its_own_update_alone(
    kind: str, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """And is counted: more than ``max_bad_steps`` end the run."""
    step = {"quick": QuickThoughtStep, "skip": SkipThoughtStep}[kind]
    weights = tiny.spoil(monkeypatch, step, what, 1)
    train(config(tmp_path, corpus, kind))
    assert read_state(checkpoints(tmp_path / "run" / "checkpoints")[-1]).bad_steps == 1
    assert tiny.equal(weights[1], weights[2]) and not tiny.equal(weights[0], weights[1])
    assert not tiny.equal(weights[2], weights[3])
    shutil.rmtree(tmp_path / "run")
    weights = tiny.spoil(monkeypatch, step, what, 1, 3)
    with pytest.raises(SummError, match="2 updates were not finite"):
        train(config(tmp_path, corpus, kind, max_bad_steps=1))
    assert len(weights) == 4


def test_two_processes_equal_one(kind: str, reference: Path, corpus: Path, tmp_path: Path) -> None:
    config(tmp_path, corpus, kind)
    for process in processes.start_group(tmp_path, 2, *TRAIN):
        code, errors = process.end()
        assert code == 0, errors
    assert '"processes": 2' in (tmp_path / "run" / "run.json").read_text()
    ours, theirs = weights(tmp_path / "run"), weights(reference)
    for name, value in theirs.items():
        # Adam turns a rounding error in a gradient near zero into a step of the learning rate.
        torch.testing.assert_close(ours[name], value, rtol=1e-3, atol=1e-4, msg=name)


def test_a_finished_run_resumed_names_its_objective(
    kind: str, reference: Path, corpus: Path, tmp_path: Path
) -> None:
    again = config(reference.parent, corpus, kind)
    train(again, resume=True)
    objective = load_sentence_model(reference / "model").settings.objective
    assert objective == {"quick": "quick-thought", "skip": "skip-thought"}[kind]


def test_a_run_starts_from_a_sentence_model(corpus: Path, reference: Path, tmp_path: Path) -> None:
    settings = config(tmp_path, corpus, "quick", encoder=None, start_from=str(reference / "model"))
    first = SentenceTask(settings, CPU).model.encoders.state_dict()
    for name, value in load_sentence_model(reference / "model").encoders.state_dict().items():
        assert torch.equal(first[name], value)


def test_a_model_can_tell_what_its_text_was_like(
    corpus: Path, reference: Path, tmp_path: Path
) -> None:
    given = values(corpus) | {"encoder": None, "start_from": str(reference / "model")}
    given |= {"output": str(tmp_path / "run")}
    given["stages"] = [{"name": "text", "kind": "training-text"}]
    train(SentenceRun.model_validate(given))
    before = load_sentence_model(reference / "model")
    model = load_sentence_model(tmp_path / "run" / "model")
    assert model.settings == before.settings and before.training_text is None
    assert model.training_text is not None
    texts = [STORIES[0], " ".join(reversed(STORIES[0].split()))]
    pieces = [np.array(ids) for ids in model.vocabulary.encode(texts)]
    vectors = model.text_vectors(pieces)
    # Stretches of a long text count alike, and the end mark not at all.
    long = model.text_vectors([np.tile(pieces[0][:23], 3)])
    assert torch.allclose(long, model.text_vectors([pieces[0][:23]]), atol=1e-6)
    usual, reversed_ = model.training_text.unlike(pieces, vectors.numpy())
    assert usual < reversed_
    first = {"name": "first", "kind": "training-text"}
    given["stages"] = [first, given["stages"][0]]
    with pytest.raises(ValueError, match="must be the last one"):
        SentenceRun.model_validate(given)


def test_embeddings_begin_as_counts(corpus: Path, tmp_path: Path) -> None:
    """Some columns of f and all of g; the others of f random; common pieces shorter."""
    settings = config(tmp_path, corpus, "quick")
    assert settings.encoder is not None
    plans = [
        EmbeddingsConfig(counted=5),
        EmbeddingsConfig(counted=8, contexts="sides", telling=0.1),
    ]
    update = {"embeddings_from": [corpus], "embeddings": plans}
    encoder = settings.encoder.model_copy(update=update)
    model = SentenceTask(settings.model_copy(update={"encoder": encoder}), CPU).model
    plain = SentenceTask(settings, CPU).model.encoders
    counts = count_pieces([corpus], model.vocabulary)
    for plan, ours, random in zip(plans, model.encoders, plain, strict=True):
        expected = random.embeddings().weight.detach().clone()
        vectors = counts.vectors(plan.counted, plan.contexts, settings.seed)
        expected[:, : plan.counted] = torch.from_numpy(vectors) * expected.std()
        expected *= torch.from_numpy(counts.telling(plan.telling))[:, None]
        torch.testing.assert_close(ours.embeddings().weight.detach(), expected)


def test_a_model_takes_the_language_of_its_texts(corpus: Path, tmp_path: Path) -> None:
    named = shutil.copytree(corpus, tmp_path / "corpus")
    manifest = json.loads((corpus / "manifest.json").read_text())
    assert manifest["settings"]["language"] == "und"
    manifest["settings"]["language"] = "en"
    (named / "manifest.json").write_text(json.dumps(manifest))
    for place, language in ((corpus, "und"), (named, "en")):
        task = SentenceTask(SentenceRun.model_validate(values(place, "quick")), CPU)
        task.save(tmp_path / language, 0)
        assert load_sentence_model(tmp_path / language).settings.language == language


def test_what_does_not_fit_is_refused(corpus: Path, tmp_path: Path) -> None:
    two = config(tmp_path / "a", corpus, "skip")
    two = two.model_copy(
        update={"encoder": two.encoder and two.encoder.model_copy(update={"encoders": 2})}
    )
    with pytest.raises(ConfigError, match="trains one encoder"):
        SentenceTask(two, CPU).begin(0, 1)
    settings = config(tmp_path / "b", corpus, "quick")
    assert settings.encoder is not None
    for plans, problem in (([5, 99], "counted is 99, but"), ([5], "of 2 encoders each")):
        counted = [{"counted": columns} for columns in plans]
        changes = {"embeddings_from": [str(corpus)], "embeddings": counted}
        encoder = settings.encoder.model_dump() | changes
        with pytest.raises(ConfigError, match=problem):
            SentenceTask(config(tmp_path / "f", corpus, "quick", encoder=encoder), CPU)
    with pytest.raises(ConfigError, match="fewer spans than 5 parts"):
        SentenceTask(settings, CPU).begin(0, 5)
    long = {"corpus": str(corpus), "sentences": 16, "max_sentence": 25}
    with pytest.raises(ConfigError, match="the encoders read 24 pieces"):
        SentenceTask(config(tmp_path / "c", corpus, "quick", data=long), CPU)
    with pytest.raises(ConfigError, match="a run each"):
        warm = {"name": "w", "kind": "pretrain", "steps": 1, "optimizer": OPTIMIZER}
        quick = {"name": "q", "steps": 5, "optimizer": OPTIMIZER, **STAGES["quick"]}
        config(tmp_path / "d", corpus, stages=[warm, quick])
    with pytest.raises(ConfigError, match="accumulation must be 1"):
        many = {"name": "q", "steps": 5, "optimizer": OPTIMIZER | {"accumulation": 2}}
        config(tmp_path / "e", corpus, stages=[many | STAGES["quick"]])
