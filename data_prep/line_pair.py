"""A source and a line within it, as a shortener learns from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from summ.data.files import new_folder
from summ.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class LinePair:
    """A source, and a line within it.

    Attributes:
        kind: what the pair teaches.
    """

    text: str
    summary: str
    kind: str


def write_corpus(
    folder: Path, texts: Sequence[str], vocabulary_size: int, pairs: Iterable[LinePair]
) -> None:
    """``pairs.jsonl``, and the vocabulary of some texts; the folder appears whole or not at all."""
    with new_folder(folder) as work:
        Vocabulary.train(texts, vocabulary_size, work / "vocabulary")
        with (work / "pairs.jsonl").open("w", encoding="utf-8") as file:
            for pair in pairs:
                file.write(json.dumps(asdict(pair), ensure_ascii=False) + "\n")
