"""Tokenising: the last pass of ``prepare``, from canonical texts to shards of pieces."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from summ.data.files import sha256
from summ.data.pace import Pace, Say
from summ.data.shards import SCHEMA, describe_table, read_shard, write_shard
from summ.data.workers import Workers
from summ.text.word_pieces import WordPieces

LONGEST_IDS = 256  # pieces of a text that are kept; no network here reads more
_ENCODED_CHARACTERS = 16 * LONGEST_IDS  # SentencePiece's pieces have at most 16 characters
_ENCODED_TEXTS = 1_000  # at a time


def tokenise(
    raw: Iterable[Path], folder: Path, vocabulary: Path, workers: Workers, say: Say
) -> NDArray[np.int64]:
    """Turns raw shards into a table of texts; those that are there already are kept.

    Args:
        say: called with a line every so often.

    Returns:
        How often each piece occurs.  Shape (V,).
    """
    tokenizer = vocabulary / "tokenizer.json"
    mark = sha256(tokenizer)
    jobs = [
        _Job(path, folder / f"data-{number:05}.arrow", tokenizer, mark)
        for number, path in enumerate(raw)
    ]
    # A sum of its own: a row of counts for each of thousands of shards would be kept otherwise.
    total, pace = np.zeros(_reader(tokenizer, mark).size, dtype=np.int64), Pace()
    for done, (_, frequencies) in enumerate(workers.map(_encode_shard, jobs), 1):
        total += frequencies
        if pace.due():
            say(f"tokenising: {done} of {len(jobs)} files of {folder.name}")
    hashes = "".join(sha256(job.final) for job in jobs)
    fingerprint = hashlib.sha256(hashes.encode()).hexdigest()
    describe_table(folder, [job.final.name for job in jobs], fingerprint)
    return total


@dataclass(frozen=True)
class _Job:
    """One raw shard to be tokenised, and the tokenizer with its hash."""

    raw: Path
    final: Path
    tokenizer: Path
    digest: str


@lru_cache(maxsize=1)
def _reader(tokenizer: Path, digest: str) -> WordPieces:
    """Of a process, which encodes many shards; another file may have had the same name before."""
    return WordPieces(tokenizer.read_text(encoding="utf-8"))


def _encode_shard(job: _Job) -> NDArray[np.int64]:
    """Tokenises a raw shard unless that is done; returns how often each piece occurs."""
    reader = _reader(job.tokenizer, job.digest)
    if not job.final.exists():
        write_shard(job.final, (_encoded(b, reader) for b in read_shard(job.raw)), SCHEMA)
    total = np.zeros(reader.size, dtype=np.int64)
    for batch in read_shard(job.final):
        total += np.bincount(batch.column("ids").values.to_numpy(), minlength=len(total))
    return total


def _encoded(batch: pa.RecordBatch, reader: WordPieces) -> pa.RecordBatch:
    """Raw texts with the pieces of their canonical form, the first ones of long texts."""
    texts = [_head(text) for text in batch.column("canonical").to_pylist()]
    ids: list[list[int]] = []
    for start in range(0, len(texts), _ENCODED_TEXTS):
        chunk = texts[start : start + _ENCODED_TEXTS]
        ids += [row[:LONGEST_IDS] for row in reader.encode(chunk)]
    columns = [batch.column("text"), pa.array(ids, pa.list_(pa.int32())), batch.column("words")]
    return pa.record_batch(columns, schema=SCHEMA)


def _head(text: str) -> str:
    """Enough whole words of a text to fill its row."""
    if len(text) <= _ENCODED_CHARACTERS:
        return text
    head = text[:_ENCODED_CHARACTERS]
    return head.rpartition(" ")[0] or head
