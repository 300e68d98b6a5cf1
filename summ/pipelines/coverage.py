"""What several documents say, each thing once: sentences that cover the concepts of most of them.

A concept is the stem of a telling word, or two neighbouring stems of which one is telling.  It
weighs as many documents as have it, if there are two.  Sentences are taken one after the other,
each the best of those that still fit: by the weight of concepts that it adds, plus its centrality
times the share of its concepts that are new, over its length to the power of 0.3.

Source: Gillick & Favre (2009), "A Scalable Global Model for Summarization" (concepts that weigh
documents and count once); Lin & Bilmes (2010), "Multi-document Summarization via Budgeted
Maximization of Submodular Functions" (taken greedily by gain over scaled length).

Axes: N sentences, C concepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from summ.pipelines.keepable import keepable
from summ.pipelines.selection import terms_of, tfidf
from summ.text.languages.language import language
from summ.text.minutes import is_about_meeting
from summ.text.stems import stem

if TYPE_CHECKING:
    from scipy import sparse

_FEWEST = 2  # documents that make a concept common
_COST = 0.3


def covering(
    documents: Sequence[Sequence[str]],
    lengths: Int[np.ndarray, " N"],
    room: int,
    code: str | None = None,
) -> list[int]:
    """Sentences that fit whole and say what most documents say.

    Args:
        documents: lists of sentences, N in all, and one at least.
        lengths: words of the sentences.
        room: words that there may be.
        code: of the language (ISO 639-1), for stop words and stems; None is English, or a language
            without spaces.

    Returns:
        Ascending positions in the concatenation of all documents; none if nothing fits or nothing
        is common.
    """
    sentences = [sentence for document in documents for sentence in document]
    has, weights = _concepts(documents, code or "en")
    vectors = tfidf(sentences)
    central = vectors @ np.asarray(vectors.sum(axis=0)).ravel()
    central = central / max(central.max(initial=0.0), 1e-12)
    sizes = np.maximum(has.sum(axis=1), 1)
    most = max((has @ weights).max(initial=0.0), 1.0)
    about = np.array([is_about_meeting(sentence) for sentence in sentences], dtype=bool)
    free = keepable(sentences, about)
    new = np.ones(len(weights))
    kept: list[int] = []
    while True:
        free &= lengths <= room
        gain = (has @ (weights * new)) / most + central * (has @ new) / sizes
        value = np.where(free, gain / np.maximum(lengths, 1) ** _COST, 0.0)
        best = int(value.argmax())
        if value[best] <= 0:
            return sorted(kept)
        kept.append(best)
        room -= int(lengths[best])
        free[best] = False
        new[has[[best]].indices] = 0.0


def _concepts(
    documents: Sequence[Sequence[str]], code: str
) -> tuple[sparse.csr_array, Float[np.ndarray, " C"]]:
    """Which sentence has which concepts, (N, C), and what these weigh, (C,)."""
    from scipy import sparse

    vocabulary: dict[str | tuple[str, str], int] = {}
    rows: list[int] = []
    columns: list[int] = []
    owners: list[int] = []
    row = 0
    for owner, document in enumerate(documents):
        for sentence in document:
            for concept in _concepts_of(sentence, code):
                rows.append(row)
                owners.append(owner)
                columns.append(vocabulary.setdefault(concept, len(vocabulary)))
            row += 1
    has = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(row, len(vocabulary)))
    common = np.zeros(len(vocabulary))
    for column, _ in set(zip(columns, owners, strict=True)):
        common[column] += 1
    return has, np.where(common >= _FEWEST, common, 0.0)


def _concepts_of(sentence: str, code: str) -> set[str | tuple[str, str]]:
    stop_words = language(code).stop_words
    words = terms_of(sentence)
    telling = [word not in stop_words and not word.isdigit() for word in words]
    stems = [stem(word) for word in words] if code == "en" else words
    either = [here or there for here, there in pairwise(telling)]
    single = {one for one, tells in zip(stems, telling, strict=True) if tells}
    return single | {pair for pair, tells in zip(pairwise(stems), either, strict=True) if tells}
