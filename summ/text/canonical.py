"""The canonical form of a text: what tokenizers read, and what a corpus counts words by."""

from __future__ import annotations

from collections.abc import Iterator

from summ.text.folding import folded_text

FOLDED_AT_ONCE = 1_000_000  # characters; far more than any network here reads
_MARK = "\u2581"  # SentencePiece's, at the beginning of a word


def canonical(text: str, folding: bool) -> str:
    """A text as tokenizers read it: folded, or with no more than its spaces and letters mended.

    A text beyond ``FOLDED_AT_ONCE`` characters is folded in portions: what folding knows of each
    word takes twenty times the memory of the word.
    """
    if folding:
        return " ".join(part for portion in _portions(text) if (part := folded_text(portion)))
    # Half surrogates cannot be encoded; SentencePiece's mark would read as a space.
    mended = text.encode("utf-8", "replace").decode("utf-8").replace(_MARK, "_")
    return " ".join(mended.split())


def _portions(text: str) -> Iterator[str]:
    """The text in parts of at most ``FOLDED_AT_ONCE`` characters, cut behind spaces."""
    start = 0
    while len(text) - start > FOLDED_AT_ONCE:
        end = start + FOLDED_AT_ONCE
        space = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
        end = space + 1 if space > start else end
        yield text[start:end]
        start = end
    yield text[start:]
