"""What the writing of a source tells that its canonical words do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from summ.text.folding import Folded
from summ.text.names import unfinished_names


@dataclass(frozen=True)
class Wording:
    """The writing of a source.

    Attributes:
        unfinished: canonical words after which a name goes on (``summ.text.names``).
        spellings: in how many ways the source writes each canonical word that holds digits: *12*
            and *30* are both ``##``, but *2022* said twice is one number twice.
    """

    unfinished: frozenset[str] = frozenset()
    spellings: Mapping[str, int] = field(default_factory=dict)

    @staticmethod
    def of(source: Folded, common: frozenset[str]) -> Wording:
        """The wording of a text; ``common`` are words usually written in lower case."""
        written: dict[str, set[str]] = {}
        for token, surface in zip(source.tokens, source.surfaces, strict=True):
            if "#" in token:
                written.setdefault(token, set()).add(surface)
        spellings = {token: len(surfaces) for token, surfaces in written.items()}
        return Wording(unfinished_names(source, common), spellings)
