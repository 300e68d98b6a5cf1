"""What is inserted into a sentence: offices before names, brackets, asides between dashes."""

from __future__ import annotations

from collections.abc import Iterator

from summ.text.annotated_sentence import AnnotatedSentence
from summ.text.languages.en_phrases import DASHES, PREPOSITIONS, WEEKDAYS
from summ.text.languages.tables import table

_OFFICES = table(
    "president minister secretary chancellor premier king queen prince princess bishop archbishop "
    "pope mayor governor senator judge justice general colonel speaker ambassador chairman "
    "chairwoman director commissioner congressman congresswoman counsel commander"
)
_WITHIN = table("of the for")
# Behind these an office is not the subject's.
_BEFORE_ANOTHER = (PREPOSITIONS | table("of to that who")) - {"for"}
_LEAST_NAME = 2  # words


def office_length(sentence: AnnotatedSentence) -> int | None:
    """How many words of a subject say what somebody is, before the name at its end.

    *The new Prime Minister of Japan Yasuo Fukuda*: six.

    Returns:
        None if the subject does not surely end with a name of two words at least.
    """
    main = sentence.main
    if main is None:
        return None
    offices = [k for k in range(main) if sentence.low(k) in _OFFICES]
    if not offices:
        return None
    last = offices[-1]
    if _BEFORE_ANOTHER & set(sentence.lows[:last]):
        return None  # *the report by minister Ann Bo*
    main -= sentence.low(main - 1) in WEEKDAYS  # *the minister Ann Bo Friday condemned*
    behind = range(last + 1, main)
    spelled = all(sentence.is_capital(k) or sentence.low(k) in _WITHIN for k in behind)
    marked = any(word.endswith((",", "'s", "’s", ":")) for word in sentence.words[:main])
    if not spelled or marked or "and" in sentence.lows[:main]:
        return None
    within = [k for k in behind if sentence.low(k) in _WITHIN]
    # *Minister of Japan Yasuo Fukuda*: a word at least belongs to the office.
    start = max(last + 1, main - _LEAST_NAME) if within else last + 1
    if main - start < _LEAST_NAME or (within and start <= within[-1] + 1):
        return None
    return start


def bracketed(sentence: AnnotatedSentence) -> Iterator[tuple[int, int]]:
    """Where words stand in brackets: the first, and behind the last."""
    words = sentence.words
    for start in range(1, sentence.size - 1):
        if not words[start].startswith("("):
            continue
        near = range(start, min(sentence.size, start + 6))
        end = next((k for k in near if words[k].rstrip(",.").endswith(")")), None)
        if end is not None and not words[end].endswith(","):
            yield start, end + 1


def dashed(sentence: AnnotatedSentence) -> Iterator[tuple[int, int]]:
    """Where something stands between dashes, or behind the last of them."""
    dashes = [k for k, word in enumerate(sentence.words) if word in DASHES]
    if len(dashes) == 2 and dashes[0] and dashes[1] < sentence.size - 2:
        yield dashes[0], dashes[1] + 1
        return
    main = sentence.main
    if dashes and main is not None and main + 2 <= dashes[-1] < sentence.size - 2:
        yield dashes[-1], sentence.size
