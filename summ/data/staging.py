"""Staging: the folder in which a preparation works, beside the output that it becomes.

A run that was stopped finds its own unfinished folder again by the fingerprint in it.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pyarrow import compute

from summ.data.files import new_folder, publish_folder, sha256, write_file
from summ.data.manifest import Manifest
from summ.data.shards import read_shard
from summ.data.unfinished import final_name
from summ.distribution import version_of
from summ.errors import DataError
from summ.text.pretrained_tokenizer import open_vocabulary
from summ.text.vocabulary import TRAINING_CHARACTERS, Vocabulary

# What the vocabulary is offered; it draws its own million texts from them.  SentencePiece needs
# some 23 bytes a character (measured), so this bounds the memory of the whole preparation.
_SAMPLE = 2_000_000
_SAMPLE_CHARACTERS = 200_000_000
# All that a preparation makes in its folder.
_PARTS = {"fingerprint", "raw", "refuse", "documents", "sentences", "vocabulary"}
_PARTS |= {"frequencies.npy", "borders.npy", "manifest.json"}
_LIBRARIES = ("summ", "sentencepiece", "tokenizers", "pyarrow")


def versions() -> dict[str, str]:
    """Those of the libraries that shape the result."""
    return {name: version_of(name) for name in _LIBRARIES}


def fingerprint(sources: list[dict[str, Any]], settings: dict[str, Any]) -> str:
    """One hash over all that decides the content; the folder of a source does not."""
    content = [s | {"path": Path(s["path"]).name} for s in sources]
    described = json.dumps([content, settings, versions()], sort_keys=True)
    return hashlib.sha256(described.encode("utf-8", "surrogateescape")).hexdigest()


def is_there(output: Path, mark: str) -> bool:
    """Whether the very corpus, with this fingerprint, exists already.

    Raises:
        DataError: something else does.
    """
    if (output / "manifest.json").exists():
        if Manifest.read(output / "manifest.json").fingerprint == mark:
            return True
        raise DataError(
            f"{output}: holds a corpus made from other sources or settings. "
            "Give another output folder, or remove this one."
        )
    empty = output.is_dir() and not any(output.iterdir())
    if output.is_symlink() or (output.exists() and not empty):
        raise DataError(f"{output}: exists and is no corpus. Give another output folder.")
    return False


@contextmanager
def work_folder(output: Path, mark: str, tables: Sequence[str]) -> Iterator[Path]:
    """The folder that grows beside the output; kept only if it has the same fingerprint.

    It stays for another try where the block is interrupted or the disk fails, and goes where
    nothing can be made of these sources.

    Raises:
        DataError: it cannot be made, or something else has its name.
    """
    work = _work_folder(output, mark, tables)
    try:
        yield work
    except DataError as error:
        if not isinstance(error.__cause__, OSError):
            shutil.rmtree(work, ignore_errors=True)
        raise


def _work_folder(output: Path, mark: str, tables: Sequence[str]) -> Path:
    work = output.parent / f".{output.name}.unfinished"
    place = work / "fingerprint"
    try:
        if (work.exists() or work.is_symlink()) and not _is_ours(work):
            raise DataError(
                f"{work}: must be free for this preparation, but holds something else. Move it "
                "away, or choose another output folder."
            )
        # Without raw shards it was about to become the output.
        if work.exists() and not ((work / "raw").exists() and place.read_text() == mark):
            shutil.rmtree(work)
        work.mkdir(parents=True, exist_ok=True)
        write_file(place, mark)
        for name in ("raw", *tables):
            (work / name).mkdir(exist_ok=True)
    except OSError as error:
        raise DataError(f"{work}: cannot be written ({error.strerror}).") from error
    return work


def _is_ours(work: Path) -> bool:
    """Whether a preparation made the folder and all in it: it is marked, or has just begun."""
    if work.is_symlink() or not work.is_dir():
        return False
    held = {path.name for path in work.iterdir()}
    if not {final_name(name) for name in held} <= _PARTS:
        return False
    if "fingerprint" in held:
        return (
            re.fullmatch(r"[0-9a-f]{64}", (work / "fingerprint").read_text("latin-1")) is not None
        )
    return {final_name(name) for name in held} <= {"fingerprint"}


def sample(shards: Sequence[tuple[Path, float]], seed: int) -> Iterator[str]:
    """Raw texts of shards in proportion to their weights, as many as there is room for."""
    texts = characters = 0.0
    for path, weight in shards:
        for batch in read_shard(path):
            lengths = compute.utf8_length(batch.column("text")).to_numpy()
            texts += weight * len(lengths)
            characters += weight * float(np.minimum(lengths, TRAINING_CHARACTERS).sum())
    share = min(1.0, _SAMPLE / texts, _SAMPLE_CHARACTERS / characters)
    rng = np.random.default_rng(seed)
    for path, weight in shards:
        for batch in read_shard(path):
            times = np.floor(weight * share + rng.random(batch.num_rows)).astype(int)
            for text, count in zip(batch.column("text"), times, strict=True):
                for _ in range(count):
                    yield text.as_py()


@dataclass(frozen=True)
class VocabularyPlan:
    """Which vocabulary a preparation uses: a given one, or one learned from its own texts.

    Attributes:
        size: pieces to learn, or those of the given one.
        folding: whether texts are read in canonical form (``summ.text.folding``).
        seed: for the sample that the vocabulary is learned from.
    """

    given: Vocabulary | None
    size: int
    folding: bool
    seed: int

    @staticmethod
    def of(vocabulary: Path | str | None, size: int, folding: bool, seed: int) -> VocabularyPlan:
        """Opens the vocabulary, if one is named; it decides on size and folding."""
        if vocabulary is None:
            return VocabularyPlan(None, size, folding, seed)
        given = open_vocabulary(vocabulary)
        return VocabularyPlan(given, given.size, given.folding, seed)

    def settings(self) -> dict[str, Any]:
        """For the manifest."""
        pieces = None if self.given is None else "\n".join(self.given.pieces())
        return {
            "folding": self.folding,
            "vocabulary_size": self.size,
            "vocabulary": None if pieces is None else hashlib.sha256(pieces.encode()).hexdigest(),
            "seed": self.seed,
        }

    def write(self, work: Path, shards: Sequence[tuple[Path, float]]) -> Path:
        """Makes the folder of the vocabulary, unless an earlier try made it, and returns it.

        Args:
            shards: raw shards to learn from, each with the number of times its texts count.
        """
        folder = work / "vocabulary"
        if not folder.exists():
            with new_folder(folder) as unfinished:
                if self.given is not None:
                    self.given.save(unfinished)
                else:
                    texts = sample(shards, self.seed)
                    Vocabulary.train(
                        texts, self.size, unfinished, folding=self.folding, seed=self.seed
                    )
        return folder


def hash_files(work: Path) -> dict[str, str]:
    """SHA-256 of all that goes into the output; what does not is removed first."""
    # Renamed before it is emptied: a half-emptied folder must not look like finished shards.
    (work / "raw").rename(work / "refuse")
    shutil.rmtree(work / "refuse")
    mark = work / "fingerprint"  # removed when the folder gets its name
    files = sorted(path for path in work.rglob("*") if path.is_file() and path != mark)
    for path in files:
        if final_name(path.name) != path.name:  # of a run that was killed
            path.unlink()
    whole = (path for path in files if path.exists())
    return {path.relative_to(work).as_posix(): sha256(path) for path in whole}


def publish(work: Path, output: Path, manifest: Manifest) -> Manifest:
    """Gives the finished folder its name."""
    write_file(work / "manifest.json", manifest.to_json())
    publish_folder(work, output)
    (output / "fingerprint").unlink()
    return manifest
