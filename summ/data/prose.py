"""Prose: running text as sentences in order, with the borders of the documents they stand in.

::

    PROSE/sentences/       all sentences, in order    (columns text, ids, words; see shards.py)
    PROSE/borders.npy      document d holds sentences borders[d] to borders[d + 1]
    PROSE/vocabulary/      read by Vocabulary.load and by AutoTokenizer
    PROSE/frequencies.npy  how often each piece occurs
    PROSE/manifest.json    sources, counts, hashes, settings, and every line that was skipped

``prepare_prose`` writes it, ``Prose.open`` reads it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from summ.data.counts_file import read_counts
from summ.data.ingest import Side, SideCounts, gather
from summ.data.manifest import UNKNOWN_LANGUAGE, Manifest, check_language
from summ.data.pace import Pace, Say
from summ.data.readers import OnError
from summ.data.shards import Texts
from summ.data.sources import Source
from summ.data.staging import (
    VocabularyPlan,
    fingerprint,
    hash_files,
    is_there,
    publish,
    versions,
    work_folder,
)
from summ.data.tokenize_shards import tokenise
from summ.data.workers import Workers
from summ.errors import DataError
from summ.text.sentences import split_sentences
from summ.text.vocabulary import Vocabulary

_ANY_LENGTH = (1, 1_000_000_000)
_SKIPPED_LINES = 1_000


@dataclass(frozen=True)
class Prose:
    """Prepared running text, open for reading; the texts stay on disk.

    Attributes:
        borders: where documents begin, and behind the last one where it ends.  Shape (K + 1,).
        frequencies: occurrences of each piece.  Shape (V,).
    """

    sentences: Texts
    borders: NDArray[np.int64]
    vocabulary: Vocabulary
    manifest: Manifest
    frequencies: NDArray[np.int64]

    @staticmethod
    def open(path: Path) -> Prose:
        """Opens the folder that ``prepare_prose`` wrote.

        Raises:
            DataError: it is not running text, incomplete, or damaged.
            CheckpointError: its vocabulary is damaged.
        """
        path = Path(path)
        manifest = Manifest.read(path / "manifest.json")
        if not (path / "borders.npy").is_file():
            raise DataError(
                f"{path}: a corpus without the borders of its documents. "
                "Make one with `summ prepare --prose`."
            )
        sentences, vocabulary = Texts(path / "sentences"), Vocabulary.load(path / "vocabulary")
        sentences.check_pieces(vocabulary.size)
        borders = read_counts(path / "borders.npy", 1)
        frequencies = read_counts(path / "frequencies.npy", 1)
        rising = borders[0] == 0 and bool((np.diff(borders) >= 0).all())
        if frequencies.shape != (vocabulary.size,) or not rising or borders[-1] != len(sentences):
            raise DataError(f"{path}: its files do not fit together. Prepare again.")
        return Prose(sentences, borders, vocabulary, manifest, frequencies)


def prepare_prose(
    sources: Sequence[Source | Path | str],
    output: Path,
    vocabulary_size: int = 8000,
    *,
    folding: bool = True,
    vocabulary: Path | str | None = None,
    workers: int = 1,
    on_error: OnError = "skip",
    field: str = "text",
    seed: int = 1,
    language: str = UNKNOWN_LANGUAGE,
    progress: Callable[[str], None] | None = None,
) -> Manifest:
    """Makes a folder of running text: whole documents, split into sentences, in order.

    A plain text file is one document, a .jsonl or .csv record another.  Sentences without a
    letter or digit (rules, asterisks) are left out, and documents of which nothing is left;
    repeats are kept.  Processes are spawned: with ``workers`` above 1, call it from
    ``if __name__ == "__main__"``.

    Args:
        sources: files of documents; a path, or a ``Source`` with its own field.
        output: the folder to make.
        vocabulary_size: pieces to learn.  Ignored when ``vocabulary`` is given.
        folding: whether texts are read in canonical form (``summ.text.folding``).
        vocabulary: used instead of learning one: a folder with a vocabulary or with the tokenizer
            of a pretrained network, or such a network's name on the hub.
        workers: processes that fold and tokenise.
        on_error: what to do with a record that cannot be read: count and report it, or stop.
        field: the text field of records, for sources given as paths.
        seed: for the sample that the vocabulary is learned from.
        language: ISO 639 code of the texts, which models trained on them take over; ``und`` if
            unknown.
        progress: called with a line about each pass.

    Raises:
        DataError: a source cannot be read, nothing remains, the output is taken, or the given
            tokenizer lacks a mark.
        CheckpointError: the given vocabulary is missing or damaged.
    """
    check_language(language)
    plan = _Plan(
        tuple(s if isinstance(s, Source) else Source(Path(s), field, whole=True) for s in sources),
        VocabularyPlan.of(vocabulary, vocabulary_size, folding, seed),
        on_error,
        language,
    )
    with Workers(workers) as processes:
        return _carry_out(plan, Path(output), processes, progress or (lambda _: None))


@dataclass(frozen=True)
class _Plan:
    """All that decides what the folder holds."""

    sources: tuple[Source, ...]
    vocabulary: VocabularyPlan
    on_error: OnError
    language: str

    def settings(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "kind": "prose",
            **self.vocabulary.settings(),
            "on_error": self.on_error,
            "language": self.language,
        }


@dataclass
class _Division:
    """Documents split into sentences: what was kept of them, and what could not be read."""

    borders: list[int]
    records: list[int]
    dropped: Counter[str]
    skipped: list[str]
    skipped_count: int = 0

    def skip(self, message: str) -> None:
        self.skipped_count += 1
        if len(self.skipped) < _SKIPPED_LINES:
            self.skipped.append(message)


def _carry_out(plan: _Plan, output: Path, workers: Workers, say: Callable[[str], None]) -> Manifest:
    """Sentences and borders, then the passes of every preparation, and the manifest."""
    settings = plan.settings()
    described = [
        {"side": "prose", "path": str(s.path), "field": s.field, "sha256": s.sha256()}
        for s in plan.sources
    ]
    mark = fingerprint(described, settings)
    if is_there(output, mark):
        say(f"{output}: prepared before from the same sources, nothing to do")
        return Manifest.read(output / "manifest.json")
    with work_folder(output, mark, ["sentences"]) as work:
        say("splitting into sentences")
        division = _divide(plan, work / "raw" / "sentences.jsonl", say)
        np.save(work / "borders.npy", np.array(division.borders, dtype=np.int64))
        side = Side(
            "sentences", (Source(work / "raw" / "sentences.jsonl"),), _ANY_LENGTH, unique=False
        )
        counts = gather(side, work / "raw", plan.vocabulary.folding, workers, "fail", say)
        _check(plan, division, counts)
        shards = [work / "raw" / name for name in counts.shards]
        say(
            "learning the vocabulary" if plan.vocabulary.given is None else "copying the vocabulary"
        )
        vocabulary = plan.vocabulary.write(work, [(path, 1.0) for path in shards])
        say("tokenising")
        frequencies = tokenise(shards, work / "sentences", vocabulary, workers, say)
        np.save(work / "frequencies.npy", frequencies)
        manifest = Manifest(
            fingerprint=mark,
            sources=[s | {"records": r} for s, r in zip(described, division.records, strict=True)],
            settings=settings,
            documents={"rows": len(division.borders) - 1, "dropped": dict(division.dropped)},
            sentences=counts.described() | {"pieces": int(frequencies.sum())},
            skipped=division.skipped,
            skipped_count=division.skipped_count,
            files=hash_files(work),
            versions=versions(),
        )
        return publish(work, output, manifest)


def _divide(plan: _Plan, place: Path, say: Say) -> _Division:
    """Writes the sentences of all documents, a record each, and finds the borders."""
    division = _Division([0], [0] * len(plan.sources), Counter(), [])
    pace = Pace()
    with place.open("w", encoding="utf-8") as file:
        for number, source in enumerate(plan.sources):
            for text in source.texts(plan.on_error, division.skip):
                division.records[number] += 1
                if pace.due():
                    say(f"splitting into sentences: {sum(division.records):,} documents so far")
                parts = split_sentences(text)
                kept = [sentence for sentence in parts if any(map(str.isalnum, sentence))]
                division.dropped["sentences without a letter or digit"] += len(parts) - len(kept)
                if not kept:
                    division.dropped["empty"] += 1
                    continue
                file.writelines(json.dumps({"text": sentence}) + "\n" for sentence in kept)
                division.borders.append(division.borders[-1] + len(kept))
    return division


def _check(plan: _Plan, division: _Division, counts: SideCounts) -> None:
    """Raises DataError where nothing remains, or borders would be off."""
    files = ", ".join(str(source.path) for source in plan.sources) or "no files given"
    if not counts.rows:
        why = f": {division.skipped[0]}" if division.skipped else ""
        raise DataError(f"{files}: no sentences remain{why}. Give other files.")
    if counts.rows != division.borders[-1]:
        raise DataError(
            f"{files}: {division.borders[-1] - counts.rows} sentences have no canonical form, "
            "which would shift the borders of documents. Prepare without folding."
        )
