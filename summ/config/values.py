"""Kinds of values: each has the bounds within which training can use it.

What is refused here is told with its key before anything is read; what is not would end a run
hours later, as numbers that nothing can hold, texts without room, or a model that cannot be read.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

_LARGEST = 10**9
_MOST_ROWS = 1 << 20
_LONGEST_NAME = 255  # bytes of a part of a path, as file systems have it
_LONGEST_PATH = 4096
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,35}")

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=1e6)]
Rate = Annotated[float, Field(gt=0, le=10)]
"""Of learning; Adam moves each weight by about so much at once."""
Positive = Annotated[int, Field(gt=0, le=_LARGEST)]
Count = Annotated[int, Field(ge=0, le=_LARGEST)]
Temperature = Annotated[float, Field(ge=0.1, le=1000)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Rows = Annotated[int, Field(gt=0, le=_MOST_ROWS)]
"""Texts of an update, which are in memory at once."""
Length = Annotated[int, Field(ge=2, le=1 << 14)]
"""Pieces of a text, the end mark among them; more would take more memory than a text is worth."""
Width = Annotated[int, Field(gt=0, le=1 << 14)]
"""Numbers in a vector."""
Layers = Annotated[int, Field(ge=0, le=100)]


def _ordered(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError("must be a lower and an upper bound, in this order")
    return bounds


Shares = Annotated[tuple[Share, Share], AfterValidator(_ordered)]
Weights = Annotated[tuple[Weight, Weight], AfterValidator(_ordered)]
Temperatures = Annotated[tuple[Temperature, Temperature], AfterValidator(_ordered)]
Lengths = Annotated[tuple[Positive, Positive], AfterValidator(_ordered)]


def _is_place(place: Path) -> Path:
    """A path that a system can have."""
    name = str(place)
    if "\0" in name or not place.parts:
        raise ValueError("must be the name of a file or folder")
    longest = max(len(part.encode("utf-8", "replace")) for part in place.parts)
    if longest > _LONGEST_NAME or len(name) > _LONGEST_PATH:
        raise ValueError("is longer than the name of a file can be")
    return place


Place = Annotated[Path, AfterValidator(_is_place)]
"""A file or folder, which need not exist."""


def _has_a_name(checkpoint: str) -> str:
    if not checkpoint.strip() or "\0" in checkpoint:
        raise ValueError("must be a folder, or the name of a model on the hub")
    return checkpoint


PretrainedName = Annotated[str, AfterValidator(_has_a_name)]
"""A pretrained network: its folder, or its name on the hub."""


def language_code(code: str) -> str:
    """A language as model folders name it.

    Raises:
        ValueError: it is no code.
    """
    if not _LANGUAGE.fullmatch(code):
        raise ValueError("must be a code of a language such as en (letters, digits, '-')")
    return code


Language = Annotated[str, AfterValidator(language_code)]
