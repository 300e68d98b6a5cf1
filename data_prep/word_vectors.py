"""Word vectors of a prepared corpus: ``python -m data_prep.word_vectors CORPUS OUT.safetensors``.

They are for ``summ evaluate --embeddings --vectors OUT.safetensors``: the average of word vectors
learned from the very text that a sentence encoder learned from is what the encoder must beat.
Give them as many columns as the encoder has.  CORPUS is a folder of ``summ prepare``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from data_prep.sources import run, tell
from summ.errors import DataError
from summ.evaluation.sentence_systems import require_scikit_learn
from summ.evaluation.word_vectors import learn_word_vectors
from summ.text.manifest import Manifest
from summ.text.shards import Texts

_TABLES = ("documents", "sentences")


def texts(corpus: Path) -> Iterator[str]:
    """All texts of a corpus: of both sides, or the sentences of running text."""
    tables = [corpus / name for name in _TABLES if (corpus / name / "state.json").is_file()]
    if not tables:
        raise DataError(f"{corpus}: no corpus here. Give a folder that `summ prepare` wrote.")
    for table in map(Texts, tables):
        yield from (table.text(row) for row in range(len(table)))


def make(corpus: Path, output: Path, dimension: int, window: int, most_words: int) -> None:
    """Learns and writes them."""
    require_scikit_learn("data_prep.word_vectors")
    manifest = Manifest.read(corpus / "manifest.json")
    vectors = learn_word_vectors(
        texts(corpus),
        dimension,
        window=window,
        most_words=most_words,
        folding=bool(manifest.settings["folding"]),
        origin=f"PPMI and SVD, window {window}, corpus {manifest.fingerprint[:12]}",
        progress=tell,
    )
    vectors.save(output)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("corpus", metavar="CORPUS", type=Path)
    options.add_argument("output", metavar="OUT", type=Path, help="a .safetensors file")
    options.add_argument("--dimension", type=int, default=512, help="columns of the vectors")
    options.add_argument("--window", type=int, default=5, help="words on each side")
    options.add_argument("--most-words", type=int, default=50_000, help="size of the vocabulary")
    given = options.parse_args(arguments)
    sizes = given.dimension, given.window, given.most_words
    return run("word_vectors", lambda: make(given.corpus, given.output, *sizes))


if __name__ == "__main__":
    sys.exit(main())
