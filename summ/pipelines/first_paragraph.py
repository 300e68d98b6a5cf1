"""Whether the first sentence of a text is its lead, or only begins its first paragraph."""

from __future__ import annotations

import re
from collections.abc import Sequence

from summ.pipelines.keepable import SENTENCE_END
from summ.text.sentences import split_sentences

_BLANK_LINES = re.compile(r"\n[ \t]*\n")


def only_begins(documents: Sequence[Sequence[str]], texts: Sequence[str]) -> bool:
    """Whether one document alone has sentences, and its first one only begins a paragraph.

    Args:
        documents: the sentences of the texts.
    """
    return sum(map(bool, documents)) == 1 and goes_on("".join(texts))


def goes_on(text: str) -> bool:
    """Whether the first paragraph of a text, of several, has more than one sentence.

    Then its first sentence only begins; elsewhere it may be a lead.
    """
    text = text.strip()
    parts = _BLANK_LINES.split(text, 1) if _BLANK_LINES.search(text) else text.split("\n", 1)
    first = " ".join(parts[0].split())
    ends = SENTENCE_END.search(first) is not None
    return len(parts) > 1 and ends and len(split_sentences(first)) > 1
