"""How fast ROUGE is scored, against rouge-score alone, in the same run and on the same texts.

    python benchmarks/rouge_speed.py [DATA.jsonl]

Both stem, score ROUGE-1, -2, -L and -Lsum, and draw a bootstrap interval of 1,000 resamples.
Without DATA (records with "text" and "summaries"), 1,951 pairs are invented.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rouge_score.rouge_scorer import RougeScorer
from rouge_score.scoring import BootstrapAggregator

from summ.evaluation.summaries.pairs import read_records
from summ.evaluation.summaries.rouge import METRICS, rouge

PAIRS, REPEATS, WORDS = 1951, 3, 8


def back_translated(seed: int = 1) -> tuple[list[str], list[str]]:
    """Predictions of 8 and references of 4 to 14 words, some words far more common than others."""
    generator = random.Random(seed)
    letters = "etaoinshrdlu"
    words = ["".join(generator.choices(letters, k=generator.randint(2, 9))) for _ in range(9000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]

    def text(length: int) -> str:
        return " ".join(generator.choices(words, weights, k=length))

    return (
        [text(WORDS) for _ in range(PAIRS)],
        [text(generator.randint(4, 14)) for _ in range(PAIRS)],
    )


def by_rouge_score(predictions: list[str], references: list[str]) -> float:
    """ROUGE-1 F1 in percent, with rouge-score's own words and bootstrap."""
    scorer, aggregator = RougeScorer(list(METRICS), use_stemmer=True), BootstrapAggregator()
    for prediction, reference in zip(predictions, references, strict=True):
        aggregator.add_scores(scorer.score(reference, prediction))
    aggregator.aggregate()
    scores = [score.fmeasure for score in aggregator._scores["rouge1"]]
    return 100 * sum(scores) / len(scores)


def by_summ(predictions: list[str], references: list[str]) -> float:
    """The same figure by summ."""
    return rouge(predictions, references).rouge1.f1


def best_time(score: Callable[..., Any], *texts: list[str]) -> tuple[float, float]:
    """The shortest of several runs in seconds, and the figure."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        figure = score(*texts)
        times.append(time.perf_counter() - start)
    return min(times), figure


def main(arguments: list[str]) -> None:
    """Prints both times, their ratio, and whether the figures agree."""
    if arguments:
        records = read_records(Path(arguments[0]))
        predictions = [" ".join(text.split()[:WORDS]) for text in records.sources or []]
        references = [several[0] for several in records.references]
    else:
        predictions, references = back_translated()
    theirs, expected = best_time(by_rouge_score, predictions, references)
    ours, found = best_time(by_summ, predictions, references)
    sys.stdout.write(
        f"pairs            {len(predictions)}\n"
        f"rouge-score      {theirs:.3f} s\n"
        f"summ             {ours:.3f} s\n"
        f"ratio            {theirs / ours:.2f} times faster\n"
        f"ROUGE-1 differs  {abs(found - expected):.1e}\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
