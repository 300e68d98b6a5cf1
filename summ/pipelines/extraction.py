"""Extraction: whole sentences of a document in a language that no model has learned.

Nothing is shortened.  Only where not even one sentence is within the words is one broken off, at
the end of a clause if it has one there; an ellipsis says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from summ.pipelines.first_paragraph import only_begins
from summ.pipelines.length_plan import (
    LengthLimit,
    LengthPlan,
    Segment,
    default_words,
    words_per_unit,
)
from summ.pipelines.selection import Encode, rank_sentences
from summ.text.languages.language import language
from summ.text.sentences import split_sentences
from summ.text.words import count_words

_MOST_RANKED = 200  # sentences, unless more words are asked for
_LONGEST = 400  # words of a sentence; a longer one is taken apart


def plan_extraction(
    texts: Sequence[str], limit: LengthLimit, code: str, encode: Encode | None = None
) -> LengthPlan:
    """Decides which sentences of documents in a language are kept.

    The best sentences that fit, whole, in the order of the documents.  If nobody says how many
    words, the best sentence is kept whatever its length.

    Args:
        texts: a document, or several to be summarized together.
        limit: how long the summary may be.
        code: of the language (ISO 639-1).
        encode: makes vectors of sentences, to compare them by; None compares their words.
    """
    documents = [split_sentences(text, language=code, longest=_LONGEST) for text in texts]
    sentences = [sentence for document in documents for sentence in document]
    whole = " ".join(" ".join(texts).split())
    words = limit.words or default_words(limit, len(sentences) == 1, words_per_unit(whole))
    if not sentences:
        return LengthPlan((), words)
    most = limit.sentences or len(sentences)
    if count_words(whole) <= words and len(sentences) <= most and sum(map(bool, documents)) == 1:
        return LengthPlan((Segment(whole, None),), words, whole=True)
    # Each rank takes as long as the text; of a long one more than these never fit.
    count = min(len(sentences), max(_MOST_RANKED, words))
    begun = only_begins(documents, texts)
    ranked = rank_sentences(
        documents, count, encode, language(code).stop_words, code=code, begun=begun
    )
    if limit.words is None:
        words = max(words, count_words(sentences[ranked[0]]))
    # Headings and repetitions are not ranked; they are better than a sentence in pieces.
    known = set(ranked)
    others = [place for place in range(len(sentences)) if place not in known]
    kept = _fitting(sentences, ranked, words, most) or _fitting(sentences, others, words, most)
    if kept:
        return LengthPlan(tuple(Segment(sentences[place], None) for place in sorted(kept)), words)
    from summ.text.breaking_off import break_off  # few texts need it

    head = break_off(sentences[ranked[0]], words, language(code).function_words)
    return LengthPlan((Segment(head, None, cut=True),), words)


def _fitting(sentences: Sequence[str], ranked: Sequence[int], words: int, most: int) -> list[int]:
    """The first sentences of a ranking that fit, at most so many."""
    kept: list[int] = []
    for place in ranked:
        length = count_words(sentences[place])
        if length <= words and len(kept) < most and _worth(sentences, place, kept):
            kept.append(place)
            words -= length
    return kept


def _worth(sentences: Sequence[str], place: int, kept: Sequence[int]) -> bool:
    """Whether a sentence says something that is not kept already."""
    sentence = sentences[place]
    return any(map(str.isalnum, sentence)) and all(sentences[one] != sentence for one in kept)
