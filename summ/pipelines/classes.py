"""Classes of texts without labels: a one-hot code of each, and what each symbol means.

Vectors are turned to their principal axes, and each text's place there to length 1; k-means from
several starts gives each text one of K symbols, and of the starts the one with the smallest error
of its own is kept.

Axes: N texts, D width of a vector, K classes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from summ.distribution import require_scikit_learn
from summ.pipelines.code_meanings import Meaning, telling_words

_AXES = 16  # topics are in the first; what follows parts texts within a topic
_STARTS = 10


@dataclass(frozen=True)
class Classes:
    """The classes of some texts.

    Attributes:
        symbols: of the texts, from 0 to K - 1.
        middles: of each class, the place of the text that is nearest to its centre.
    """

    symbols: Int[np.ndarray, " N"]
    middles: Int[np.ndarray, " K"]


def classes_of(vectors: Float[np.ndarray, "N D"], count: int, seed: int = 1) -> Classes:
    """Classes by k-means on principal axes.

    Args:
        vectors: of one text at least.
        count: K; there are fewer classes where fewer vectors differ.
        seed: of the starts.

    Raises:
        ConfigError: scikit-learn is not installed.
    """
    require_scikit_learn("classes of texts")
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA

    # Rounded, so that equal texts of different batches are equal.
    different = len(np.unique(vectors.round(5), axis=0))
    if different == 1:
        return Classes(np.zeros(len(vectors), dtype=np.int64), np.zeros(1, dtype=np.int64))
    axes = PCA(min(_AXES, *vectors.shape), random_state=seed)
    places = axes.fit_transform(vectors.astype(np.float64))
    lengths = np.linalg.norm(places, axis=1, keepdims=True)
    places /= np.where(lengths > 0, lengths, 1)
    found = KMeans(min(count, different), n_init=_STARTS, random_state=seed).fit(places)
    middles = found.transform(places).argmin(axis=0)
    return Classes(found.labels_.astype(np.int64), middles.astype(np.int64))


def class_meanings(
    classes: Classes, texts: Sequence[str], words: Sequence[set[str]], count: int = 8
) -> list[Meaning]:
    """What each class means, the largest first; the example is the text nearest to its centre.

    Args:
        texts: the N texts.
        words: of each text, in the form in which equal words are to be equal.
        count: of telling words.
    """
    total = Counter(word for each in words for word in each)
    found = []
    for symbol, middle in enumerate(classes.middles):
        own = np.flatnonzero(classes.symbols == symbol).tolist()
        telling = telling_words(own, words, total, count)
        share = len(own) / len(texts)
        found.append(Meaning(f"class {symbol}", share, telling, texts[middle]))
    return sorted(found, key=lambda meaning: -meaning.share)
