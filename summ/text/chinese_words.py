"""Where words of Chinese may end, without a dictionary.

Two neighbouring characters that stand side by side much more often than chance would have them
belong to one word as a rule.  The pairs of news are in ``languages/zh_pairs.txt``; how they are
counted is in ``data_prep.joined_pairs``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from summ.text.chinese_variants import simplified
from summ.text.languages import zh

_PAIRS = Path(__file__).parent / "languages" / "zh_pairs.txt"
# Behind these another word must follow.
_LEADS_ON = re.compile(rf"(?:{zh.NEVER_LAST}|[“《（「『(·])$")
_HAN = re.compile("[\u3400-\u9fff]")


@lru_cache(maxsize=1)
def joined_pairs() -> frozenset[str]:
    """The pairs of characters between which hardly ever a word ends."""
    text = _PAIRS.read_text(encoding="utf-8").strip()
    return frozenset(text[place : place + 2] for place in range(0, len(text), 2))


def word_ends(text: str) -> list[int]:
    """Places of a sentence behind which another word may begin, in order."""
    plain, pairs = simplified(text), joined_pairs()
    return [
        place
        for place in range(1, len(plain))
        if _HAN.match(plain, place - 1)
        and plain[place - 1 : place + 1] not in pairs
        and not _LEADS_ON.search(plain, max(0, place - 2), place)
    ]
