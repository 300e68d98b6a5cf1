"""Sources of a corpus: files of texts, read as a stream, with every bad line accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from summ.data.files import sha256
from summ.data.readers import OnError, read_records
from summ.errors import DataError


@dataclass(frozen=True)
class Source:
    """A file of texts, in any form that ``summ.data.readers`` knows.

    Attributes:
        path: where it is.
        field: the field of .jsonl and .csv records that holds the text.
        weight: how many times its texts count when the vocabulary is learned.
        whole: whether a plain text file is one document, not one a line.
    """

    path: Path
    field: str = "text"
    weight: float = 1.0
    whole: bool = False

    def sha256(self) -> str:
        """The hash of the file's bytes.

        Raises:
            DataError: the file cannot be read.
        """
        try:
            return sha256(self.path)
        except OSError as error:
            raise DataError(f"{self.path}: cannot be read ({error.strerror}).") from error

    def texts(self, on_error: OnError, on_skip: Callable[[str], None]) -> Iterator[str]:
        """The texts in order, blank ones included.

        Args:
            on_error: whether a record that cannot be read ends the reading or is left out.
            on_skip: called with *file line N: what is wrong* for each record left out.

        Raises:
            DataError: with ``fail``, the first record that cannot be read.
        """
        # A row of CSV may run over lines, so that a bad byte would end the file.
        lenient = on_error == "skip" and ".csv" in self.path.suffixes
        records = read_records(
            self.path,
            field=self.field,
            lines=not self.whole,
            errors="replace" if lenient else "strict",
            on_error=on_error,
            on_skip=on_skip,
        )
        for record in records:
            yield record.text.strip()
