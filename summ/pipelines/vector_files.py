"""Vector files: rows of sentence vectors in .npy, .parquet or .safetensors, written as a stream.

Axes: N rows, D width of a vector, P width of a stored row (D numbers, or D bits in bytes).
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol

import numpy as np
from jaxtyping import Float32, Shaped

from summ.data.files import open_binary
from summ.errors import DataError

Precision = Literal["float32", "int8", "binary"]
SUFFIXES = (".npy", ".parquet", ".safetensors")

# The range of int8, in root mean squares of a unit vector's numbers.
_REACH = 10.0
# Large enough for any number of rows: the header is written again once their number is known.
_NPY_HEADER = 128
_SAFETENSORS_HEADER = 256


@dataclass(frozen=True)
class Layout:
    """How a vector is stored.

    ``float32``: as it is.  ``int8``: round(scale · x), clipped at ±127, so that x ≈ int8 / scale.
    The scale depends on D alone, so that files can be joined and searched together.  Numbers of a
    vector of length 1 are of the size 1/sqrt(D): a scale of 127 would use only a few of the 255
    steps, so it is 127 · sqrt(D) / 10 (at least 127).  ``binary``: the signs, 1 where x > 0, eight
    to a byte, the first in the highest bit; or, of a model with a binary code, its ``learned`` bits
    stored alike, which are no signs of the vector.
    """

    dimension: int
    precision: Precision
    learned: int | None = None

    @property
    def bits(self) -> int | None:
        """Bits of a row of ``binary``; None for the other precisions."""
        return (self.learned or self.dimension) if self.precision == "binary" else None

    @property
    def scale(self) -> float | None:
        """The divisor of int8 numbers; None for the other precisions."""
        if self.precision != "int8":
            return None
        return 127.0 * max(1.0, math.sqrt(self.dimension) / _REACH)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the stored numbers."""
        return np.dtype({"float32": "<f4", "int8": "|i1", "binary": "|u1"}[self.precision])

    @property
    def width(self) -> int:
        """Stored numbers in a row."""
        return self.dimension if self.bits is None else -(-self.bits // 8)

    def pack(self, vectors: Float32[np.ndarray, "N D"]) -> Shaped[np.ndarray, "N P"]:
        """Rows as they are stored."""
        if self.scale is not None:
            return np.clip(np.rint(vectors * self.scale), -127, 127).astype(self.dtype)
        if self.precision == "binary":
            return np.packbits(vectors > 0, axis=1)
        return vectors.astype(self.dtype)

    def unpack(self, rows: Shaped[np.ndarray, "N P"]) -> Float32[np.ndarray, "N D"]:
        """Vectors from stored rows, approximate but for float32; of ``binary``, ±1/sqrt(D)."""
        if self.scale is not None:
            return (rows / self.scale).astype(np.float32)
        if self.precision == "binary":
            signs = np.unpackbits(rows, axis=1, count=self.dimension).astype(np.float32)
            return (2 * signs - 1) / np.float32(math.sqrt(self.dimension))
        return rows.astype(np.float32)

    def clipped(self, vectors: Float32[np.ndarray, "N D"]) -> int:
        """How many numbers are out of the range of int8."""
        scale = self.scale
        return 0 if scale is None else int((np.abs(vectors) * scale > 127.5).sum())


@dataclass(frozen=True)
class Rows:
    """Some consecutive texts and their stored vectors."""

    ids: Sequence[str]
    texts: Sequence[str]
    stored: Shaped[np.ndarray, "N P"]


class VectorWriter(Protocol):
    """An open vector file."""

    def write(self, rows: Rows) -> None:
        """Appends rows."""


def check_format(path: Path) -> None:
    """Raises DataError for a name whose ending is no format of vectors."""
    if path.suffix not in SUFFIXES:
        found = f"ends in {path.suffix}" if path.suffix else "has no ending"
        raise DataError(f"{path}: {found}. Vectors go to a file in {', '.join(SUFFIXES)}.")


@contextmanager
def open_vectors(path: Path, layout: Layout) -> Iterator[VectorWriter]:
    """A vector file that appears whole when the block ends without an exception.

    ``.npy`` and ``.safetensors`` (one tensor, ``vectors``) hold the rows alone, ``.parquet`` the
    columns ``id``, ``text`` and ``vector``.  Rows keep the order in which they are written, and go
    to the disk as they come.

    Raises:
        DataError: the ending is unknown, or the file cannot be written.
    """
    check_format(path)
    with open_binary(path) as stream:
        if path.suffix == ".parquet":
            with closing(_Table(stream, layout)) as table:
                yield table
            return
        header = _npy_header if path.suffix == ".npy" else _safetensors_header
        stream.write(header(layout, 0))
        matrix = _Matrix(stream, layout)
        yield matrix
        stream.seek(0)
        stream.write(header(layout, matrix.rows))


class _Matrix:
    """Rows after a header, in row-major order."""

    def __init__(self, stream: BinaryIO, layout: Layout) -> None:
        self._stream = stream
        self._dtype = layout.dtype
        self.rows = 0

    def write(self, rows: Rows) -> None:
        self._stream.write(np.ascontiguousarray(rows.stored, self._dtype).data)
        self.rows += len(rows.stored)


def _npy_header(layout: Layout, rows: int) -> bytes:
    """NumPy's header, format 1.0, padded to the same size for any number of rows."""
    described = {
        "descr": layout.dtype.str,
        "fortran_order": False,
        "shape": (rows, layout.width),
    }
    text = repr(described).ljust(_NPY_HEADER - 11) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode("ascii")


def _safetensors_header(layout: Layout, rows: int) -> bytes:
    """The header of safetensors: its length, then JSON padded with spaces."""
    size = rows * layout.width * layout.dtype.itemsize
    names = {"<f4": "F32", "|i1": "I8", "|u1": "U8"}
    tensor = {
        "dtype": names[layout.dtype.str],
        "shape": [rows, layout.width],
        "data_offsets": [0, size],
    }
    text = json.dumps({"vectors": tensor}).ljust(_SAFETENSORS_HEADER - 8)
    return struct.pack("<Q", len(text)) + text.encode("ascii")


class _Table:
    """Parquet, with a row group for each block that is written."""

    def __init__(self, stream: BinaryIO, layout: Layout) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self._layout = layout
        vector = pa.list_(pa.from_numpy_dtype(layout.dtype), layout.width)
        self._schema = pa.schema([("id", pa.string()), ("text", pa.string()), ("vector", vector)])
        # Numbers of vectors hardly repeat, so a dictionary would only cost time.
        self._writer = parquet.ParquetWriter(
            stream, self._schema, compression="zstd", use_dictionary=False
        )

    def write(self, rows: Rows) -> None:
        import pyarrow as pa

        numbers = np.ascontiguousarray(rows.stored, self._layout.dtype).reshape(-1)
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(numbers), self._layout.width)
        columns = [pa.array(rows.ids, pa.string()), pa.array(rows.texts, pa.string()), vectors]
        self._writer.write_batch(pa.record_batch(columns, schema=self._schema))

    def close(self) -> None:
        self._writer.close()
