"""What summ did not make is still there afterwards: every command that writes into a folder.

The oracle is the tree of the folder itself: names, bytes and links, before and after.
"""

import json
import os
from functools import partial
from pathlib import Path

import pytest
import torch

from summ.commands.average import average
from summ.config import RunShape
from summ.data.files import scratch_folder
from summ.data.prepare import prepare
from summ.errors import CheckpointError, ConfigError, DataError, SummError
from summ.evaluation.reports.folder import check_report_folder, write_files
from summ.export.export import export
from summ.families import load_run, task, train
from summ.families.summarizer.model import load_summary_model, save_summary_model
from summ.networks.model_folder import new_model_folder
from summ.training.checkpoint import TrainState, checkpoints, read_state, save_checkpoint
from summ.training.trainer import Trainer
from tests import tiny
from tests.data.test_new_folders import dead_process

CONFIG = Path(__file__).parents[1] / "configs" / "tiny.yaml"
SHORT = [
    *(f"stages.{number}.steps=2" for number in range(3)),
    "validation_documents=4",
    "data.documents=4",
    "data.sentences=4",
    "save_every=2",
    *tiny.SMALL_RUN,
]


def tree(folder: Path) -> dict[str, str | bytes | None]:
    """Everything below a folder: a link's target, a file's bytes, None for a folder."""

    def content(path: Path) -> str | bytes | None:
        if path.is_symlink():
            return str(path.readlink())
        return None if path.is_dir() else path.read_bytes()

    return {p.relative_to(folder).as_posix(): content(p) for p in sorted(folder.rglob("*"))}


def refused(found: pytest.ExceptionInfo[SummError], place: Path) -> None:
    """One line that begins with the place."""
    message = str(found.value)
    assert message.startswith(str(place)) and "\n" not in message and message.endswith(".")


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A folder of somebody's work."""
    folder = tmp_path / "theirs"
    (folder / "chapter").mkdir(parents=True)
    (folder / "chapter" / "one.txt").write_text("years of work")
    (folder / "notes.txt").write_text("notes")
    return folder


def begin(config: RunShape, resume: bool) -> Trainer:
    return Trainer(config, partial(task, config), resume)


def settings(corpus: Path, output: Path, *changes: str) -> RunShape:
    return load_run(CONFIG, [*SHORT, *changes, f"data.corpus={corpus}", f"output={output}"])


def write_model(folder: Path, content: str = "ours") -> None:
    """A model folder as far as files go."""
    with new_model_folder(folder, "summarizer", "und", {}) as work:
        (work / "part").mkdir()
        (work / "part" / "weights").write_text(content)


# -- model folders


def test_a_model_replaces_a_model_and_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_model(tmp_path / "empty")
    write_model(tmp_path / "empty", "newer")
    assert (tmp_path / "empty" / "part" / "weights").read_text() == "newer"
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_a_model_replaces_nothing_else(theirs: Path) -> None:
    before = tree(theirs.parent)
    with pytest.raises(CheckpointError, match=r"holds 'chapter'") as found:
        write_model(theirs)
    refused(found, theirs)
    assert tree(theirs.parent) == before


@pytest.mark.parametrize("content", ["{}", "[]", "not json", '{"files": {"notes.txt": 1}}', ""])
def test_a_file_with_the_manifests_name_is_no_manifest(tmp_path: Path, content: str) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.json").write_text(content)
    before = tree(tmp_path)
    with pytest.raises(CheckpointError):
        write_model(tmp_path / "model")
    assert tree(tmp_path) == before


@pytest.mark.parametrize("added", ["notes.txt", "part/notes.txt", "deeper/notes.txt", ".hidden"])
def test_what_was_put_into_a_model_is_not_lost_with_it(tmp_path: Path, added: str) -> None:
    write_model(tmp_path / "model")
    (tmp_path / "model" / added).parent.mkdir(exist_ok=True)
    (tmp_path / "model" / added).write_text("mine")
    before = tree(tmp_path)
    with pytest.raises(CheckpointError, match=r"notes|deeper|hidden"):
        write_model(tmp_path / "model")
    assert tree(tmp_path) == before


@pytest.mark.parametrize("target", ["theirs", "model", "nowhere"])
def test_a_link_is_no_model_folder(theirs: Path, target: str) -> None:
    write_model(theirs.parent / "model")
    link = theirs.parent / "link"
    link.symlink_to(theirs.parent / target)
    before = tree(theirs.parent)
    with pytest.raises(CheckpointError, match="is a link") as found:
        write_model(link)
    refused(found, link)
    assert tree(theirs.parent) == before


def test_a_file_is_no_model_folder(theirs: Path) -> None:
    before = tree(theirs)
    with pytest.raises(CheckpointError, match="is a file"):
        write_model(theirs / "notes.txt")
    with pytest.raises(CheckpointError, match="cannot be written"):
        write_model(theirs / "notes.txt" / "model")
    assert tree(theirs) == before


def test_what_arrives_while_the_model_is_made_is_not_lost(tmp_path: Path) -> None:
    place = tmp_path / "model"
    with (
        pytest.raises(CheckpointError, match="late"),
        new_model_folder(place, "summarizer", "und", {}) as work,
    ):
        (work / "weights").write_text("ours")
        place.mkdir()
        (place / "late.txt").write_text("mine")
    assert tree(tmp_path) == {"model": None, "model/late.txt": b"mine"}


def test_a_model_that_cannot_take_its_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(tmp_path / "model")
    before, rename = tree(tmp_path), Path.rename

    def fail(path: Path, target: Path) -> Path:
        if target == tmp_path / "model" and not path.name.endswith(".replaced"):
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(CheckpointError, match="cannot be written"):
        write_model(tmp_path / "model", "newer")
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", ["theirs", "link", "gone", "theirs/notes.txt"])
def test_average_takes_no_place_that_is_taken(
    summary_model_folder: Path, theirs: Path, name: str
) -> None:
    (theirs.parent / "link").symlink_to(theirs)
    (theirs.parent / "gone").symlink_to(theirs.parent / "nowhere")
    before = tree(theirs.parent)
    with pytest.raises(CheckpointError, match="exists already") as found:
        average(summary_model_folder, summary_model_folder, theirs.parent / name)
    refused(found, theirs.parent / name)
    assert tree(theirs.parent) == before


@pytest.mark.parametrize("name", ["theirs", "link", "gone", "empty-link", "theirs/notes.txt"])
def test_export_takes_no_place_that_is_taken(
    summary_model_folder: Path, theirs: Path, name: str
) -> None:
    (theirs.parent / "empty").mkdir()
    for link, target in (("link", "theirs"), ("gone", "nowhere"), ("empty-link", "empty")):
        (theirs.parent / link).symlink_to(theirs.parent / target)
    before = tree(theirs.parent)
    with pytest.raises(DataError, match="exists already") as found:
        export(summary_model_folder, "transformers", theirs.parent / name)
    refused(found, theirs.parent / name)
    assert tree(theirs.parent) == before


def test_export_that_cannot_take_its_place_says_so(
    summary_model_folder: Path, tmp_path: Path
) -> None:
    """``new/..`` is not there when it begins, and is a folder in use when it ends."""
    with pytest.raises(DataError, match="exists already"):
        export(summary_model_folder, "transformers", tmp_path / "new" / "..")


# -- checkpoints


def save(root: Path, step: int, keep: int = 1, fingerprint: str = "abc") -> Path:
    network = torch.nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(network.parameters())
    state = TrainState(0, step, step, 0, fingerprint)
    parts = {"net": network}, {"opt": optimizer}
    return save_checkpoint(root, state, *parts, keep, lambda _: True)


def test_old_checkpoints_go_and_nothing_else(theirs: Path) -> None:
    root = theirs.parent / "checkpoints"
    other = save(root, 1, fingerprint="of another run")
    noted = save(root, 2)
    (noted / "why.txt").write_text("the good one")
    (root / "step-notes").mkdir()
    (root / "step-notes" / "one.txt").write_text("mine")
    (root / "step-plan.txt").write_text("mine")
    (root / "step-00000003").mkdir()
    (root / "step-00000003" / "one.txt").write_text("mine")
    (root / "step-00000004").symlink_to(theirs)
    before = tree(theirs.parent)
    save(root, 5)
    last = save(root, 6)
    assert not (root / "step-00000005").exists()
    after = tree(theirs.parent)
    assert {name: after.get(name) for name in before} == before
    assert {noted, other, last} < set(checkpoints(root))
    assert root / "step-00000004" not in checkpoints(root)
    assert all(found.name[5:].isdigit() for found in checkpoints(root))


@pytest.mark.parametrize("link", [False, True])
def test_a_checkpoint_replaces_only_a_checkpoint(theirs: Path, link: bool) -> None:
    root = theirs.parent / "checkpoints"
    root.mkdir()
    if link:
        (root / "step-00000001").symlink_to(theirs)
    else:
        theirs.rename(root / "step-00000001")
    before = tree(root.parent)
    with pytest.raises(CheckpointError, match="step-00000001") as found:
        save(root, 1)
    refused(found, root)
    assert tree(root.parent) == before


def test_an_interrupted_checkpoint_is_written_again(tmp_path: Path) -> None:
    """Killed while it was written: the hidden folder of a process that is no more."""
    with scratch_folder(tmp_path / "step-00000001") as own:
        part = tmp_path / own.name.replace(f"-{os.getpid()}-", f"-{dead_process()}-")
    part.mkdir()
    (part / "net.safetensors").write_bytes(b"half")
    assert read_state(save(tmp_path, 1)).step == 1
    assert read_state(save(tmp_path, 1)).step == 1
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000001"]


# -- runs


def fill(output: Path, what: str) -> None:
    """What a run may find at its output."""
    if what in ("a file", "a file on the way"):
        output.write_text("mine")
        return
    if what == "a link to nowhere":
        output.symlink_to(output.with_name("nowhere"))
        return
    output.mkdir()
    if what == "a note":
        (output / "notes.txt").write_text("mine")
    if what == "a hidden note":
        (output / ".notes").write_text("mine")
    if what in ("a model", "a model and metrics"):
        write_model(output / "model")
    if what in ("metrics", "a model and metrics"):
        (output / "metrics.jsonl").write_text('{"step": 3}\n')
    if what == "stages":
        write_model(output / "stages" / "warm-start")
    if what == "checkpoints of something else":
        (output / "checkpoints" / "step-final").mkdir(parents=True)
    if what == "a record of something else":
        (output / "run.json").write_text("{}")


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize(
    "what",
    [
        "a file",
        "a link to nowhere",
        "a file on the way",
        "a note",
        "a hidden note",
        "a model",
        "a model and metrics",
        "metrics",
        "stages",
        "checkpoints of something else",
        "a record of something else",
    ],
)
def test_a_run_begins_in_a_folder_of_its_own(
    tiny_corpus: Path, tmp_path: Path, what: str, resume: bool
) -> None:
    output = tmp_path / "run"
    fill(output, what)
    if what == "a file on the way":
        output = output / "deeper"
    before = tree(tmp_path)
    with pytest.raises(ConfigError, match="another --output") as found:
        begin(settings(tiny_corpus, output), resume)
    refused(found, output)
    assert tree(tmp_path) == before


def test_a_run_begins_in_an_empty_folder_even_behind_a_link(
    tiny_corpus: Path, tmp_path: Path
) -> None:
    """A disk with more room."""
    (tmp_path / "large").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "large")
    begin(settings(tiny_corpus, tmp_path / "run"), resume=False)
    assert (tmp_path / "large" / "run.json").is_file()


def test_a_run_without_a_checkpoint_begins_again_if_asked(
    tiny_corpus: Path, tmp_path: Path
) -> None:
    chosen = settings(tiny_corpus, tmp_path / "run")
    begin(settings(tiny_corpus, tmp_path / "run", "seed=2"), resume=False)
    begin(chosen, resume=False)  # nothing was learned yet
    (tmp_path / "run" / "metrics.jsonl").write_text('{"step": 1}\n')
    before = tree(tmp_path)
    with pytest.raises(ConfigError, match=r"without a checkpoint.* --resume"):
        begin(chosen, resume=False)
    with pytest.raises(ConfigError, match="another --output"):
        begin(settings(tiny_corpus, tmp_path / "run", "seed=2"), resume=True)
    assert tree(tmp_path) == before
    assert begin(chosen, resume=True).state.step == 0
    write_model(tmp_path / "run" / "model")
    with pytest.raises(ConfigError, match="'model'"):
        begin(chosen, resume=True)


@pytest.fixture(scope="module")
def whole(tiny_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("whole") / "run"
    train(settings(tiny_corpus, output))
    return output


@pytest.fixture
def begun(whole: Path, tmp_path: Path) -> Path:
    """A run that stands at its second checkpoint, with nothing made of it yet."""
    for source in checkpoints(whole / "checkpoints")[:1]:
        copy = tmp_path / "run" / "checkpoints" / source.name
        copy.mkdir(parents=True)
        for file in source.iterdir():
            (copy / file.name).write_bytes(file.read_bytes())
    return tmp_path / "run"


@pytest.mark.parametrize(
    "name", ["model", "stages", "stages/reinforce", "metrics.jsonl", "run.json", "checkpoints"]
)
def test_a_resumed_run_writes_through_no_link(
    tiny_corpus: Path, begun: Path, theirs: Path, name: str
) -> None:
    place = begun / name
    place.parent.mkdir(exist_ok=True)
    if place.exists():
        place.rename(theirs / "checkpoints")
    place.symlink_to(
        {".jsonl": theirs / "notes.txt", ".json": theirs / "notes.txt"}.get(
            place.suffix, theirs / "checkpoints" if name == "checkpoints" else theirs
        )
    )
    before = tree(begun.parent)
    with pytest.raises(SummError, match="link") as found:
        begin(settings(tiny_corpus, begun), resume=True)
    refused(found, begun)
    assert tree(begun.parent) == before


@pytest.mark.parametrize("name", ["model", "stages/reinforce"])
def test_a_resumed_run_replaces_no_work_of_others(
    tiny_corpus: Path, begun: Path, theirs: Path, name: str
) -> None:
    """Said before the training, not after it."""
    (begun / name).parent.mkdir(exist_ok=True)
    theirs.rename(begun / name)
    before = tree(begun.parent)
    with pytest.raises(CheckpointError, match="chapter") as found:
        train(settings(tiny_corpus, begun), resume=True)
    refused(found, begun / name)
    assert tree(begun.parent) == before


def test_a_resumed_run_leaves_notes_alone_and_makes_its_model_again(
    tiny_corpus: Path, whole: Path
) -> None:
    (whole / "notes.txt").write_text("mine")
    last = (whole / "model" / "model.json").read_bytes()
    train(settings(tiny_corpus, whole), resume=True)
    assert (whole / "notes.txt").read_text() == "mine"
    assert (whole / "model" / "model.json").read_bytes() == last
    (whole / "notes.txt").unlink()


def test_a_name_from_elsewhere_deletes_nothing(tiny_corpus: Path, theirs: Path) -> None:
    """Behind the schema's back: ``model_copy`` checks nothing."""
    chosen = settings(tiny_corpus, theirs.parent / "run")
    named = chosen.stages[0].model_copy(update={"name": str(theirs)})
    before = tree(theirs)
    with pytest.raises(SummError, match="chapter"):
        train(chosen.model_copy(update={"stages": [named]}))
    assert tree(theirs) == before


# -- corpora


@pytest.fixture
def texts(tmp_path: Path) -> tuple[Path, Path]:
    from tests.data.conftest import invented_sentences

    lines = invented_sentences(400, 1)
    documents, sentences = tmp_path / "d.txt", tmp_path / "s.txt"
    documents.write_text("\n".join(lines[:200]))
    sentences.write_text("\n".join(lines[200:]))
    return documents, sentences


@pytest.mark.parametrize("link", [False, True])
def test_a_preparation_takes_no_folder_that_is_not_its_own(
    texts: tuple[Path, Path], theirs: Path, link: bool
) -> None:
    place = theirs.parent / ".out.unfinished"
    if link:
        place.symlink_to(theirs)
    else:
        theirs.rename(place)
    before = tree(place.parent)
    with pytest.raises(DataError, match=r"out\.unfinished") as found:
        prepare([texts[0]], [texts[1]], place.parent / "out", 400)
    refused(found, place)
    assert tree(place.parent) == before


@pytest.mark.parametrize("last", ["summ.data.staging.sha256", "summ.data.staging.write_file"])
def test_a_preparation_that_was_stopped_is_no_stranger(
    texts: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    """At the very beginning, and at the very end, where the raw shards are gone already."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(last, stop)
        with pytest.raises(KeyboardInterrupt):
            prepare([texts[0]], [texts[1]], tmp_path / "out", 400)
    prepare([texts[0]], [texts[1]], tmp_path / "out", 400)
    prepare([texts[0]], [texts[1]], tmp_path / "fresh", 400)
    assert tree(tmp_path / "out") == tree(tmp_path / "fresh")


# -- reports


def test_a_report_replaces_a_report(tmp_path: Path) -> None:
    files = {"report.json": json.dumps({"provenance": None}), "report.html": "one"}
    write_files(tmp_path / "out", files)
    write_files(tmp_path / "out", files | {"report.html": "two", "report.md": "new"})
    assert (tmp_path / "out" / "report.html").read_text() == "two"
    (tmp_path / "empty").mkdir()
    check_report_folder(tmp_path / "empty")


@pytest.mark.parametrize("name", ["report.html", "report.json", "report.md", "predictions.jsonl"])
def test_a_report_replaces_no_file_of_others(theirs: Path, name: str) -> None:
    (theirs / name).write_text("{}")
    before = tree(theirs)
    for attempt in (
        lambda: check_report_folder(theirs),
        lambda: write_files(theirs, {"report.json": "new", name: "new"}),
    ):
        with pytest.raises(DataError, match=name) as found:
            attempt()
        refused(found, theirs)
    assert tree(theirs) == before


def test_predictions_saved_into_the_report_are_no_strangers(tmp_path: Path) -> None:
    (tmp_path / "predictions.jsonl").write_text("{}\n")
    write_files(tmp_path, {"report.json": '{"provenance": 1}', "predictions.jsonl": "{}\n"})
    assert (tmp_path / "report.json").is_file()


def test_a_model_can_be_saved_twice(summary_model_folder: Path, tmp_path: Path) -> None:
    summary_model = load_summary_model(summary_model_folder)
    for _ in range(2):
        save_summary_model(summary_model, tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    load_summary_model(tmp_path / "model")
