"""What the adapters share: reading raw rows, taking pairs apart, and the command line.

A set of pairs (article and title) becomes two sides that belong to no common pair: documents come
from the rows with even numbers, sentences from those with odd ones.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from summ.data.corpus import Manifest, prepare
from summ.data.files import content_besides, refuse_taken
from summ.data.readers import OnError
from summ.data.sources import Source
from summ.errors import DataError, SummError

HUB = "hub"
_SHOWN = 20
_PARQUET = "refs/convert/parquet"  # where the hub keeps what a set's own script would have made


@dataclass(frozen=True)
class Pair:
    """One row of a set: a text (or the paragraphs of a book), and its human sentences."""

    documents: Sequence[str]
    sentences: Sequence[str]


@dataclass
class Report:
    """Counts rows that cannot be used and shows the first of them, or stops at the first."""

    on_error: OnError = "skip"
    skipped: list[str] = field(default_factory=list)

    def skip(self, message: str) -> None:
        """Raises DataError with ``on_error="fail"``."""
        if self.on_error == "fail":
            raise DataError(message)
        self.skipped.append(message)
        if len(self.skipped) <= _SHOWN:
            tell(f"skipped: {message}")


def tell(message: str) -> None:
    """Progress goes to stderr."""
    sys.stderr.write(message + "\n")
    sys.stderr.flush()


def open_bytes(path: Path) -> IO[bytes]:
    """A file's bytes, unpacked if its name ends in .gz."""
    try:
        return cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}).") from error


def text_lines(path: Path, report: Report) -> Iterator[str | None]:
    """The lines of a text file; None for one that is not UTF-8, so that the count is kept."""
    with open_bytes(path) as file:
        for number, line in enumerate(file, start=1):
            try:
                yield line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            except UnicodeDecodeError as error:
                report.skip(f"{path} line {number}: not UTF-8 (byte {error.start}).")
                yield None


def files(raw: Path, *patterns: str) -> list[Path]:
    """The files of a raw set: ``raw`` itself, or those below it that match a pattern
    and are not hidden.

    The first pattern that any file matches decides.

    Raises:
        DataError: there are none.
    """
    if raw.is_file():
        return [raw]
    for pattern in patterns:
        found = [
            path
            for path in sorted(raw.rglob(pattern))
            if path.is_file() and not any(p.startswith(".") for p in path.relative_to(raw).parts)
        ]
        if found:
            return found
    raise DataError(f"{raw}: must hold {' or '.join(patterns)}, but has none. Check the folder.")


def rows(path: Path, wanted: Sequence[str], report: Report) -> Iterator[dict[str, str]]:
    """The rows of a .jsonl, .csv or .parquet file that have all wanted fields as text."""
    kind = Path(path.name.removesuffix(".gz")).suffix
    read = {".jsonl": _json_rows, ".json": _json_rows, ".csv": _csv_rows, ".parquet": _arrow_rows}
    if kind not in read:
        raise DataError(f"{path}: must be one of {', '.join(read)}. Convert it.")
    for where, row in read[kind](path, report):
        missing = [name for name in wanted if not isinstance(row.get(name), str)]
        if missing:
            found = ", ".join(map(str, row)) or "nothing"
            report.skip(f'{where}: no text field "{missing[0]}" (found: {found}).')
        else:
            yield {name: row[name] for name in wanted}


def _json_rows(path: Path, report: Report) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(text_lines(path, report), start=1):
        where = f"{path} line {number}"
        try:
            row = json.loads(line) if line else None
        except (ValueError, RecursionError) as error:
            report.skip(f"{where}: not JSON ({error}).")
            continue
        if isinstance(row, dict):
            yield where, row
        elif row is not None:
            report.skip(f"{where}: must be an object, found {type(row).__name__}.")


def _csv_rows(path: Path, report: Report) -> Iterator[tuple[str, dict[str, Any]]]:
    csv.field_size_limit(2**31 - 1)
    reader = csv.DictReader(line + "\n" for line in text_lines(path, report) if line is not None)
    try:
        for row in reader:
            yield f"{path} line {reader.line_num}", {str(k): v for k, v in row.items()}
    except csv.Error as error:
        raise DataError(f"{path} line {reader.line_num}: not CSV ({error}). Mend it.") from error


def _arrow_rows(path: Path, report: Report) -> Iterator[tuple[str, dict[str, Any]]]:
    from pyarrow import ArrowInvalid, parquet

    try:
        number = 0
        for batch in parquet.ParquetFile(path).iter_batches(1000):
            for row in batch.to_pylist():
                number += 1
                yield f"{path} row {number}", row
    except (ArrowInvalid, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"{path}: not a whole Parquet file ({reason}).") from error


def hub_rows(name: str, split: str, config: str | None = None) -> Iterable[dict[str, Any]]:
    """The rows of a set of the hub, downloaded (once) by the datasets library.

    Raises:
        DataError: there is no network, or no such set.
    """
    import datasets

    try:
        try:
            return cast(
                "Iterable[dict[str, Any]]", datasets.load_dataset(name, config, split=split)
            )
        except RuntimeError as error:
            if "script" not in str(error):
                raise
            loaded = datasets.load_dataset(name, config, split=split, revision=_PARQUET)
            return cast("Iterable[dict[str, Any]]", loaded)
    except (OSError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(
            f"{name}: cannot be had from the hub ({reason}). Give the folder of its files as RAW."
        ) from error


def described(documentation: str | None) -> argparse.ArgumentParser:
    """A parser without options, whose help begins with the first line of a docstring."""
    return argparse.ArgumentParser(description=(documentation or "").split("\n")[0])


def parser(documentation: str | None, hub: str | None = None) -> argparse.ArgumentParser:
    """The options of every adapter; ``hub`` is the name of its set there."""
    made = described(documentation)
    where = "file or folder of the raw set"
    made.add_argument("raw", metavar="RAW", help=where + (f', or "{HUB}"' if hub else ""))
    made.add_argument("output", metavar="OUT", type=Path, help="folder of the corpus to make")
    made.add_argument("--vocabulary-size", type=int, default=8000)
    made.add_argument("--vocabulary", type=Path, help="use this one instead of learning one")
    made.add_argument("--no-folding", action="store_true", help="keep case and digits")
    made.add_argument("--workers", type=int, default=1)
    made.add_argument("--on-error", choices=("skip", "fail"), default="skip")
    made.add_argument("--seed", type=int, default=1)
    if hub:
        made.add_argument("--hub-name", default=hub, help=f"set of the hub (default {hub})")
        made.add_argument("--split", default="train", help="of the hub's set")
    return made


def finish(
    given: argparse.Namespace,
    documents: Sequence[Source | Path],
    sentences: Sequence[Source | Path],
    skipped: int = 0,
    unique: bool = True,
) -> Manifest:
    """Prepares the corpus as the options say; ``skipped`` rows could not even be taken apart."""
    manifest = prepare(
        documents,
        sentences,
        given.output,
        given.vocabulary_size,
        folding=not given.no_folding,
        vocabulary=given.vocabulary,
        workers=given.workers,
        on_error=given.on_error,
        seed=given.seed,
        unique=unique,
        progress=tell,
    )
    sides = {"documents": manifest.documents, "sentences": manifest.sentences}
    counts = sides | {"skipped": skipped + manifest.skipped_count}
    sys.stdout.write(json.dumps(counts, indent=1) + "\n")
    return manifest


def finish_pairs(
    given: argparse.Namespace, pairs: Iterable[Pair], report: Report, unique: bool = True
) -> Manifest:
    """Takes pairs apart: documents of even rows, sentences of odd ones; then prepares."""
    folder = given.output.parent / f".{given.output.name}.rows"
    names = {"documents.jsonl", "sentences.jsonl"}
    refuse_taken(folder, lambda place: content_besides(place, names))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        documents, sentences = folder / "documents.jsonl", folder / "sentences.jsonl"
        with (
            documents.open("w", encoding="utf-8") as even,
            sentences.open("w", encoding="utf-8") as odd,
        ):
            for number, pair in enumerate(pairs):
                side, texts = (odd, pair.sentences) if number % 2 else (even, pair.documents)
                side.writelines(json.dumps({"text": text}) + "\n" for text in texts)
        return finish(given, [documents], [sentences], len(report.skipped), unique)
    except OSError as error:
        raise DataError(f"{folder}: cannot be written ({error.strerror}).") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(name: str, job: Callable[[], object]) -> int:
    """Does the job of an adapter; one line says what went wrong.  Returns the exit code."""
    try:
        job()
    except SummError as error:
        tell(f"data_prep.{name}: error: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def pair_main(
    name: str,
    description: str | None,
    pairs: Callable[[argparse.Namespace, Report], Iterable[Pair]],
    hub: str,
    arguments: Sequence[str] | None,
) -> int:
    """The main function of an adapter whose set has pairs."""
    given = parser(description, hub).parse_args(arguments)
    report = Report(given.on_error)
    return run(name, lambda: finish_pairs(given, pairs(given, report), report))
