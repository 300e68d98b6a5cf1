"""Which sentences speak of a thing as known of which no picked sentence has told yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set

import numpy as np
from jaxtyping import Bool


class UnmetReferences:
    """The sentences whose reference is unmet, less and less of them while others are picked.

    Args:
        known: stems of the things that each sentence takes as known; none for most.
        telling: stems of the telling words of each sentence.
    """

    def __init__(self, known: Sequence[Set[str]], telling: Sequence[Sequence[str]]) -> None:
        self._telling = telling
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, stems in enumerate(known):
            for one in stems:
                self._places[one].append(place)
        self._unmet = np.array(list(map(bool, known)), dtype=bool)

    def unmet(self) -> Bool[np.ndarray, " N"]:
        """Whether each sentence takes something as known that no picked one before it has named."""
        return self._unmet

    def pick(self, best: int) -> None:
        """Takes notice of a picked sentence: what follows it may speak of what it names."""
        for one in set(self._telling[best]) & self._places.keys():
            for place in self._places[one]:
                self._unmet[place] &= place <= best
