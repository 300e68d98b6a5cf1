"""What reaches the terminal, and what becomes of a process whose streams or signals go wrong."""

import gc
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from summ import cli
from summ.commands.terminal import reading_model
from summ.text.controls import visible

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
HOSTILE = "one \x1b]0;title\x07 two \x9b31m three \r four \u202e five"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "summ", *arguments]


def test_control_characters_are_spelled_out() -> None:
    assert visible("a\x1b[31mb\x00\x7f\x9b\r\u202e") == r"a\x1b[31mb\x00\x7f\x9b\x0d\u202e"
    assert visible("Tabs\tand\nlines, Ünïcode, \U0001f468\u200d\U0001f469") == (
        "Tabs\tand\nlines, Ünïcode, \U0001f468\u200d\U0001f469"
    )


def on_a_terminal(arguments: list[str], folder: Path) -> bytes:
    """What a command sends to a terminal that is its stdout."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        arguments, env=ENVIRONMENT, cwd=folder, stdout=theirs, stderr=subprocess.PIPE
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            chunk = os.read(ours, 4096)
        except OSError:  # the other side is closed
            break
        if not chunk:
            break
        shown += chunk
    os.close(ours)
    assert process.stderr is not None
    assert process.wait(100) == 0, process.stderr.read()
    return shown


def test_a_terminal_gets_no_control_characters_and_a_pipe_every_byte(tmp_path: Path) -> None:
    script = (
        "import sys; from summ.commands.terminal import guard_stdout; guard_stdout();"
        f"sys.stdout.write({HOSTILE!r} + '\\n'); sys.stdout.flush()"
    )
    arguments = [sys.executable, "-c", script]
    shown = on_a_terminal(arguments, tmp_path)
    assert shown == visible(HOSTILE).encode() + b"\r\n"
    piped = subprocess.run(arguments, env=ENVIRONMENT, capture_output=True, check=True)
    assert piped.stdout == HOSTILE.encode() + b"\n"


@pytest.mark.parametrize(
    ("name", "content", "arguments"),
    [
        ("a\x1b[31m.txt", b"\xff", ["summarize", "a\x1b[31m.txt"]),
        ("a\nb.txt", b"\xff", ["summarize", "a\nb.txt"]),
        ("a.jsonl", b'{"\\u001b]0;x\\u0007": 1}\n', ["summarize", "a.jsonl"]),
        ("a.csv", b"\x1b[2J,b\n1,2\n", ["summarize", "a.csv"]),
        ("a.jsonl", b'{"\\u001b]0;x\\u0007": 1}\n', ["evaluate", "--data", "a.jsonl"]),
        ("c.yaml", b'"\\e[31m": 1\n', ["train", "c.yaml"]),
        ("c.yaml", b"a: 1\n", ["train", "c.yaml", "--set", "a\x1b[31m"]),
        ("a", b"", ["summarize", "--be\x1b[31mams", "3"]),
        ("a", b"", ["info", "\x9b31m"]),
    ],
)
def test_errors_show_control_characters_in_one_line(
    name: str, content: bytes, arguments: list[str], tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(content)
    assert cli.run(arguments) in (1, 2)
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert error.rstrip("\n").isprintable()
    assert "defect" not in error


def test_closed_stdout_is_one_line(tmp_path: Path) -> None:
    found = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m summ info >&-"],
        env=ENVIRONMENT,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    expected = "summ: error: stdout: closed. Open it, or give --output.\n"
    assert (found.returncode, found.stderr) == (1, expected)


def test_a_full_disk_elsewhere_is_not_said_of_stdout(monkeypatch, capsys) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("summ.data.readers.expand_inputs", full)
    assert cli.run(["summarize", "a.txt"]) == 1
    assert "stdout" not in capsys.readouterr().err


def test_loops_of_links_are_one_line(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "text").write_text("words")
    for arguments in (
        ["summarize", "a"],
        ["summarize", "text", "--output", "a"],
        ["train", "a"],
        ["info", "a"],
        ["embed", "text", "--output", "a"],
        ["evaluate", "--data", "a"],
        ["export", "en-small", "--to", "onnx", "--output", "a/b"],
    ):
        assert cli.run(arguments) in (1, 2), arguments
        error = capsys.readouterr().err
        assert error.count("\n") == 1, error
        assert "defect" not in error


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_unfinished_file(number: int, summary_model_folder, tmp_path) -> None:
    arguments = ["summarize", "-", "--lines", "--model", str(summary_model_folder)]
    process = subprocess.Popen(
        command(*arguments, "--output", str(tmp_path / "out.txt")),
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A runner in the background may ignore the signal, and children inherit that.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps("one text").encode() + b"\n")
    process.stdin.flush()
    while not list(tmp_path.iterdir()):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(number)
    _, error = process.communicate(timeout=100)
    assert (process.returncode, error) == (128 + number, b"")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("beams", ["100000", "257", "9" * 5000, "0"])
def test_a_search_of_no_use_is_wrong_usage(beams: str, capsys) -> None:
    assert cli.run(["summarize", "nowhere.txt", "--beams", beams]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "defect" not in error


@pytest.mark.parametrize("collecting", [True, False])
def test_reading_a_model_leaves_the_collector_as_it_was(collecting: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        with pytest.raises(ValueError), reading_model():
            assert not gc.isenabled()
            raise ValueError
        assert gc.isenabled() == collecting
    finally:
        (gc.enable if before else gc.disable)()
