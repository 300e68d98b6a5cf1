"""Files of whole numbers (.npy) in a corpus from anywhere: frequencies of pieces, borders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from summ.errors import DataError


def read_counts(path: Path, dimensions: int) -> NDArray[np.int64]:
    """The array in a file.

    Raises:
        DataError: it is missing, damaged, or holds anything but counts in so many dimensions.
    """
    try:
        if not path.is_file():
            raise ValueError("no file")
        # Mapped, so that a file that promises more than it has is refused before memory is taken.
        found = np.load(path, mmap_mode="r", allow_pickle=False)
        if found.dtype != np.int64 or found.ndim != dimensions or not found.size:
            raise ValueError(f"holds {found.dtype} of shape {found.shape}")
        counts: NDArray[np.int64] = np.array(found)
        if counts.min() < 0:
            raise ValueError("holds negative numbers")
    except (OSError, ValueError, EOFError, AttributeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"{path}: cannot be read ({reason}). Prepare again.") from error
    return counts
