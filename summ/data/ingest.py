"""Ingest: the first pass of ``prepare``, from files of texts to folded and filtered shards.

A raw shard is an Arrow file of at most 20,000 records of one source with their canonical form;
a .json beside it, written last, says that it is whole and what became of the other records.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from summ.data.files import write_file
from summ.data.pace import Pace, Say
from summ.data.readers import OnError
from summ.data.shards import RAW_SCHEMA, read_shard, write_shard
from summ.data.sources import Source
from summ.data.workers import Workers
from summ.text.canonical import canonical

_BLOCK_RECORDS = 20_000
_BLOCK_CHARACTERS = 32_000_000
_SKIPPED_LINES = 500  # of each side, that the manifest shows


@dataclass(frozen=True)
class Side:
    """One of the two sides of a corpus, and which of its texts are kept.

    Attributes:
        name: ``documents`` or ``sentences``.
        sources: its files.
        words: the fewest and the most canonical words of a text.
        unique: whether a text that was seen before (in canonical form) is dropped.
    """

    name: str
    sources: tuple[Source, ...]
    words: tuple[int, int]
    unique: bool


@dataclass
class SideCounts:
    """What became of one side's records, in the order they were read.

    Attributes:
        shards: the raw shards that hold rows, each with the number of its source.
        records: read from each source, the unreadable ones included.
    """

    records: list[int]
    shards: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    words: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    skipped: list[str] = field(default_factory=list)
    skipped_count: int = 0

    def add(self, name: str, block: dict[str, Any]) -> None:
        """Counts a finished raw shard, given its description."""
        if block["rows"]:
            self.shards[name] = block["source"]
        self.records[block["source"]] += block["records"]
        self.rows += block["rows"]
        self.words += block["words"]
        self.dropped.update(block["dropped"])
        self.skipped += block["skipped"][: _SKIPPED_LINES - len(self.skipped)]
        self.skipped_count += block["skipped_count"]

    def described(self) -> dict[str, Any]:
        """For the manifest."""
        dropped = dict(sorted(self.dropped.items()))
        return {"rows": self.rows, "words": self.words, "dropped": dropped}


def gather(
    side: Side, folder: Path, folding: bool, workers: Workers, on_error: OnError, say: Say
) -> SideCounts:
    """Writes the raw shards of a side, in order; finished ones are only counted.

    Args:
        say: called with a line of counts every so often, and at the end.

    Raises:
        DataError: with ``fail``, the first record that cannot be read.
    """
    counts = SideCounts([0] * len(side.sources))
    seen, pace = _Seen() if side.unique else None, Pace()
    say(f"reading {side.name}")
    blocks = _blocks(side, folder, folding, on_error)
    for block, folded in workers.map(_fold_block, blocks):
        described = _description(block.path)
        if folded is not None:
            write_file(described, json.dumps(_write_raw(side, block, folded, seen)))
        elif seen is not None:
            for batch in read_shard(block.path):
                seen.fresh(_keys(batch.column("canonical").to_pylist()))
        counts.add(block.path.name, json.loads(described.read_text(encoding="utf-8")))
        if pace.due():
            say(f"reading {side.name}: {sum(counts.records):,} so far")
    say(f"{side.name}: {counts.rows:,} of {sum(counts.records):,} kept")
    return counts


@dataclass(frozen=True)
class _Block:
    """Some records of one source; without texts when their shard is finished."""

    path: Path
    source: int
    texts: list[str]
    skipped: list[str]
    skipped_count: int
    folding: bool


@dataclass(frozen=True)
class _FoldedBlock:
    """The canonical texts of a block, their words, and a key for each to find repeats."""

    canonical: list[str]
    words: NDArray[np.int32]
    keys: NDArray[np.uint64]


@dataclass
class _Skipped:
    """Counts unreadable records and keeps the first messages: a file may be all bad."""

    lines: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, message: str) -> None:
        self.count += 1
        if len(self.lines) < _SKIPPED_LINES:
            self.lines.append(message)


def _blocks(side: Side, folder: Path, folding: bool, on_error: OnError) -> Iterator[_Block]:
    """The records of a side in blocks of bounded size."""
    for index, source in enumerate(side.sources):
        skipped = _Skipped()
        chunks = _chunks(source.texts(on_error, skipped.add))
        for number, texts in enumerate(chunks):
            path = folder / f"{side.name}-{index:03}-{number:05}.arrow"
            done = _description(path).exists()
            yield _Block(path, index, [] if done else texts, skipped.lines, skipped.count, folding)
            skipped.lines, skipped.count = [], 0


def _chunks(texts: Iterator[str]) -> Iterator[list[str]]:
    """Lists of texts, limited in number and in characters; the last may be empty."""
    block: list[str] = []
    characters = 0
    for text in texts:
        block.append(text)
        characters += len(text)
        if len(block) == _BLOCK_RECORDS or characters > _BLOCK_CHARACTERS:
            yield block
            block, characters = [], 0
    yield block


def _description(shard: Path) -> Path:
    """Where a raw shard is described; there only when the shard is whole."""
    return shard.with_suffix(".json")


def _fold_block(block: _Block) -> _FoldedBlock | None:
    """Runs in a worker; None when the shard is finished."""
    if _description(block.path).exists():
        return None
    texts = [canonical(text, block.folding) for text in block.texts]
    words = np.array([text.count(" ") + bool(text) for text in texts], dtype=np.int32)
    return _FoldedBlock(texts, words, _keys(texts))


def _keys(texts: list[str]) -> NDArray[np.uint64]:
    """64 bits of hash of each text; among ten million, odds of 1 : 370,000 that two collide."""
    digests = b"".join(hashlib.blake2b(t.encode(), digest_size=8).digest() for t in texts)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _write_raw(
    side: Side, block: _Block, folded: _FoldedBlock, seen: _Seen | None
) -> dict[str, Any]:
    """Writes the kept texts of a block; returns its description."""
    blank = folded.words == 0
    short, long = folded.words < side.words[0], folded.words > side.words[1]
    kept = ~(blank | short | long)
    dropped = {
        "blank": int(blank.sum()),
        "too short": int((short & ~blank).sum()),
        "too long": int(long.sum()),
    }
    if seen is not None:
        before = int(kept.sum())
        kept[kept] = seen.fresh(folded.keys[kept])
        dropped["repeated"] = before - int(kept.sum())
    rows = np.flatnonzero(kept)
    columns = [
        pa.array(
            [block.texts[i].encode("utf-8", "replace").decode() for i in rows], pa.large_string()
        ),
        pa.array([folded.canonical[i] for i in rows], pa.large_string()),
        pa.array(folded.words[rows], pa.int32()),
    ]
    write_shard(block.path, iter([pa.record_batch(columns, schema=RAW_SCHEMA)]), RAW_SCHEMA)
    return {
        "source": block.source,
        "records": len(block.texts) + block.skipped_count,
        "rows": len(rows),
        "words": int(folded.words[rows].sum()),
        "dropped": {rule: count for rule, count in dropped.items() if count},
        "skipped": block.skipped,
        "skipped_count": block.skipped_count,
    }


class _Seen:
    """Which keys came before, in eight bytes each: sorted runs, merged as they grow."""

    def __init__(self) -> None:
        self._runs: list[NDArray[np.uint64]] = []

    def fresh(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """True for the first occurrence of each key that no earlier call had; remembers them."""
        fresh = np.zeros(len(keys), dtype=np.bool_)
        fresh[np.unique(keys, return_index=True)[1]] = True
        for run in self._runs:
            places = np.minimum(np.searchsorted(run, keys), len(run) - 1)
            fresh &= run[places] != keys
        if fresh.any():
            self._runs.append(np.sort(keys[fresh]))
        while len(self._runs) > 1 and len(self._runs[-2]) < 2 * len(self._runs[-1]):
            self._runs[-2:] = [np.sort(np.concatenate(self._runs[-2:]))]
        return fresh
