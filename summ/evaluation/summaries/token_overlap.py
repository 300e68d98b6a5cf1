"""Token F1, the figure of the sentence compression data sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from summ.evaluation.significance import FloatArray, bootstrap_means, interval
from summ.evaluation.summaries.rouge import Figure


def token_overlap(
    predictions: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    seed: int = 1,
    resamples: int = 1000,
) -> tuple[Figure, FloatArray]:
    """Precision, recall and F1 of Penn Treebank tokens, and the F1 of every line, in percent.

    Tokens are lower-cased, punctuation marks included, each counted as often as both texts have it;
    with several references, the mean over them.  Comparable only beside the compression ratio: a
    longer summary scores higher.

    Source: Filippova et al. (2015), "Sentence Compression by Deletion with LSTMs", section 4.
    """
    from nltk.tokenize import NLTKWordTokenizer  # type: ignore[import-untyped]  # no annotations

    # Rules only: unlike nltk.word_tokenize it needs no downloaded sentence model.
    tokenize = NLTKWordTokenizer().tokenize
    scores = np.empty((len(predictions), 3))
    for line, prediction in enumerate(predictions):
        ours = Counter(tokenize(prediction.lower()))
        several = [_overlap(ours, Counter(tokenize(r.lower()))) for r in references[line]]
        scores[line] = 100 * np.mean(several, axis=0)
    bound = interval(bootstrap_means(scores, resamples, seed))[2]
    precision, recall, f1 = (float(mean) for mean in scores.mean(axis=0))
    return Figure(precision, recall, f1, bound), scores[:, 2]


def _overlap(ours: Counter[str], theirs: Counter[str]) -> tuple[float, float, float]:
    shared = (ours & theirs).total()
    if not shared:
        return 0.0, 0.0, 0.0
    precision, recall = shared / ours.total(), shared / theirs.total()
    return precision, recall, 2 * precision * recall / (precision + recall)
