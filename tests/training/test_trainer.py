"""Behaviour of whole runs: repeatable, resumable, the same on two processes as on one."""

import json
import math
import os
import shutil
import signal
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from data_prep.tiny import write_texts
from summ.data.files import content_digest
from summ.data.prepare import prepare
from summ.errors import CheckpointError, ConfigError, SummError
from summ.families import load_run, task, train
from summ.families.summarizer.config import SummarizerRun
from summ.families.summarizer.model import load_summary_model
from summ.families.summarizer.pretrain import PretrainStep
from summ.families.summarizer.reinforce import ReinforceStep
from summ.families.summarizer.rewarded_drafts import RewardedDrafts, reward_drafts
from summ.training.checkpoint import checkpoints, read_state
from summ.training.run_record import fingerprint
from summ.training.schedule import schedule
from summ.training.trainer import Trainer
from tests import processes, tiny

CONFIG = Path(__file__).parents[2] / "configs" / "tiny.yaml"
ROOT = Path(__file__).parents[2]
SHORT = [
    *tiny.SMALL_RUN,
    "stages.0.steps=4",
    "stages.1.steps=2",
    "stages.2.steps=3",
    "validation_documents=8",
    "data.documents=8",
    "data.sentences=8",
    "save_every=2",
    "log_every=2",
    "keep_checkpoints=20",
]
NAMES = ("compressor", "reconstructor", "discriminator")


@pytest.fixture(scope="session")
def corpus(tiny_corpus: Path) -> Path:
    return tiny_corpus


def config(corpus: Path, output: Path, *changes: str) -> SummarizerRun:
    return load_run(CONFIG, [*SHORT, *changes, f"data.corpus={corpus}", f"output={output}"])


def arguments(corpus: Path, output: Path, *changes: str) -> list[str]:
    settings = [*SHORT, *changes, f"data.corpus={corpus}"]
    flags = [part for setting in settings for part in ("--set", setting)]
    return ["summ.train", str(CONFIG), *flags, "--output", str(output)]


def weights(model: Path) -> dict[str, torch.Tensor]:
    found = {}
    for name in NAMES:
        for file in sorted((model / name).glob("*.safetensors")):
            for key, value in load_file(file).items():
                found[f"{name}/{file.stem}/{key}"] = value
    return found


def assert_equal(first: Path, second: Path) -> None:
    ours, theirs = weights(first), weights(second)
    assert ours.keys() == theirs.keys() and len(ours) > 100
    for name, value in ours.items():
        assert torch.equal(value, theirs[name]), name


@pytest.fixture(scope="session")
def reference(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in one go, on one thread like the runs it is compared with."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    output = tmp_path_factory.mktemp("runs") / "reference"
    train(config(corpus, output))
    torch.set_num_threads(threads)
    return output


@pytest.fixture
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("one_thread")
def test_killed_and_resumed_equals_uninterrupted(
    corpus: Path, reference: Path, tmp_path: Path
) -> None:
    """So that two runs from the same beginning, in two processes, have the same weights as well."""
    output = tmp_path / "killed"
    process = processes.start(ROOT, *arguments(corpus, output))
    process.kill_when(lambda: checkpoints(output / "checkpoints"))
    found = checkpoints(output / "checkpoints")
    assert found, "the run ended before it wrote a checkpoint"
    # Whatever later checkpoints it managed to write, go on from the first.
    for later in found[1:]:
        for file in later.iterdir():
            file.unlink()
        later.rmdir()
    assert read_state(found[0]).step == 2
    train(config(corpus, output), resume=True)
    assert_equal(reference / "model", output / "model")
    log = (reference / "metrics.jsonl").read_text()
    assert (output / "metrics.jsonl").read_text() == log


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("step", [4, 8, 9])
def test_resumes_alike_from_every_checkpoint(
    corpus: Path, reference: Path, tmp_path: Path, step: int
) -> None:
    """The end of a stage, the middle of the last, and the end of the run."""
    source = reference / "checkpoints" / f"step-{step:08d}"
    copy = tmp_path / "run" / "checkpoints" / source.name
    copy.mkdir(parents=True)
    for file in source.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    train(config(corpus, tmp_path / "run"), resume=True)
    assert_equal(reference / "model", tmp_path / "run" / "model")


@pytest.mark.usefixtures("one_thread")
def test_a_stage_hands_on_the_mean_of_its_last_checkpoints(corpus: Path, tmp_path: Path) -> None:
    """Saved at 2 and 4 of the first stage; resumed from 4, the next begins with their mean, too."""
    changes = ("stages.0.average_checkpoints=2", "stages.1.steps=1", "stages.2.steps=1")
    output = tmp_path / "run"
    train(config(corpus, output, *changes))
    saved = [load_file(f / "compressor.safetensors") for f in checkpoints(output / "checkpoints")]
    handed = load_summary_model(output / "stages" / "warm-start").compressor.state_dict()
    for name, value in handed.items():
        torch.testing.assert_close(value, (saved[0][name] + saved[1][name]) / 2)
    assert any(not torch.equal(handed[name], saved[1][name]) for name in handed)
    for later in checkpoints(output / "checkpoints")[2:]:
        shutil.rmtree(later)
    expected = weights(output / "model")
    shutil.rmtree(output / "model")
    train(config(corpus, output, *changes), resume=True)
    found = weights(output / "model")
    assert all(torch.equal(found[name], value) for name, value in expected.items())


@pytest.mark.usefixtures("one_thread")
def test_two_processes_equal_one(corpus: Path, reference: Path, tmp_path: Path) -> None:
    """Started by torchrun, whose two processes are forks like itself."""
    output, programs = tmp_path / "two", tmp_path / "bin"
    programs.mkdir()
    launcher = ["torch.distributed.run", "--standalone", "--nproc_per_node", 2, "--no-python"]
    with processes.forking_programs(programs):
        launched = processes.start(
            ROOT, *launcher, programs / "python", "-m", *arguments(corpus, output)
        )
        code, errors = launched.end()
    assert code == 0, errors[-2000:]
    assert '"processes": 2' in (output / "run.json").read_text()
    ours, theirs = weights(reference / "model"), weights(output / "model")
    for name, value in ours.items():
        # Sums in another order differ in the last digits; Adam divides by the gradient's size,
        # so a near-zero gradient may turn that into a part of a learning rate (1e-3) per step.
        torch.testing.assert_close(theirs[name], value, rtol=0.02, atol=2e-3, msg=name)


@pytest.mark.usefixtures("one_thread")
def test_accumulation_changes_nothing(corpus: Path, tmp_path: Path) -> None:
    """Gradients of one update, whole and in four micro-batches."""
    found = []
    for name, accumulation in (("whole", 1), ("parts", 4)):
        settings = config(
            corpus,
            tmp_path / name,
            "stages.2.steps=1",
            f"stages.2.optimizer.accumulation={accumulation}",
        )
        settings = settings.model_copy(update={"stages": settings.stages[2:]})
        run = Trainer(settings, partial(task, settings), resume=False)
        gradients = {}

        def keep(learner, run=run, gradients=gradients):
            if not gradients:
                for key, value in run.task.summary_model.compressor.named_parameters():
                    if value.grad is not None:
                        gradients[key] = value.grad.clone()
            return torch.tensor(1.0)

        run._apply = keep
        run.run()
        found.append(gradients)
    assert len(found[0]) > 20
    for key, value in found[0].items():
        torch.testing.assert_close(found[1][key], value, rtol=1e-3, atol=1e-4, msg=key)


def test_interrupt_saves_and_ends(corpus: Path, tmp_path: Path) -> None:
    """Ctrl-C finishes the update, writes a checkpoint and exits with 130."""
    output = tmp_path / "interrupted"
    long = arguments(corpus, output, "stages.0.steps=100000", "save_every=100000")
    process = processes.start(ROOT, *long)
    log = output / "metrics.jsonl"
    while not process.ended() and not (log.exists() and log.read_text()):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    code, errors = process.end()
    assert code == 130, errors
    assert "Traceback" not in errors
    (saved,) = checkpoints(output / "checkpoints")
    assert read_state(saved).step >= 2


def test_a_bad_step_is_skipped_and_too_many_end_the_run(corpus: Path, tmp_path: Path) -> None:
    settings = config(corpus, tmp_path / "bad", "max_bad_steps=2")
    run = Trainer(settings, partial(task, settings), resume=False)
    before = {k: v.clone() for k, v in run.task.summary_model.compressor.state_dict().items()}
    with torch.no_grad():
        next(run.task.summary_model.discriminator.parameters())[:] = torch.nan
        next(run.task.summary_model.reconstructor.parameters())[:] = torch.nan
    with pytest.raises(SummError, match="3 updates were not finite"):
        run.run()
    for key, value in run.task.summary_model.compressor.state_dict().items():
        assert torch.equal(value, before[key])


@pytest.mark.parametrize("what", ["loss", "gradient", "reward"])
def test_what_is_not_finite_skips_its_own_update_alone(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    settings = config(corpus, tmp_path / "run", "stages.2.steps=3")
    settings = settings.model_copy(update={"stages": settings.stages[2:]})
    weights = tiny.spoil(monkeypatch, ReinforceStep, what, *([] if what == "reward" else [1]))

    def rewarded(*arguments: object) -> RewardedDrafts:
        found = reward_drafts(*arguments)
        credit = found.credit * (math.nan if len(weights) == 2 else 1)
        return replace(found, credit=credit)

    if what == "reward":
        monkeypatch.setattr("summ.families.summarizer.reinforce.reward_drafts", rewarded)
    run = Trainer(settings, partial(task, settings), resume=False)
    run.run()
    assert run.state.bad_steps == 1 and len(weights) == 3
    assert tiny.equal(weights[1], weights[2]) and not tiny.equal(weights[0], weights[1])
    for entry in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines():
        json.loads(entry, parse_constant=pytest.fail)


def _one_of_two(rank: int, port: int, corpus: Path, output: Path) -> None:
    """Trains in a process whose second loss is infinite if it is the second process."""
    os.environ |= processes.rank_environment(rank, 2, port)
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        weights = tiny.spoil(patch, PretrainStep, "loss", *([1] if rank else []))
        settings = config(corpus, output, "stages.0.steps=3")
        settings = settings.model_copy(update={"stages": settings.stages[:1]})
        run = Trainer(settings, partial(task, settings), resume=False)
        run.run()
        torch.save((run.state.bad_steps, weights), output / f"{rank}.pt")
    os._exit(0)  # threads of the process group may abort the process while Python ends it


def test_what_is_not_finite_in_one_process_is_skipped_by_all(corpus: Path, tmp_path: Path) -> None:
    run = (processes.free_port(), corpus, tmp_path / "run")
    processes.call_group(_one_of_two, 2, *run)
    found = [torch.load(tmp_path / "run" / f"{rank}.pt") for rank in range(2)]
    for bad_steps, weights in found:
        assert bad_steps == 1 and len(weights) == 3
        assert tiny.equal(weights[1], weights[2]) and not tiny.equal(weights[0], weights[1])
    assert tiny.equal(found[0][1][2], found[1][1][2])


def test_a_run_is_not_overwritten(corpus: Path, reference: Path) -> None:
    with pytest.raises(ConfigError, match="already holds a run at step 9"):
        train(config(corpus, reference))


def test_another_configuration_is_not_resumed(corpus: Path, reference: Path) -> None:
    with pytest.raises(ConfigError, match="another configuration"):
        train(config(corpus, reference, "seed=2"), resume=True)


def test_a_damaged_checkpoint_is_refused(corpus: Path, reference: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run" / "checkpoints" / "step-00000002"
    copy.mkdir(parents=True)
    for file in (reference / "checkpoints" / copy.name).iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    damaged = copy / "compressor.safetensors"
    content = bytearray(damaged.read_bytes())
    content[-1] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"compressor.safetensors: missing or damaged"):
        train(config(corpus, tmp_path / "run"), resume=True)


def test_rows_must_divide_among_micro_batches(corpus: Path, tmp_path: Path) -> None:
    settings = config(corpus, tmp_path / "odd", "stages.0.optimizer.accumulation=3")
    with pytest.raises(ConfigError, match="cannot be shared equally by 3 parts"):
        train(settings)


def test_a_model_is_the_start_of_another_run(corpus: Path, reference: Path, tmp_path: Path) -> None:
    settings = config(corpus, tmp_path / "next", "networks=null", f"start_from={reference}/model")
    run = Trainer(settings, partial(task, settings), resume=False)
    loaded = load_summary_model(reference / "model").compressor.state_dict()
    for key, value in run.task.summary_model.compressor.state_dict().items():
        assert torch.equal(value, loaded[key])


def test_the_schedule_rises_and_falls() -> None:
    """Linear up from a hundredth to the peak, then linear down to the final share."""
    optimizer_config = load_run(CONFIG).stages[0].optimizer
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.AdamW([weight], lr=1.0)
    plan = schedule(optimizer, optimizer_config, steps=250)
    rates = []
    for _ in range(251):
        rates.append(plan.get_last_lr()[0])
        optimizer.step()
        plan.step()
    assert rates[0] == pytest.approx(0.01)
    assert rates[25] == pytest.approx(0.505)
    assert rates[50] == pytest.approx(1.0)
    assert rates[150] == pytest.approx((1 + optimizer_config.final_share) / 2)
    assert rates[250] == pytest.approx(optimizer_config.final_share)


AVERAGED = (
    "stages.0.steps=5",
    "stages.0.average_checkpoints=2",
    "stages.1.steps=2",
    "stages.2.steps=1",
    "save_every=2",
    "keep_checkpoints=2",
    "log_every=3",
)


def interrupted(
    settings: SummarizerRun, patch: pytest.MonkeyPatch, number: int, at: int, resume: bool = False
) -> int:
    """The exit code of a run that gets a signal in one of its updates."""
    updates, forward = 0, PretrainStep.forward

    def signalled(self, *arguments):
        nonlocal updates
        updates += 1
        if updates == at:
            signal.raise_signal(number)
        return forward(self, *arguments)

    with patch.context() as context:
        context.setattr(PretrainStep, "forward", signalled)
        with pytest.raises((KeyboardInterrupt, SystemExit)) as ended:
            train(settings, resume)
    return 130 if ended.type is KeyboardInterrupt else ended.value.code


@pytest.fixture(scope="module")
def averaged(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    output = tmp_path_factory.mktemp("averaged") / "run"
    train(config(corpus, output, *AVERAGED))
    torch.set_num_threads(threads)
    return output


@pytest.mark.usefixtures("one_thread")
def test_what_interrupts_a_run_is_not_averaged(
    corpus: Path, averaged: Path, tmp_path: Path, monkeypatch, caplog
) -> None:
    """Signals at steps that the plan does not save; an old checkpoint half removed, too."""
    settings = config(corpus, tmp_path / "run", *AVERAGED)
    found = tmp_path / "run" / "checkpoints"
    before = signal.getsignal(signal.SIGTERM)
    with caplog.at_level("WARNING", "summ.train"):
        assert interrupted(settings, monkeypatch, signal.SIGTERM, at=3) == 143
    assert signal.getsignal(signal.SIGTERM) is before
    (line,) = [record.getMessage() for record in caplog.records]
    assert "stopped by SIGTERM at step 3" in line and line.endswith("Go on with --resume.")
    assert str(found / "step-00000003") in line
    assert [folder.name for folder in checkpoints(found)] == ["step-00000002", "step-00000003"]
    half = found / "step-00000001"
    half.mkdir()
    (half / "compressor.safetensors").write_bytes(b"half")
    assert interrupted(settings, monkeypatch, signal.SIGINT, at=1, resume=True) == 130
    train(settings, resume=True)
    assert_equal(averaged / "model", tmp_path / "run" / "model")
    log = (averaged / "metrics.jsonl").read_text()
    assert (tmp_path / "run" / "metrics.jsonl").read_text() == log
    assert not (found / "step-00000003").exists() and half.exists()


@pytest.mark.usefixtures("one_thread")
def test_a_checkpoint_to_be_averaged_that_is_gone_is_named(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = config(corpus, tmp_path / "run", *AVERAGED)
    assert interrupted(settings, monkeypatch, signal.SIGTERM, at=5) == 143
    shutil.rmtree(tmp_path / "run" / "checkpoints" / "step-00000004")
    with pytest.raises(CheckpointError, match="step-00000004"):
        train(settings, resume=True)


@pytest.mark.parametrize("vocabulary", ["the same", "another"])
def test_a_run_goes_on_with_its_own_texts_only(
    corpus: Path, averaged: Path, tmp_path: Path, vocabulary: str
) -> None:
    documents, sentences = write_texts(tmp_path, 200, seed=2)
    known = {"vocabulary": corpus / "vocabulary"} if vocabulary == "the same" else {}
    prepare([documents], [sentences], tmp_path / "other", 400, **known)
    run = tmp_path / "run"
    shutil.copytree(averaged / "checkpoints", run / "checkpoints")
    place = tmp_path / "corpus"
    place.symlink_to(corpus)
    settings = config(place, run, *AVERAGED)
    last = checkpoints(run / "checkpoints")[-1]
    state = json.loads((last / "state.json").read_text())
    state["state"]["fingerprint"] = fingerprint(settings)
    state["sha256"] = content_digest(state)
    (last / "state.json").write_text(json.dumps(state, indent=1))
    place.unlink()
    place.symlink_to(tmp_path / "other")
    with pytest.raises(ConfigError, match=r"learned from other texts .* Put the texts back"):
        train(settings, resume=True)
    place.unlink()
    place.symlink_to(corpus)
    Trainer(settings, partial(task, settings), resume=True).lock.release()


def _signalled_one_of_two(rank: int, port: int, corpus: Path, output: Path) -> None:
    """Trains in one of two processes, of which the second gets SIGTERM in its second update."""
    os.environ |= processes.rank_environment(rank, 2, port)
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        settings = config(corpus, output, "save_every=100")
        code = interrupted(settings, patch, signal.SIGTERM if rank else 0, at=2)
        (output / f"{rank}.txt").write_text(str(code))
    os._exit(0)  # threads of the process group may abort the process while Python ends it


def test_a_signal_to_one_process_ends_all(corpus: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    processes.call_group(_signalled_one_of_two, 2, processes.free_port(), corpus, run)
    assert [(run / f"{rank}.txt").read_text() for rank in range(2)] == ["143", "143"]
    (saved,) = checkpoints(run / "checkpoints")
    assert read_state(saved).step == 2
