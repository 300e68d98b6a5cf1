"""Pieces of words: a tokenizer that cuts texts at their spaces first, asked once for each word."""

from __future__ import annotations

import json
from itertools import chain

from summ.text.stored_tokenizer import plain_reader
from summ.text.tokenizer_limits import tokenizing

_MOST_WORDS = 1_000_000  # some 300 MB
# What ``Vocabulary.train`` writes: with these, what stands between two spaces is read alone.
_ALONE = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}


class WordPieces:
    """Reads canonical texts as its tokenizer does, but looks up the words that it has read before.

    A tokenizer of another kind, which may join words, is asked for every text.
    """

    def __init__(self, stored: str) -> None:
        """Reads with the tokenizer whose ``tokenizer.json`` this is."""
        self._reader = plain_reader(stored)
        described = json.loads(stored)
        words_alone = (
            described["model"].get("type") == "Unigram"
            and described.get("normalizer") is None
            and described.get("pre_tokenizer") == _ALONE
            and all(token["special"] for token in described.get("added_tokens", ()))
        )
        self._known: dict[str, list[int]] | None = {} if words_alone else None

    @property
    def size(self) -> int:
        """How many pieces there are."""
        return int(self._reader.get_vocab_size())

    def encode(self, texts: list[str]) -> list[list[int]]:
        """The ids of texts, without marks.

        Raises:
            CheckpointError: the tokenizer fails.
        """
        if self._known is None:
            return self._read(texts)
        if len(self._known) > _MOST_WORDS:
            self._known.clear()
        rows = [text.split(" ") for text in texts]
        new = list(set(chain.from_iterable(rows)) - self._known.keys())
        self._known.update(zip(new, self._read(new), strict=True))
        return [[*chain.from_iterable(map(self._known.__getitem__, row))] for row in rows]

    def _read(self, texts: list[str]) -> list[list[int]]:
        with tokenizing(foreign=True):
            rows = self._reader.encode_batch_fast(texts, add_special_tokens=False)
        return [row.ids for row in rows]
