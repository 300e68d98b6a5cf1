"""Word vectors: ``python -m data_prep.word_vectors CORPUS [CORPUS ...] OUT.safetensors``.

They are for ``summ evaluate --embeddings --vectors OUT.safetensors``: the average of word vectors
learned from the very text that a sentence encoder learned from is what the encoder must beat.
Give them as many columns as the encoder has.  A CORPUS is a folder of ``summ prepare``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from data_prep.sources import run, tell
from summ.data.manifest import Manifest
from summ.data.shards import Texts
from summ.errors import DataError
from summ.evaluation.vectors.systems import require_scikit_learn
from summ.evaluation.vectors.word_vectors import learn_word_vectors

_TABLES = ("documents", "sentences")


def texts(corpus: Path) -> Iterator[str]:
    """All texts of a corpus: of both sides, or the sentences of running text."""
    tables = [corpus / name for name in _TABLES if (corpus / name / "state.json").is_file()]
    if not tables:
        raise DataError(f"{corpus}: no corpus here. Give a folder that `summ prepare` wrote.")
    for table in map(Texts, tables):
        yield from (table.text(row) for row in range(len(table)))


def make(
    corpora: Sequence[Path], output: Path, dimension: int, window: int, most_words: int
) -> None:
    """Learns and writes them."""
    require_scikit_learn("data_prep.word_vectors")
    manifests = [Manifest.read(corpus / "manifest.json") for corpus in corpora]
    foldings = {bool(manifest.settings["folding"]) for manifest in manifests}
    if len(foldings) > 1:
        raise DataError("word vectors: some of these corpora are folded and others are not.")
    marks = ", ".join(manifest.fingerprint[:12] for manifest in manifests)
    vectors = learn_word_vectors(
        chain.from_iterable(map(texts, corpora)),
        dimension,
        window=window,
        most_words=most_words,
        folding=foldings.pop(),
        origin=f"PPMI and SVD, window {window}, corpus {marks}",
        progress=tell,
    )
    vectors.save(output)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("corpora", metavar="CORPUS", type=Path, nargs="+")
    options.add_argument("output", metavar="OUT", type=Path, help="a .safetensors file")
    options.add_argument("--dimension", type=int, default=512, help="columns of the vectors")
    options.add_argument("--window", type=int, default=5, help="words on each side")
    options.add_argument("--most-words", type=int, default=50_000, help="size of the vocabulary")
    given = options.parse_args(arguments)
    sizes = given.dimension, given.window, given.most_words
    return run("word_vectors", lambda: make(given.corpora, given.output, *sizes))


if __name__ == "__main__":
    sys.exit(main())
