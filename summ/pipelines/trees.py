"""Trees of texts, as codes are written: one line of brackets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from summ.data.readers import Record
from summ.data.windows import windows
from summ.families.tree.model import TreeModel, load_tree_model, words_of
from summ.networks.phrase_borders import bracketed, tree_nats
from summ.pipelines.autoencode import CodedText
from summ.pipelines.texts import as_records
from summ.pretrained import find_model


class TextTrees:
    """Turns texts into binary trees over their words.

    Words are in the vocabulary's canonical form, and marks are left out.  A text is one sentence.
    """

    def __init__(self, model: TreeModel) -> None:
        self._model = model

    @staticmethod
    def load(path: Path | str) -> TextTrees:
        """Loads a tree model.

        Raises:
            CheckpointError: the folder is missing, damaged, or of another family or version.
        """
        return TextTrees(load_tree_model(find_model(path)))

    @property
    def model(self) -> TreeModel:
        """What phrases begin and end with, the vocabulary and the settings."""
        return self._model

    def encode(
        self, texts: Iterable[str] | Iterable[Record], batch_size: int = 64
    ) -> Iterator[CodedText]:
        """The tree of each text, in their order; empty where there is no word.

        Its nats are those of a choice among all trees over so many words, which are no part of it.

        Raises:
            TypeError: ``texts`` is one text, or one of them is no string.
        """
        position, vocabulary = 0, self._model.vocabulary
        for window in windows(as_records(texts)):
            rows = vocabulary.encode([record.text for record in window])
            for record, ids in zip(window, rows, strict=True):
                words = words_of(vocabulary, ids)
                names = [vocabulary.decode(list(word)) for word in words.pieces]
                tree = bracketed(names, self._model.spans(words)) if names else ""
                yield CodedText(record.id or str(position), tree, tree_nats(len(names)), False)
                position += 1
