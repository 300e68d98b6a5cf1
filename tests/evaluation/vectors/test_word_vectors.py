"""Word vectors: counts by hand, the factorisation by dense algebra, averages by their formula."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from summ.errors import DataError
from summ.evaluation.vectors.word_vectors import WordVectors, learn_word_vectors
from tests.conftest import STORIES


def ppmi(texts: list[str], words: list[str], window: int) -> np.ndarray:
    """The matrix of the module's formula, pair by pair."""
    near: Counter[tuple[str, str]] = Counter()
    for text in texts:
        tokens = [token for token in text.split() if token in words]
        for one, word in enumerate(tokens):
            for other, context in enumerate(tokens):
                if 0 < abs(one - other) <= window:
                    near[word, context] += (window + 1 - abs(one - other)) / window
    of_word = {word: sum(n for (a, _), n in near.items() if a == word) for word in words}
    smoothed = {word: count**0.75 for word, count in of_word.items()}
    total = sum(smoothed.values())
    matrix = np.zeros((len(words), len(words)))
    for (word, context), count in near.items():
        value = math.log(count * total / (of_word[word] * smoothed[context]))
        matrix[words.index(word), words.index(context)] = max(0.0, value)
    return matrix


def back_translated(texts: int = 300, seed: int = 0) -> list[str]:
    """Texts over 40 words, in which words of like numbers like to meet."""
    generator = np.random.default_rng(seed)
    starts = generator.integers(40, size=texts)
    rows = (starts[:, None] + generator.integers(-4, 5, size=(texts, 9))) % 40
    return [" ".join(f"w{number}" for number in row) for row in rows]


def test_vectors_span_the_largest_part_of_the_matrix() -> None:
    texts = back_translated()
    found = learn_word_vectors(texts, 6, window=3, fewest_times=1, folding=False)
    words = list(found.words)
    counts = Counter(word for text in texts for word in text.split())
    assert sorted(counts.values(), reverse=True) == list(found.counts)
    assert [counts[word] for word in words] == list(found.counts)
    left, _, _ = np.linalg.svd(ppmi(texts, words, window=3))
    # Columns are known up to their sign: inner products are compared.
    wanted = left[:, :6] @ left[:, :6].T
    np.testing.assert_allclose(found.vectors @ found.vectors.T, wanted, atol=1e-4)


def test_neighbours_in_the_text_are_neighbours_in_the_space() -> None:
    found = learn_word_vectors(back_translated(2000), 12, fewest_times=1, folding=False)
    rows = found.vectors / np.linalg.norm(found.vectors, axis=1, keepdims=True)
    numbers = np.array([int(word[1:]) for word in found.words])
    distance = np.abs(numbers[:, None] - numbers)
    distance = np.minimum(distance, 40 - distance)
    cosines = rows @ rows.T
    assert cosines[distance == 1].mean() > 0.4 > 0.1 > cosines[distance > 12].mean()


def test_rare_words_are_left_out_without_a_gap() -> None:
    texts = ["a x b", "a y b", "b a"] * 3
    found = learn_word_vectors(texts, 1, window=1, fewest_times=5, folding=False)
    assert list(found.words) == ["a", "b"] and list(found.counts) == [9, 9]
    few = learn_word_vectors(texts, 1, window=1, most_words=2, fewest_times=1, folding=False)
    assert sorted(few.words) == ["a", "b"]


def test_texts_are_folded_if_the_encoder_reads_folded_text() -> None:
    found = learn_word_vectors(STORIES * 2, 4, fewest_times=2)
    assert "the" in found.words and "The" not in found.words and "##" in found.words
    again = learn_word_vectors(STORIES * 2, 4, fewest_times=2)
    np.testing.assert_array_equal(found.vectors, again.vectors)


def known() -> WordVectors:
    vectors = np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]], dtype=np.float32)
    return WordVectors(["a", "b", "c"], np.array([98, 1, 1]), vectors, False, "by hand")


def test_an_average_counts_every_known_word() -> None:
    found = known().average(["a b b", "c unknown", "", "unknown"])
    np.testing.assert_allclose(found, [[1 / 3, 4 / 3], [1, 1], [0, 0], [0, 0]], rtol=1e-6)


def test_sif_is_algorithm_1() -> None:
    texts = ["a b", "b c c", "a c", "b"]
    vectors = known()
    share = dict(zip(vectors.words, vectors.counts / 100, strict=True))
    unit = vectors.vectors / np.linalg.norm(vectors.vectors, axis=1, keepdims=True)
    rows = np.array(
        [
            np.mean(
                [
                    1e-3 / (1e-3 + share[w]) * unit[list(vectors.words).index(w)]
                    for w in text.split()
                ],
                axis=0,
            )
            for text in texts
        ]
    )
    _, _, axes = np.linalg.svd(rows, full_matrices=False)
    wanted = rows - rows @ np.outer(axes[0], axes[0])
    np.testing.assert_allclose(vectors.weighted(texts), wanted, atol=1e-6)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "new" / "words.safetensors"
    known().save(path)
    found = WordVectors.load(path)
    assert (found.words, found.folding, found.origin) == (["a", "b", "c"], False, "by hand")
    np.testing.assert_array_equal(found.vectors, known().vectors)
    np.testing.assert_array_equal(found.counts, known().counts)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_what_is_no_such_file_is_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    with pytest.raises(DataError, match=r"gone\.safetensors: cannot be read"):
        WordVectors.load(tmp_path / "gone.safetensors")
    (tmp_path / "cut.safetensors").write_bytes(b"\0" * 40)
    with pytest.raises(DataError, match=r"cut\.safetensors: cannot be read"):
        WordVectors.load(tmp_path / "cut.safetensors")
    save_file({"vectors": np.zeros((2, 2))}, tmp_path / "other.safetensors")
    with pytest.raises(DataError, match="holds no word vectors of summ"):
        WordVectors.load(tmp_path / "other.safetensors")


def test_too_few_words_are_refused() -> None:
    with pytest.raises(DataError, match="2 words occur 1 times, which is too few for 5 columns"):
        learn_word_vectors(["a b"], 5, fewest_times=1, folding=False)
