"""The command line: results on stdout, everything else on stderr, and an exit code.

Here are the entry and the exit codes; the commands are in ``summ.commands``, their options in
``summ.options``, and nothing else in summ knows typer or prints.  Whatever is slow to import is
imported inside the command that needs it, so that ``summ --help`` and usage errors answer at once.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Any, cast

import typer

from summ.commands.average import average
from summ.commands.codes import codes
from summ.commands.decode import decode
from summ.commands.embed import embed
from summ.commands.encode import encode
from summ.commands.evaluate import evaluate
from summ.commands.export import export
from summ.commands.info import info
from summ.commands.neighbours import neighbours
from summ.commands.prepare import prepare
from summ.commands.score import score
from summ.commands.serve import serve
from summ.commands.summarize import summarize
from summ.commands.terminal import STDOUT, guard_stdout, say
from summ.commands.train import train
from summ.distribution import VERSION
from summ.errors import SummError
from summ.text.controls import visible

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

# Recent typers carry their own copy of click; this is UsageError in whichever is used.
_UsageError: type[Exception] = cast("Any", typer.BadParameter).__base__
# Options that take values up to the next option, as in ``--references A B``.
_MANY = {
    "prepare": ("--documents", "--sentences", "--prose"),
    "evaluate": ("--references", "--beside", "--judge", "--data"),
}

# Shown under the help of each command; \b keeps the lines as they are.
EXAMPLES = {
    "summarize": (
        "summ summarize article.txt",
        "summ summarize news/*.txt --words 12 --style headline",
        "summ summarize --lines leads.txt --format jsonl --output summaries.jsonl",
    ),
    "evaluate": (
        "summ evaluate --predictions mine.txt --references human.txt --sources texts.txt",
        "summ evaluate --data test.jsonl --model en-small --words 8 --metric-set gigaword",
        "summ evaluate --data test.jsonl --model en-small --words 8 --report report",
    ),
    "embed": ("summ embed --lines sentences.txt --output vectors.npy",),
    "neighbours": ('summ neighbours "interest rates rise" --among sentences.txt --count 5',),
    "score": ("summ score --lines sentences.txt",),
    "encode": ("summ encode --lines headlines.txt --model runs/vq/model --output codes.jsonl",),
    "decode": (
        "summ decode codes.jsonl --model runs/vq/model",
        "summ decode --model runs/gaussian/model --sample 5",
        'summ decode --model runs/gaussian/model --between "Rain in Rome" "Snow in Oslo"',
    ),
    "codes": ("summ codes runs/vq/model --lines headlines.txt",),
    "serve": ("summ serve", "summ serve --port 8080 --model runs/tiny/model"),
    "prepare": (
        "summ prepare --documents articles.txt --sentences headlines.txt --output corpora/mine",
    ),
    "train": (
        "summ train configs/tiny.yaml --output runs/tiny",
        "summ train configs/tiny.yaml --set stages.0.steps=50 --resume",
    ),
    "average": ("summ average runs/a/model runs/b/model --output runs/blend",),
    "export": ("summ export en-encoder --to onnx --output exported",),
    "info": ("summ info", "summ info en-encoder"),
}

app = typer.Typer(
    name="summ",
    help="Summarize text with models trained without reference summaries.",
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (
    summarize,
    evaluate,
    embed,
    neighbours,
    encode,
    decode,
    codes,
    score,
    prepare,
    train,
    average,
    export,
    info,
    serve,
):
    shown = EXAMPLES.get(command.__name__, ())
    app.command(epilog="\n".join(["\b", "Examples:", *(f"  {one}" for one in shown)]))(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script; without arguments, those of the command line."""
    guard_stdout()
    # As an exception, a signal passes everything that removes unfinished files.
    signal.signal(signal.SIGTERM, _end)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # nohup ignores it
        signal.signal(signal.SIGHUP, _end)
    code = run(list(sys.argv[1:] if arguments is None else arguments))
    # The interpreter looks through all that libraries made before it ends, for a tenth of the
    # processor time that one line takes; frozen, it is only let go.
    gc.freeze()
    sys.exit(code)


def _end(number: int, _: object) -> None:
    """Ends the program with the exit code that a shell gives to the signal."""
    raise SystemExit(128 + number)


def run(arguments: list[str]) -> int:
    """Runs one command and returns its exit code; one line says what went wrong."""
    given = [argument for argument in arguments if argument != "--traceback"]
    # Hints for developers of models are nothing for users of one.
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    try:
        code = app(args=_one_value_each(given), prog_name="summ", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
        if code == INTERRUPTED:  # what typer makes of Ctrl-C
            raise KeyboardInterrupt
        return code if isinstance(code, int) else DONE
    except (Exception, KeyboardInterrupt) as error:
        if len(given) < len(arguments):
            print(visible(traceback.format_exc()), end="", file=sys.stderr)
        code, message = _exit_code(error)
        if message:
            say(message)
        return code


def _exit_code(error: BaseException) -> tuple[int, str]:
    """The exit code for what went wrong, and the line that says it."""
    if isinstance(error, SummError):
        return FAILED, f"error: {error}"
    if isinstance(error, _UsageError):
        usage: Any = error
        path = "summ" if usage.ctx is None else usage.ctx.command_path
        message = " ".join(usage.format_message().split()).rstrip(".")
        message = message.replace(": Value error, ", ": ")  # pydantic's, in recent typers
        stop = "" if message.endswith("?") else "."
        return WRONG_USAGE, f"error: {message}{stop} See '{path} --help'."
    if isinstance(error, KeyboardInterrupt | typer.Abort):  # Abort: with older typers
        # An interrupt that passed through exec of a text (a dataclass being made) is remembered,
        # and `python -m` would end by the signal after all; the next exec forgets it.
        exec("")
        return INTERRUPTED, "interrupted"
    if isinstance(error, OSError) and error.errno is not None:
        return FAILED, _system_error(error)
    if isinstance(error, MemoryError) or "allocate memory" in str(error):  # torch: RuntimeError
        return FAILED, "error: out of memory. Use a smaller --batch-size."
    reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return FAILED, f"error: {reason}. A defect of summ; --traceback shows where."


def _system_error(error: OSError) -> str:
    """The line for an error of the operating system; none if the reader of a pipe left."""
    if error.filename != STDOUT:
        where = error.filename or "a file or a connection"
        return f"error: {where}: {error.strerror}. Check that it can be read and written."
    # The interpreter must not try again at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if isinstance(error, BrokenPipeError):
        return ""  # it has seen enough
    if error.errno == errno.EBADF:
        return f"error: {STDOUT}: closed. Open it, or give --output."
    return f"error: {STDOUT}: {error.strerror}."


def _one_value_each(arguments: list[str]) -> list[str]:
    """Rewrites ``--references A B`` as ``--references A --references B``."""
    many = _MANY.get(arguments[0], ()) if arguments else ()
    written: list[str] = []
    option, values = "", 0
    for argument in arguments:
        if argument.startswith("-") and argument != "-":
            option, values = argument if argument in many else "", 0
        elif option:
            values += 1
            if values > 1:
                written.append(option)
        written.append(argument)
    return written


def _version(wanted: bool) -> None:
    if wanted:
        print(f"summ {VERSION}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _globals(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    show_traceback: Annotated[
        bool, typer.Option("--traceback", help="On errors, show where they arose.")
    ] = False,
) -> None:
    # ``run`` takes --traceback out, wherever it stands; here it only appears in the help.
    if context.invoked_subcommand is None:
        print(context.get_help(), file=sys.stderr)
        raise typer.Exit(WRONG_USAGE)
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(encoding="utf-8")
