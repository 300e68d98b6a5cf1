"""Do bits find near-duplicates?  near_duplicates.py PAIRS.jsonl

PAIRS.jsonl has records {"sentence1", "sentence2", "score"} as of STS, of which a score of 4.5 of 5
or more is a near-duplicate.  For some shares of these that are found: how many of the pairs that
are as near are such (precision), by Hamming distance, cosine of vectors, words in common (Jaccard)
and cosine of TF-IDF.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from summ.pipelines.embed import SentenceEncoder
from summ.pipelines.neighbours import bits_of


def main() -> None:
    records = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    records = [one for one in records if one["sentence1"].lower() != one["sentence2"].lower()]
    first, second = ([one[name] for one in records] for name in ("sentence1", "sentence2"))
    same = np.array([one["score"] >= 4.5 for one in records])
    encoder = SentenceEncoder.load()
    bits = [np.unpackbits(bits_of(texts, encoder), axis=1) for texts in (first, second)]
    vectors = [encoder.encode(texts) for texts in (first, second)]
    terms = TfidfVectorizer(token_pattern=r"\w+").fit([*first, *second])
    words = [[set(re.findall(r"\w+", text.lower())) for text in texts] for texts in (first, second)]
    measures = {
        "bits": -(bits[0] != bits[1]).sum(axis=1).astype(float),
        "vectors": (vectors[0] * vectors[1]).sum(axis=1),
        "Jaccard": np.array([len(a & b) / max(1, len(a | b)) for a, b in zip(*words, strict=True)]),
        "TF-IDF": np.asarray(
            terms.transform(first).multiply(terms.transform(second)).sum(axis=1)
        ).ravel(),
    }
    for share in (0.1, 0.3, 0.5):
        for name, values in measures.items():
            near = values >= np.quantile(values[same], 1 - share)
            precision, found = same[near].mean(), near[same].mean()
            sys.stdout.write(
                f"{name}: {100 * found:.0f} % found, precision {100 * precision:.0f} %\n"
            )


if __name__ == "__main__":
    main()
