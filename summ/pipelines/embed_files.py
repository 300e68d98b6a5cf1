"""Embedding: a stream of records becomes a vector file and its description.

Several processes share the work by windows: all read window k, and process k mod n embeds it.
Each writes its windows to a file of its own, and the first one joins them in order.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from summ.data.files import open_output, sha256
from summ.data.readers import Record
from summ.data.windows import windows
from summ.errors import DataError
from summ.families.sentence.model import SHIPPED
from summ.networks.model_folder import read_manifest
from summ.pipelines.embed import Embedded, SentenceEncoder
from summ.pipelines.processes import ALONE, Processes
from summ.pipelines.vector_files import Layout, Precision, Rows, check_format, open_vectors


@dataclass(frozen=True)
class Origin:
    """The model that the vectors come from.

    Attributes:
        model: its folder or name.
        model_hash: SHA-256 of its manifest, which holds the SHA-256 of every other file.
    """

    model: str
    model_hash: str


def origin_of(model: Path | None) -> Origin:
    """The model in a folder; None is the one that ships with summ."""
    folder = SHIPPED if model is None else model
    return Origin(folder.name if model is None else str(model), sha256(read_manifest(folder).path))


@dataclass(frozen=True)
class Counts:
    """Numbers of texts by what happened to them.

    Attributes:
        rows: all texts.
        blank: texts without a piece; their vectors are zeros.
        truncated: texts of which only the beginning was read.
        clipped: numbers that were out of the range of int8.
    """

    rows: int = 0
    blank: int = 0
    truncated: int = 0
    clipped: int = 0


def embed_records(
    records: Iterable[Record],
    encoder: SentenceEncoder,
    output: Path,
    origin: Origin,
    precision: Precision = "float32",
    batch_size: int = 64,
    processes: Processes = ALONE,
) -> Counts:
    """Embeds records into a vector file, and describes it in a .json file of the same name.

    Rows are in the order of the records; memory does not grow with their number.

    Args:
        records: read a window at a time; the same in every process.
        output: ends in .npy, .parquet or .safetensors; it and its description appear whole, or
            stay as they were.
        processes: that share the work; each returns the counts of all.

    Raises:
        DataError: a record cannot be read, or a file cannot be written.
        ConfigError: the batch size is below 1.
    """
    describing = description_place(output)
    layout = Layout(encoder.dimension, precision, encoder.bits if precision == "binary" else None)
    counting = _Counting()
    blocks = _blocks(records, encoder, layout, batch_size, processes, counting)
    if processes.world == 1:
        with open_vectors(output, layout) as file:
            for rows in blocks:
                file.write(rows)
            _describe(describing, counting.counts, encoder, layout, origin)
        return counting.counts
    with _parts(output, processes) as parts:
        with processes.together(), open_vectors(parts[processes.rank], layout) as file:
            for rows in blocks:
                file.write(rows)
        counts = Counts(*processes.total(list(astuple(counting.counts))))
        with processes.together():
            if processes.rank == 0:
                with open_vectors(output, layout) as file:
                    for rows in _in_turn(parts, layout):
                        file.write(rows)
                    _describe(describing, counts, encoder, layout, origin)
    return counts


@dataclass
class _Counting:
    """Counts that grow while blocks are taken."""

    counts: Counts = Counts()


def _blocks(
    records: Iterable[Record],
    encoder: SentenceEncoder,
    layout: Layout,
    batch_size: int,
    processes: Processes,
    counting: _Counting,
) -> Iterator[Rows]:
    """The rows of this process's windows."""
    position = 0
    for number, window in enumerate(windows(records)):
        first = position + 1
        position += len(window)
        if number % processes.world != processes.rank:
            continue
        texts = [record.text for record in window]
        embedded = encoder.embed(texts, batch_size)
        before = counting.counts
        counting.counts = Counts(
            before.rows + len(window),
            before.blank + int(embedded.blank.sum()),
            before.truncated + int(embedded.truncated.sum()),
            before.clipped + layout.clipped(embedded.vectors),
        )
        ids = [record.id or str(place) for place, record in enumerate(window, start=first)]
        yield Rows(ids, texts, _stored(embedded, layout))


def _stored(embedded: Embedded, layout: Layout) -> Shaped[np.ndarray, "N P"]:
    """The rows of a file: learned codes, or the vectors as the layout packs them."""
    if layout.learned is None or embedded.bits is None:
        return layout.pack(embedded.vectors)
    return embedded.bits


@contextmanager
def _parts(output: Path, processes: Processes) -> Iterator[list[Path]]:
    """A hidden file for each process, removed when the block ends."""
    # The sum over all processes is the number that the first one draws.
    drawn = secrets.randbelow(1 << 40) if processes.rank == 0 else 0
    (run,) = processes.total([drawn])
    target = output.resolve()
    parts = [
        target.with_name(f".{target.stem}.{run:010x}-{rank}.parquet")
        for rank in range(processes.world)
    ]
    try:
        yield parts
    finally:
        with suppress(OSError):
            parts[processes.rank].unlink()


def _in_turn(parts: Sequence[Path], layout: Layout) -> Iterator[Rows]:
    """The windows of all parts in the order of the records: first, second, ... of each."""
    from pyarrow import parquet

    with ExitStack() as stack:
        files = [stack.enter_context(parquet.ParquetFile(part)) for part in parts]
        for turn in range(files[0].num_row_groups):
            for file in files:
                if turn < file.num_row_groups:
                    table = file.read_row_group(turn)
                    numbers = table["vector"].combine_chunks().flatten().to_numpy()
                    yield Rows(
                        table["id"].to_pylist(),
                        table["text"].to_pylist(),
                        numbers.reshape(-1, layout.width),
                    )


def description_place(output: Path) -> Path:
    """The place of a vector file's description: the same name, ending in .json.

    Raises:
        DataError: the ending of ``output`` is no format of vectors, or the place is taken by a
            file that is not a description.
    """
    check_format(output)
    place = output.with_suffix(".json")
    if place.exists():
        try:
            old = json.loads(place.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            old = None
        if not isinstance(old, dict) or not {"model_hash", "precision"} <= old.keys():
            raise DataError(
                f"{place}: would be replaced by the description of {output.name}, but is "
                "something else. Choose another --output."
            )
    return place


def _describe(
    place: Path, counts: Counts, encoder: SentenceEncoder, layout: Layout, origin: Origin
) -> None:
    """Writes the description of a vector file."""
    described = {
        **asdict(origin),
        "objective": encoder.settings.objective,
        "max_pieces": encoder.settings.max_pieces,
        "dimension": layout.dimension,
        "normalisation": "l2",
        "precision": layout.precision,
        "bits": layout.bits,
        "learned": layout.learned is not None,
        "scale": layout.scale,
        "rows": counts.rows,
        "blank_rows": counts.blank,
        "truncated_rows": counts.truncated,
        "clipped_numbers": counts.clipped,
        "order": "input",
    }
    meaning = {
        "float32": "vector = row",
        "int8": "vector = row / scale",
        "binary": "bit 1 where the number is above 0; 8 to a byte, the first one highest",
        "learned": "bits of the model's binary code; 8 to a byte, the first one highest",
    }
    kind = layout.precision if layout.learned is None else "learned"
    with open_output(place) as stream:
        json.dump({**described, "meaning": meaning[kind]}, stream, indent=1)
        stream.write("\n")
