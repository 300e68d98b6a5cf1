"""The corpus: documents, *unpaired* human sentences and their vocabulary, in one Arrow folder.

::

    CORPUS/documents/    texts to be summarized     (columns text, ids, words; see shards.py)
    CORPUS/sentences/    human sentences            (the same columns)
    CORPUS/vocabulary/   read by Vocabulary.load and by AutoTokenizer
    CORPUS/frequencies.npy   how often each piece occurs: row 0 documents, row 1 sentences
    CORPUS/manifest.json     sources, counts, hashes, settings, and every line that was skipped

``prepare`` (in preparation.py) writes it, ``Corpus.open`` reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from summ.data.counts_file import read_counts
from summ.data.manifest import Manifest
from summ.data.prepare import prepare
from summ.data.shards import Texts
from summ.errors import DataError
from summ.text.vocabulary import Vocabulary

__all__ = ["Corpus", "Manifest", "prepare"]


@dataclass(frozen=True)
class Corpus:
    """A prepared corpus, open for reading; the texts stay on disk.

    Attributes:
        frequencies: occurrences of each piece; row 0 in documents, row 1 in sentences. (2, V)
    """

    documents: Texts
    sentences: Texts
    vocabulary: Vocabulary
    manifest: Manifest
    frequencies: NDArray[np.int64]

    @staticmethod
    def open(path: Path) -> Corpus:
        """Opens the folder that ``prepare`` wrote.

        Raises:
            DataError: it is not a corpus, incomplete, or damaged.
            CheckpointError: its vocabulary is damaged.
        """
        path = Path(path)
        manifest = Manifest.read(path / "manifest.json")
        documents, sentences = Texts(path / "documents"), Texts(path / "sentences")
        for name, texts, described in (
            ("documents", documents, manifest.documents),
            ("sentences", sentences, manifest.sentences),
        ):
            rows = described.get("rows")
            if len(texts) != rows:
                raise DataError(
                    f"{path / name}: must have {rows!r:.20} rows, but has {len(texts)}. "
                    "Prepare again."
                )
        vocabulary = Vocabulary.load(path / "vocabulary")
        for texts in (documents, sentences):
            texts.check_pieces(vocabulary.size)
        frequencies = read_counts(path / "frequencies.npy", 2)
        if frequencies.shape != (2, vocabulary.size):
            raise DataError(f"{path}: frequencies.npy does not fit the vocabulary. Prepare again.")
        return Corpus(documents, sentences, vocabulary, manifest, frequencies)

    def commonest_pieces(self, count: int) -> list[int]:
        """The pieces that human sentences use most, commonest first.

        Without marks and prompts, and without shapes of numbers (``#``): a number that the
        source does not have cannot be written out, so no summary should invent one.
        """
        allowed = ~self.vocabulary.special
        allowed[self.vocabulary.eos] = False
        allowed &= self.frequencies[1] > 0
        allowed &= np.array(["#" not in piece for piece in self.vocabulary.pieces()])
        order = np.argsort(-self.frequencies[1], kind="stable")
        return [int(piece) for piece in order[allowed[order]][:count]]
