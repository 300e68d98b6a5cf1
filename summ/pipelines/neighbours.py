"""Nearest texts: the bits of a code find a shortlist, the vectors put it in order.

Comparing a code of 64 bits is one exclusive or and a count of ones, so that a million texts are
looked through in milliseconds; the vectors of those few that are near are made when they are
needed.

Axes: N texts, P bytes of a code, W words of 64 bits, D width of a vector.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Integer, UInt8, UInt64

from summ.data.readers import Record
from summ.data.windows import windows
from summ.errors import ConfigError, DataError
from summ.pipelines.embed import Embedded, SentenceEncoder

# So many texts for each that is wanted, and no fewer in all, are compared by their vectors.
_SHORTLIST, _FEWEST = 10, 100


@dataclass(frozen=True)
class Neighbour:
    """A text near the query.

    Attributes:
        place: of the text among all, from 0.
        cosine: of both vectors.
        distance: bits in which the codes differ.
    """

    place: int
    text: str
    cosine: float
    distance: int


@dataclass(frozen=True)
class CodedTexts:
    """Texts and their binary codes, ready to be searched.

    Attributes:
        codes: in words of 64 bits, the last one filled up with zeros.
    """

    texts: Sequence[str]
    codes: UInt64[np.ndarray, "N W"]

    def nearest(self, query: str, encoder: SentenceEncoder, count: int) -> list[Neighbour]:
        """The texts whose vectors are nearest to that of the query, of those with near codes.

        Args:
            encoder: that the codes are of.
            count: how many to return at most; blank texts are left out.

        Raises:
            ConfigError: the query is blank, or the codes have another length than the encoder's.
        """
        embedded = encoder.embed([query])
        own = words_of_bits(_bits(embedded))
        if own.shape[1] != self.codes.shape[1]:
            raise ConfigError(
                f"the codes have {64 * self.codes.shape[1]} bits, those of the model "
                f"{64 * own.shape[1]}. Give the model that they were made with."
            )
        if embedded.blank[0]:
            raise ConfigError("the query is blank: it is near to nothing. Give some words.")
        distances = hamming(self.codes, own[0])
        places = smallest(distances, max(_FEWEST, _SHORTLIST * count))
        vectors = encoder.embed([self.texts[place] for place in places])
        cosines = vectors.vectors @ embedded.vectors[0]
        order = [k for k in np.argsort(-cosines, kind="stable") if not vectors.blank[k]]
        return [
            Neighbour(
                int(places[k]),
                self.texts[places[k]],
                float(cosines[k]),
                int(distances[places[k]]),
            )
            for k in order[:count]
        ]


def code_texts(
    texts: Iterable[str], encoder: SentenceEncoder, batch_size: int = 64
) -> UInt64[np.ndarray, "N W"]:
    """The codes of texts, a window at a time, so that the vectors of all need not fit in memory.

    Blank texts have codes of zeros.
    """
    parts = [
        words_of_bits(bits_of([record.text for record in window], encoder, batch_size))
        for window in windows(Record("", text) for text in texts)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, 1), dtype=np.uint64)


def read_coded(path: Path) -> CodedTexts:
    """What ``summ embed --precision binary`` wrote as .parquet.

    Raises:
        DataError: the file cannot be read, or holds no codes.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.read_table(path, columns=["text", "vector"])
    except (OSError, pa.ArrowException, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(
            f"{path}: not a file of texts and codes ({reason}). Make one with "
            "`summ embed --precision binary`."
        ) from error
    kind = table.schema.field("vector").type
    if not pa.types.is_fixed_size_list(kind) or kind.value_type != pa.uint8():
        raise DataError(
            f"{path}: holds vectors of {kind}, not codes. Make it with "
            "`summ embed --precision binary`."
        )
    numbers = table["vector"].combine_chunks()
    bits = numbers.flatten().to_numpy().reshape(-1, kind.list_size)
    return CodedTexts(table["text"].to_pylist(), words_of_bits(bits))


def bits_of(
    texts: Sequence[str], encoder: SentenceEncoder, batch_size: int = 64
) -> UInt8[np.ndarray, "N P"]:
    """The codes that the model learned, or the signs of its vectors if it has learned none."""
    return _bits(encoder.embed(texts, batch_size))


def _bits(embedded: Embedded) -> UInt8[np.ndarray, "N P"]:
    return np.packbits(embedded.vectors > 0, axis=1) if embedded.bits is None else embedded.bits


def words_of_bits(bits: UInt8[np.ndarray, "N P"]) -> UInt64[np.ndarray, "N W"]:
    """Bytes as words of 64 bits."""
    width = -(-bits.shape[1] // 8) * 8
    filled = np.zeros((len(bits), width), dtype=np.uint8)
    filled[:, : bits.shape[1]] = bits
    return filled.view(np.uint64)


def hamming(
    codes: UInt64[np.ndarray, "N W"], code: UInt64[np.ndarray, " W"]
) -> Integer[np.ndarray, " N"]:
    """In how many bits each code differs from one."""
    if codes.shape[1] == 1:  # as bytes, which are ten times as fast here and in ``smallest``
        return np.bitwise_count(codes[:, 0] ^ code[0])
    return np.bitwise_count(codes ^ code).sum(axis=1, dtype=np.int16)


def smallest(distances: Integer[np.ndarray, " N"], count: int) -> Integer[np.ndarray, " M"]:
    """The places of the smallest numbers, the first ones of equals, in ascending order.

    Halving the range of a limit until just enough are within it: few numbers differ, and a
    comparison of all takes a tenth of a millisecond a million.
    """
    limits = range(int(distances.max(initial=0)))
    limit = bisect_left(limits, count, key=lambda most: int(np.count_nonzero(distances <= most)))
    near = np.flatnonzero(distances <= limit)
    return near[np.argsort(distances[near], kind="stable")][:count]
