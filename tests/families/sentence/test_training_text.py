import itertools
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from summ.families.sentence.training_text import (
    describe_training_text,
    load_training_text,
    save_training_text,
)

PIECES, WIDTH = 40, 6


def rows(texts: list[list[int]]) -> list[np.ndarray]:
    return [np.array(text, dtype=np.int64) for text in texts]


def unit(values: np.ndarray) -> np.ndarray:
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def chain(count: int, seed: int, noise: float = 0.0) -> list[np.ndarray]:
    """Texts in which a piece is followed by one of three, of many lengths."""
    rng = np.random.default_rng(seed)
    texts = []
    for _ in range(count):
        row = [int(rng.integers(PIECES))]
        for _ in range(int(rng.integers(2, 50))):
            stray = rng.random() < noise
            row.append(int(rng.integers(PIECES) if stray else 7 * row[-1] + rng.integers(3)))
            row[-1] %= PIECES
        texts.append(np.array(row))
    return texts


def near(count: int, seed: int, spread: float = 0.3) -> np.ndarray:
    return unit(np.eye(WIDTH)[0] + spread * np.random.default_rng(seed).normal(size=(count, WIDTH)))


def described(texts: list[np.ndarray], held: list[np.ndarray], vectors: np.ndarray):
    # Each piece a class of its own: orthogonal embeddings.
    return describe_training_text(texts, near(500, 9).mean(axis=0), held, vectors, np.eye(PIECES))


def test_disorder_is_what_counting_gives() -> None:
    texts = rows([[1, 2, 3], [1, 2, 4], [4], [2, 3, 1]])
    text = described(texts, texts, near(4, 0))
    flat = list(itertools.chain(*texts))
    pad = [[None, None, *map(int, one)] for one in texts]
    triples = Counter(three for one in pad for three in zip(one, one[1:], one[2:], strict=False))
    classes = text.disorder.shape[-1]

    def nats(before: int | None, last: int | None, own: int) -> float:
        def count(*fixed: object) -> int:
            return sum(
                number
                for three, number in triples.items()
                if all(f is ... or f == t for f, t in zip(fixed, three, strict=True))
            )

        single = (flat.count(own) + 0.5) / (len(flat) + 0.5 * classes)
        one = (count(..., last, own) + 5 * single) / (count(..., last, ...) + 5)
        two = (count(before, last, own) + 5 * one) / (count(before, last, ...) + 5)
        return math.log(single) - math.log(two)

    asked = rows([[1, 2, 3], [3, 2], [5, 5, 1]])
    _, found = text.measures(asked, near(3, 1))
    expected = [
        np.mean([nats(*three) for three in zip([None, None, *a], [None, *a], a, strict=False)])
        for a in (one.tolist() for one in asked)
    ]
    # Stored to 1/32 of a nat.
    assert found.tolist() == pytest.approx(expected, abs=1 / 32)


def test_distance_is_one_less_the_cosine_with_the_mean() -> None:
    text = described(chain(20, 0), chain(20, 1), near(20, 1))
    far, _ = text.measures(chain(2, 2), near(2, 3))
    centre = near(500, 9).mean(axis=0)
    assert far.tolist() == pytest.approx(
        (1 - near(2, 3) @ centre / np.linalg.norm(centre)).tolist(), abs=1e-6
    )


def test_percentiles_of_held_out_text_are_uniform_and_strange_text_is_above() -> None:
    count = 3000
    text = described(chain(2000, 0), chain(count, 1), near(count, 1))
    found = text.unlike(chain(count, 2), near(count, 2))
    # Kolmogorov's distance of 3000 numbers against 3000, level 0.001: 1.95 sqrt(2/3000).  Each band
    # of length has quantiles of its own, of a tenth to a third of these.
    shares = np.array([(found <= percent).mean() for percent in range(5, 100, 5)])
    assert np.abs(shares - np.arange(5, 100, 5) / 100).max() < 1.95 * math.sqrt(2 / count)
    assert 0.003 < (found > 99).mean() < 0.02
    # Another order, and another place: each alone is enough.
    assert (text.unlike(chain(300, 3, noise=1.0), near(300, 3)) > 99).mean() > 0.7
    assert (text.unlike(chain(300, 3), unit(-near(300, 3))) > 99).mean() > 0.99
    # A text alone has the same percentile as among others; without pieces it has none.
    assert text.unlike(chain(1, 2), near(count, 2)[:1]) == found[:1]
    assert np.isnan(text.unlike(rows([[]]), near(1, 0))).all()


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    text = described(chain(50, 0), chain(50, 1), near(50, 1))
    path = tmp_path / "training" / "text.safetensors"
    save_training_text(text, path)
    again = load_training_text(path, PIECES, WIDTH)
    asked, vectors = chain(9, 2), near(9, 2)
    assert again.unlike(asked, vectors).tolist() == text.unlike(asked, vectors).tolist()
    with pytest.raises(ValueError, match="classes has the shape"):
        load_training_text(path, PIECES + 1, WIDTH)
    with pytest.raises(ValueError, match="centre has the shape"):
        load_training_text(path, PIECES, WIDTH + 1)
    text.classes[3] = 200
    save_training_text(text, path)
    with pytest.raises(ValueError, match="class that is not there"):
        load_training_text(path, PIECES, WIDTH)
