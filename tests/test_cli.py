"""The command line is a contract: streams, exit codes, one line on faults, nothing half-written."""

import json
import os
import pydoc
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import summ
from summ import cli, options
from summ.data.manifest import Manifest
from summ.pretrained import find_model, shipped_models
from tests import processes
from tests.conftest import ROOT, SHIPPED, STORIES

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """An empty folder to work in, so that messages can show short names."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def summ_(capsys):
    """Runs a command in this process; returns exit code, stdout and stderr."""

    def command(*arguments: object) -> tuple[int, str, str]:
        code = cli.run([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return command


@pytest.fixture
def summarize(summ_, summary_model_folder):
    """``summ summarize`` with the untrained machine."""

    def command(*arguments: object) -> tuple[int, str, str]:
        return summ_("summarize", "--model", summary_model_folder, *arguments)

    return command


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def started(*arguments: str, **options) -> subprocess.Popen:
    command = [sys.executable, "-m", "summ", *arguments]
    # A job in the background of a script inherits that Ctrl-C is ignored; a user's shell does not.
    return subprocess.Popen(command, env=ENVIRONMENT, preexec_fn=_heed_interrupts, **options)


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# What it costs to ask


def test_asking_for_help_and_wrong_usage_load_nothing_slow(here):
    """One new interpreter, in which each is asked after the other."""
    script = """
import sys, summ
from summ import cli

def loaded(asked):
    slow = {"torch", "transformers", "datasets", "accelerate"} & set(sys.modules)
    assert not slow, (asked, slow)

dir(summ)
loaded("import summ")
for arguments, code in [
    (["--help"], 0),
    (["summarize", "--help"], 0),
    (["evaluate", "--help"], 0),
    (["--version"], 0),
    ([], 2),
    (["summarise"], 2),
    (["summarize", "--words", "none"], 2),
    (["summarize", "nowhere.txt"], 1),
    (["evaluate", "--predictions", "nowhere.txt", "--references", "neither.txt"], 1),
    (["train", "nowhere.yaml"], 1),
]:
    found = cli.run(arguments)
    assert found == code, (arguments, found)
    loaded(arguments)
"""
    process = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr


def test_public_names_are_there():
    for name in summ.__all__:
        assert getattr(summ, name) is not None
    assert set(summ.__all__) == set(dir(summ))
    with pytest.raises(AttributeError, match="no attribute 'Summariser'"):
        _ = summ.Summariser


# What it answers


def test_one_summary_a_document(summarize, here):
    for place, story in enumerate(STORIES[:3]):
        (here / f"{place}.txt").write_text(story)
    code, out, err = summarize("*.txt", "--words", 6, "--beams", 1)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == 3
    assert all(1 <= len(line.split()) <= 6 for line in lines)
    # Each about its own story.
    for story, line in zip(STORIES, lines, strict=False):
        assert any(word in story for word in line.split()[1:])


def test_lines_keep_count_and_order(summarize, here):
    (here / "a.txt").write_text(f"{STORIES[0]}\n\n  \n{STORIES[1]}\r\nTwo words\n")
    code, out, _ = summarize("a.txt", "--lines", "--words", 4)
    assert code == 0
    lines = out.split("\n")
    assert len(lines) == 6 and lines[5] == ""
    assert lines[1] == lines[2] == "" and lines[0] and lines[3]
    assert lines[4] == "Two words"


def test_documents_together_have_one_summary(summarize, here):
    for place, story in enumerate(STORIES[:3]):
        (here / f"{place}.txt").write_text(story)
    (here / "all.txt").write_text("\n".join(STORIES[:3]))
    code, out, err = summarize("0.txt", "1.txt", "2.txt", "--together", "--words", 60)
    assert (code, err) == (0, "")
    # Two of three fit; the order is that of the files.
    kept = [story for story in STORIES[:3] if story in out]
    assert len(kept) == 2 and out.startswith(" ".join(kept)) and len(out.split()) <= 60
    assert len(out.splitlines()) == 1
    # Lines and records are documents, too.
    assert summarize("all.txt", "--lines", "--together", "--words", 60)[1] == out
    lines = [json.dumps({"text": story}) for story in STORIES[:3]]
    (here / "a.jsonl").write_text("\n".join(lines))
    _, found, _ = summarize("a.jsonl", "--together", "--words", 60, "--format", "jsonl")
    assert json.loads(found)["summary"] + "\n" == out


def test_an_encoder_that_is_not_there_is_named_at_once(summarize, here):
    (here / "a.txt").write_text("\n\n".join(STORIES))
    code, out, err = summarize("a.txt", "--encoder", "none", "--words", 30)
    assert (code, out) == (1, "")
    assert err.startswith("summ: error: none: no such model folder. Give the folder a run wrote")
    assert err.count("\n") == 1


def test_json_lines(summarize, here):
    records = [{"id": "x", "body": STORIES[0]}, {"body": "Too short"}, {"id": 3, "body": ""}]
    (here / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    code, out, _ = summarize("a.jsonl", "--field", "body", "--format", "jsonl", "--words", 5)
    assert code == 0
    found = [json.loads(line) for line in out.splitlines()]
    assert all(
        set(f)
        == {"id", "summary", "words", "log_prob", "truncated", "method", "language"}
        | {"unlike_training"}
        for f in found
    )
    assert [f["id"] for f in found] == ["x", "2", 3]
    assert found[0]["log_prob"] < 0 and found[0]["words"] == len(found[0]["summary"].split())
    assert found[1] == {
        "id": "2", "summary": "Too short", "words": 2, "log_prob": 0.0, "truncated": False,
        "method": "kept", "language": "en", "unlike_training": None,
    }  # fmt: skip
    assert found[2]["summary"] == "" and found[2]["words"] == 0


@pytest.mark.parametrize("words", [1, 2, 7, 30])
def test_words_are_a_promise(summarize, here, words):
    (here / "a.txt").write_text("\n\n".join(STORIES))
    code, out, _ = summarize("a.txt", "--words", words)
    assert code == 0
    assert 1 <= len(out.split()) <= words


def test_beams_and_batches(summarize, here):
    (here / "a.txt").write_text("\n".join(STORIES))
    arguments = ("a.txt", "--lines", "--words", 5)
    _, out, _ = summarize(*arguments)
    assert summarize(*arguments, "--batch-size", 1)[1] == out
    code, wide, _ = summarize(*arguments, "--beams", 3)
    assert code == 0 and len(wide.splitlines()) == len(STORIES)


def test_the_output_file_holds_what_stdout_would(summarize, here):
    (here / "a.txt").write_text(STORIES[0])
    _, out, _ = summarize("a.txt")
    assert summarize("a.txt", "--output", "out.txt") == (0, "", "")
    assert (here / "out.txt").read_text() == out
    assert names(here) == ["a.txt", "out.txt"]


def test_score(summ_, summary_model_folder, here):
    (here / "a.txt").write_text("\n".join([*STORIES, ""]) + "\n")
    code, out, _ = summ_("score", "a.txt", "--lines", "--model", summary_model_folder)
    assert code == 0
    found = [json.loads(line) for line in out.splitlines()]
    assert [f["id"] for f in found] == [str(n) for n in range(1, len(STORIES) + 2)]
    assert all(f["nll_per_word"] > 0 and 0 < f["humanness"] < 1 for f in found[:-1])
    assert found[-1] == {
        "id": "7", "nll_per_word": None, "humanness": None, "anomaly_percentile": None,
        "unlike_training": None,
    }  # fmt: skip


def test_evaluate_a_model(summ_, summary_model_folder, here):
    records = [{"id": i, "text": s, "summaries": [s[:40]]} for i, s in enumerate(STORIES)]
    (here / "d.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    arguments = ("evaluate", "--data", "d.jsonl", "--words", 6)
    code, out, _ = summ_(*arguments, "--model", summary_model_folder, "--json")
    assert code == 0
    [line] = out.splitlines()
    found = json.loads(line)
    assert found["n"] == len(STORIES) and found["words_mean"] <= 6
    for name in ("rouge1", "rouge2", "rougeL", "rougeLsum"):
        assert set(found[name]) >= {"precision", "recall", "f1", "ci95"}
    assert {"copy_rate", "repeat_rate", "compression_ratio", "signature"} <= set(found)
    lead = json.loads(summ_(*arguments, "--baseline", "lead", "--json")[1])
    assert found["lead"]["rouge1"] == lead["rouge1"]


def test_evaluate_two_files(summ_, here):
    (here / "p.txt").write_text("a b c d\n")
    (here / "r.txt").write_text("a b x y\n")
    (here / "s.txt").write_text("a b c d\n")
    arguments = ("evaluate", "--predictions", "p.txt", "--references", "r.txt")
    code, out, _ = summ_(*arguments, "--json")
    assert (code, json.loads(out)["rouge1"]["f1"]) == (0, 50.0)
    # Several references after one option; the mean of 50 and 100.
    code, out, _ = summ_(*arguments, "s.txt", "--json")
    assert (code, json.loads(out)["rouge1"]["f1"]) == (0, 75.0)
    assert "R-1" in summ_(*arguments)[1]


def test_prepare_and_info(summ_, summary_model_folder, here):
    for name in ("a", "b", "c"):
        (here / f"{name}.txt").write_text("\n".join(STORIES * 5) + "\n")
    code, out, err = summ_(
        *("prepare", "--documents", "a.txt", "b.txt", "--sentences", "c.txt", "--output", "corpus"),
        *("--vocabulary-size", 450, "--workers", 1, "--language", "en"),
    )
    assert (code, out) == (0, "corpus\n"), err
    assert Manifest.read(here / "corpus" / "manifest.json").language == "en"
    code, out, err = summ_(
        *("prepare", "--prose", "a.txt", "b.txt", "--output", "prose", "--workers", 1),
        *("--vocabulary", "corpus/vocabulary"),
    )
    assert (code, out) == (0, "prose\n"), err
    assert (here / "prose" / "borders.npy").is_file()
    assert Manifest.read(here / "prose" / "manifest.json").language == "und"
    code, out, _ = summ_("info", summary_model_folder)
    assert code == 0
    assert f"model: {summary_model_folder}" in out and "summ: 0." in out
    assert "family: summarizer" in out


@pytest.mark.parametrize(
    ("name", "expected"),
    [("en-small", "family: summarizer"), ("en-encoder", "family: sentence")],
)
def test_info_knows_both_families_by_name(summ_, here, name, expected):
    if name not in shipped_models():
        pytest.skip(f"summ/pretrained/{name} is not in this checkout")
    code, out, err = summ_("info", name)
    assert (code, err) == (0, "")
    assert f"model: {shipped_models()[name]}" in out and expected in out
    assert "parameters" in out and "vocabulary: " in out


def test_info_lists_the_models_that_ship(summ_):
    code, out, _ = summ_("info")
    assert code == 0
    listed = {line.split()[0] for line in out.splitlines() if line.endswith(" MB")}
    assert listed == set(shipped_models())


def test_a_model_that_is_neither_a_name_nor_a_folder_is_one_line(summ_, here):
    (here / "a.txt").write_text(STORIES[0])
    for arguments in (
        ("summarize", "a.txt", "--model", "en-none"),
        ("score", "a.txt", "--model", "en-none"),
        ("embed", "a.txt", "--model", "en-none", "--output", "a.npy"),
        ("export", "en-none", "--to", "onnx", "--output", "out"),
        ("average", "en-none", "en-none", "--output", "out"),
        ("info", "en-none"),
    ):
        code, _, err = summ_(*arguments)
        assert code == 1 and "en-none: no such model folder" in err, arguments


def test_every_option_for_a_model_takes_a_name():
    kinds = [
        *(options.Model, options.Encoder, options.Judge, options.ModelArgument),
        *(options.ExportedModel, options.FirstModel, options.SecondModel),
    ]
    for kind in kinds:
        assert kind.__metadata__[0].parser is find_model


def test_a_folder_of_that_name_comes_before_the_shipped_model(here):
    name, folder = next(iter(shipped_models().items()))
    assert find_model(name) == folder
    (here / name).mkdir()
    assert find_model(name) == Path(name)
    with pytest.raises(summ.CheckpointError, match=r"^nowhere: no such model folder"):
        find_model("nowhere")


def test_load_returns_what_uses_the_model(summary_model_folder, tmp_path):
    assert isinstance(summ.load(summary_model_folder, "cpu"), summ.Summarizer)
    if "en-encoder" in shipped_models():
        encoder = summ.load("en-encoder", "cpu")
        assert isinstance(encoder, summ.SentenceEncoder)
        assert encoder.encode(["a text"]).shape == (1, encoder.dimension)
    with pytest.raises(summ.CheckpointError, match="no such model folder"):
        summ.load("nowhere")
    manifest = summary_model_folder / "model.json"
    written = json.loads(manifest.read_text()) | {"family": "painter"}
    del written["sha256"]  # of its own content, which is another now
    (tmp_path / "model.json").write_text(json.dumps(written))
    with pytest.raises(summ.CheckpointError, match="family 'painter', which this summ does not"):
        summ.load(tmp_path)
    if "en-small" in shipped_models():
        assert isinstance(summ.Scorer.load("en-small", "cpu"), summ.Scorer)


def test_train_reads_its_configuration_first(here):
    with pytest.raises(summ.ConfigError, match=r"nowhere\.yaml: cannot be read"):
        summ.train("nowhere.yaml")


def test_the_module_for_launchers_does_not_hide_the_function(here):
    """``import summ.train`` makes the module an attribute of the package."""
    code = "import summ.train; summ.train('nowhere.yaml')"
    with pytest.raises(summ.ConfigError, match=r"nowhere\.yaml: cannot be read"):
        exec(code, {})
    assert isinstance(sys.modules["summ.train"], type(sys))
    assert summ.train is sys.modules["summ.train"]
    del summ.train  # what other tests find is the function again


def test_help_of_the_package_shows_its_names():
    shown = pydoc.plain(pydoc.render_doc(summ))
    for expected in (
        'summ.load("en-small")',
        "class Summarizer",
        "load(name_or_path",
        "train(config",
    ):
        assert expected in shown


# What it says when something is wrong


def test_average(summ_, summary_model_folder, here):
    """Of a model and itself: the same words from half the bytes."""
    output = here / "blend"
    arguments = (
        "average",
        summary_model_folder,
        summary_model_folder,
        "--share",
        "0.3",
        "--output",
        output,
    )
    assert summ_(*arguments, "--half") == (0, f"{output}\n", "")
    sizes = [
        sum(path.stat().st_size for path in folder.rglob("*.safetensors"))
        for folder in (output, summary_model_folder)
    ]
    assert sizes[0] < 0.6 * sizes[1]
    (here / "a.txt").write_text("The mayor opened the bridge.", encoding="utf-8")
    assert summ_("summarize", "a.txt", "--model", output)[0] == 0
    code, _, err = summ_(*arguments)
    assert code == 1 and "blend" in err and err.count("\n") == 1


def test_faults_are_one_line_and_leave_nothing(summarize, here):
    files = {
        "binary.txt": b"\x7fELF\0\0",
        "latin.txt": "café".encode("latin-1"),
        "notes.jsonl": b'{"text": "a"}\n{"title": "x", "body": "y"}\n',
        "broken.jsonl": b"{\n",
        "headless.csv": b"1,2\n",
        "short.txt.gz": b"\x1f\x8b\x08",
    }
    for name, data in files.items():
        (here / name).write_bytes(data)
    (here / "folder").mkdir()
    before = names(here)
    for name in [*files, "folder", "nowhere.txt", "*.pdf"]:
        code, out, err = summarize(name, "--output", "out.txt")
        assert (code, out) == (1, "")
        assert err.startswith(f"summ: error: {name}") and err.count("\n") == 1
        assert names(here) == before
    _, _, err = summarize("notes.jsonl")
    wanted = 'notes.jsonl line 2: no field "text" (found: title, body). Use --field.'
    assert err == f"summ: error: {wanted}\n"


def test_empty_and_blank_files_are_no_fault(summarize, here):
    (here / "empty.txt").write_bytes(b"")
    (here / "blank.txt").write_bytes(b"\n\n")
    assert summarize("empty.txt", "blank.txt") == (
        0,
        "\n\n",
        "summ: warning: empty.txt: holds no text.\nsumm: warning: blank.txt: holds no text.\n",
    )
    code, out, err = summarize("empty.txt", "--lines", "--output", "out.txt")
    assert (code, out, err) == (0, "", "summ: warning: empty.txt: holds no text.\n")
    assert (here / "out.txt").read_text() == ""


def test_bad_records_can_be_skipped(summarize, here):
    lines = [json.dumps({"text": STORIES[0]}), "x", json.dumps({"text": "Two words"}), *["{}"] * 30]
    (here / "a.jsonl").write_text("\n".join(lines))
    code, out, err = summarize("a.jsonl", "--on-error", "skip", "--words", 5)
    assert (code, len(out.splitlines())) == (0, 2)
    told = err.splitlines()
    assert told[0].startswith("summ: warning: a.jsonl line 2: not JSON")
    assert len(told) == 21 and told[-1] == "summ: warning: 31 records skipped in all."


def test_bad_bytes_can_be_replaced(summarize, here):
    (here / "a.txt").write_bytes(b"caf\xe9 au lait")
    assert summarize("a.txt", "--errors", "replace") == (0, "caf\ufffd au lait\n", "")


def test_a_line_of_a_million_characters(summarize, here):
    (here / "a.txt").write_text("many words " * 90_910 + "\n")
    code, out, _ = summarize("a.txt", "--lines", "--words", 3)
    assert code == 0
    assert 1 <= len(out.split()) <= 3


def test_damaged_models(summ_, summary_model_folder, here):
    (here / "a.txt").write_text(STORIES[0])

    def refused(model: object) -> str:
        code, out, err = summ_("summarize", "a.txt", "--model", model, "--output", "out.txt")
        assert (code, out, names(here).count("out.txt")) == (1, "", 0)
        assert err.startswith("summ: error: ") and err.count("\n") == 1
        return err

    assert "nowhere: no such model folder" in refused("nowhere")
    (here / "empty").mkdir()
    assert "empty: no model.json in it" in refused("empty")
    copy = here / "copy"
    for path in sorted(summary_model_folder.rglob("*")):
        if path.is_file():
            target = copy / path.relative_to(summary_model_folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    weights = copy / "compressor" / "model.safetensors"
    whole = weights.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:-1] + bytes([whole[-1] ^ 1])):
        weights.write_bytes(damaged)
        assert "model.safetensors" in refused(copy)
    weights.unlink()
    assert "model.safetensors: missing" in refused(copy)


def test_unwritable_output(summarize, here):
    (here / "a.txt").write_text("Two words")
    for output in ("nowhere/out.txt", here):
        code, _, err = summarize("a.txt", "--output", output)
        assert code == 1
        assert err.startswith(f"summ: error: {output}: cannot be written") and err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["summarize", "--words", "0", "a"], "Invalid value for '--words'"),
        (["summarize", "--format", "xml", "a"], "Invalid value for '--format'"),
        (["summarize", "--bogus"], "No such option"),
        (["train"], "Missing argument 'CONFIG'"),
        (["evaluate"], "give"),
        (["evaluate", "--predictions", "a"], "--references"),
        (["prepare", "--documents", "a", "--output", "b"], "Missing option '--sentences'"),
        (["prepare", "--prose", "a", "--documents", "a", "--output", "b"], "not both"),
    ],
)
def test_wrong_usage_is_one_line_with_code_2(summ_, arguments, message):
    code, out, err = summ_(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("summ: error: ") and err.count("\n") == 1
    assert message in err and f"See 'summ {arguments[0]} --help'." in err


def test_traceback_shows_where(summ_, here):
    code, _, err = summ_("summarize", "nowhere.txt", "--traceback")
    assert code == 1
    assert "Traceback (most recent call last)" in err
    assert err.splitlines()[-1].startswith("summ: error: nowhere.txt")


def test_a_defect_says_so(summ_, monkeypatch):
    def broken(_):
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr("summ.data.readers.expand_inputs", broken)
    code, _, err = summ_("summarize", "a.txt")
    assert code == 1
    wanted = (
        "error: ZeroDivisionError: division by zero. A defect of summ; --traceback shows where."
    )
    assert err == f"summ: {wanted}\n"


# What only a process of its own can show


def test_ctrl_c(summary_model_folder, here):
    """Interrupted while it waits for more input, after the output file was begun."""
    arguments = [
        "summarize",
        "-",
        "--lines",
        "--model",
        str(summary_model_folder),
        "--output",
        "out.txt",
    ]
    process = started(*arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdin.write(f"{STORIES[0]}\n")
    process.stdin.flush()
    while not names(here):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=100)
    assert (process.returncode, err) == (130, "summ: interrupted\n")
    assert names(here) == []


def test_ctrl_c_while_a_library_makes_code(here):
    """As dataclasses do at import: Python would end with the signal, whatever is returned."""
    (here / "interrupted.py").write_text(
        "from summ import cli\ncli.app = lambda **_: exec('raise KeyboardInterrupt')\ncli.main()\n"
    )
    command = [sys.executable, "-m", "interrupted"]
    found = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, cwd=here)
    assert (found.returncode, found.stderr) == (130, "summ: interrupted\n")


@pytest.mark.usefixtures("shipped")
def test_full_disk_and_closed_pipe(here):
    with Path("/dev/full").open("w") as full:
        process = started("info", stdout=full, stderr=subprocess.PIPE, text=True)
        _, err = process.communicate(timeout=200)
    assert (process.returncode, err) == (
        1,
        "summ: error: stdout: No space left on device.\n",
    )
    nobody, theirs = os.pipe()
    os.close(nobody)
    with os.fdopen(theirs, "wb") as closed:
        process = started("info", stdout=closed, stderr=subprocess.PIPE, text=True)
        _, err = process.communicate(timeout=200)
    assert (process.returncode, err) == (1, "")


@pytest.mark.usefixtures("shipped")
def test_a_pipe_that_is_closed_while_summ_writes(here):
    # More than a pipe holds (64 KiB) and Python holds back (8 KiB).
    (here / "a.txt").write_text(f"Two {'w' * 93}\n" * 800)
    ours, theirs = processes.FORKS.Pipe(duplex=False)
    process = processes.start(here, "summ", "summarize", "a.txt", "--lines", stdout=theirs)
    with ours:
        assert os.read(ours.fileno(), 7) == b"Two www"
    assert process.end() == (1, "")


@pytest.mark.usefixtures("shipped")
def test_stdin_without_a_terminal(here):
    process = subprocess.run(
        [sys.executable, "-m", "summ", "summarize"],
        input="Ünïcode words",
        capture_output=True,
        env={**ENVIRONMENT, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        encoding="utf-8",
        check=False,
    )
    assert (process.returncode, process.stdout, process.stderr) == (0, "Ünïcode words\n", "")


def test_the_shipped_model_answers_the_first_command(summ_):
    if not (SHIPPED / "model.json").is_file():
        pytest.skip("summ/pretrained/en-small is not in this checkout")
    code, out, err = summ_("summarize", ROOT / "examples" / "article.txt")
    assert (code, err) == (0, "")
    [line] = out.splitlines()
    assert 8 <= len(line.split()) <= 40
