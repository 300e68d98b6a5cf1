"""ROUGE of summaries of several texts at once: several_texts.py DATA.jsonl [WORDS]

DATA.jsonl has records {"texts" or "documents", "summaries"}.  ROUGE-1/2/L F1, stemmed, the mean
over references, and the words of a summary; as ``summ summarize --together --words 54`` makes them.
"""

from __future__ import annotations

import gzip
import json
import sys

import numpy as np
from rouge_score.rouge_scorer import RougeScorer

from summ.pipelines.summarize import Summarizer

MEASURES = ("rouge1", "rouge2", "rougeL")


def main() -> None:
    words = int(sys.argv[2]) if len(sys.argv) > 2 else 54
    scorer, summarizer = RougeScorer(MEASURES, use_stemmer=True), Summarizer.load()
    scores, lengths = [], []
    opened = gzip.open if sys.argv[1].endswith(".gz") else open
    with opened(sys.argv[1], "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            texts = record.get("texts") or record["documents"]
            summary = summarizer.summarize_together(texts, words=words)
            found = [scorer.score(one, summary.text) for one in record["summaries"]]
            scores.append([[one[name].fmeasure for name in MEASURES] for one in found])
            lengths.append(summary.words)
    means = 100 * np.array([np.mean(one, axis=0) for one in scores]).mean(axis=0)
    figures = " / ".join(f"{value:.2f}" for value in means)
    sys.stdout.write(f"{figures} ({len(scores)} products, {np.mean(lengths):.1f} words)\n")


if __name__ == "__main__":
    main()
