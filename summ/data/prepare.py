"""Preparing a corpus: from files of texts to the Arrow folder that training reads.

Three passes, each in bounded memory: 1 read, fold and filter into raw shards (ingest.py);
2 learn the vocabulary from a sample of them; 3 turn the shards into pieces (tokenize_shards.py).
Everything grows in a folder ``.NAME.unfinished`` beside the output, which gets its name when all
is there.  A run that was stopped goes on with the shards it finished, if sources and settings
are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from summ.data.ingest import Side, SideCounts, gather
from summ.data.manifest import UNKNOWN_LANGUAGE, Manifest, check_language
from summ.data.readers import OnError
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


def prepare(
    documents: Sequence[Source | Path | str],
    sentences: Sequence[Source | Path | str],
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
    unique: bool = True,
    document_words: tuple[int, int] = (3, 1_000_000),
    sentence_words: tuple[int, int] = (3, 30),
    progress: Callable[[str], None] | None = None,
) -> Manifest:
    """Makes a corpus folder of documents and of sentences that belong to none of them.

    The result is the same for any number of workers and after any interruption.  Processes are
    spawned: with ``workers`` above 1, call it from ``if __name__ == "__main__"``.

    Args:
        documents: files of texts to be summarized; a path, or a ``Source`` with its own field.
        sentences: files of human sentences or headlines.
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
        unique: whether repeated sentences are dropped (documents are kept).
        document_words: fewest and most canonical words of a document.
        sentence_words: fewest and most canonical words of a sentence.
        progress: called with a line about each pass.

    Raises:
        DataError: a source cannot be read, a side remains empty, the output is taken, or the
            given tokenizer lacks a mark.
        CheckpointError: the given vocabulary is missing or damaged.
    """
    output = Path(output)
    check_language(language)
    plan = _Plan(
        documents=Side("documents", _sources(documents, field), document_words, False),
        sentences=Side("sentences", _sources(sentences, field), sentence_words, unique),
        vocabulary=VocabularyPlan.of(vocabulary, vocabulary_size, folding, seed),
        on_error=on_error,
        language=language,
    )
    with Workers(workers) as processes:
        return _carry_out(plan, output, processes, progress or (lambda _: None))


@dataclass(frozen=True)
class _Plan:
    """All that decides what a corpus holds."""

    documents: Side
    sentences: Side
    vocabulary: VocabularyPlan
    on_error: OnError
    language: str

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.documents, self.sentences

    def settings(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            **self.vocabulary.settings(),
            "unique": self.sentences.unique,
            "document_words": list(self.documents.words),
            "sentence_words": list(self.sentences.words),
            "on_error": self.on_error,
            "language": self.language,
        }


def _carry_out(plan: _Plan, output: Path, workers: Workers, say: Callable[[str], None]) -> Manifest:
    """The three passes, and the manifest."""
    settings = plan.settings()
    sources = [_described(side, source) for side in plan.sides for source in side.sources]
    mark = fingerprint(sources, settings)
    if is_there(output, mark):
        say(f"{output}: prepared before from the same sources, nothing to do")
        return Manifest.read(output / "manifest.json")
    with work_folder(output, mark, [side.name for side in plan.sides]) as work:
        counts = []
        for side in plan.sides:
            folding, on_error = plan.vocabulary.folding, plan.on_error
            counts.append(gather(side, work / "raw", folding, workers, on_error, say))
            _refuse_empty(side, counts[-1])
        say(
            "learning the vocabulary" if plan.vocabulary.given is None else "copying the vocabulary"
        )
        shards = [
            (work / "raw" / name, side.sources[source].weight)
            for side, count in zip(plan.sides, counts, strict=True)
            for name, source in count.shards.items()
        ]
        vocabulary = plan.vocabulary.write(work, shards)
        say("tokenising")
        frequencies = np.stack(
            [
                tokenise(
                    [work / "raw" / n for n in c.shards], work / side.name, vocabulary, workers, say
                )
                for side, c in zip(plan.sides, counts, strict=True)
            ]
        )
        np.save(work / "frequencies.npy", frequencies)
        records = chain.from_iterable(count.records for count in counts)
        manifest = Manifest(
            fingerprint=mark,
            sources=[s | {"records": r} for s, r in zip(sources, records, strict=True)],
            settings=settings,
            documents=counts[0].described() | {"pieces": int(frequencies[0].sum())},
            sentences=counts[1].described() | {"pieces": int(frequencies[1].sum())},
            skipped=[line for count in counts for line in count.skipped],
            skipped_count=sum(count.skipped_count for count in counts),
            files=hash_files(work),
            versions=versions(),
        )
        return publish(work, output, manifest)


def _sources(given: Sequence[Source | Path | str], field: str) -> tuple[Source, ...]:
    return tuple(s if isinstance(s, Source) else Source(Path(s), field) for s in given)


def _described(side: Side, source: Source) -> dict[str, Any]:
    """A source as it stands in the manifest."""
    return {
        "side": side.name,
        "path": str(source.path),
        "field": source.field,
        "weight": source.weight,
        "whole": source.whole,
        "sha256": source.sha256(),
    }


def _refuse_empty(side: Side, counts: SideCounts) -> None:
    if counts.rows:
        return
    files = ", ".join(str(source.path) for source in side.sources) or "no files given"
    reasons = ", ".join(f"{count} {rule}" for rule, count in counts.dropped.items())
    if counts.skipped:
        reasons = f"{reasons}{'; ' if reasons else ''}{counts.skipped[0]}"
    raise DataError(
        f"{files}: no {side.name} remain ({reasons or 'empty'}). Give other files or limits."
    )
