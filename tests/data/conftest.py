"""Texts to test with: a small invented language, and the real corpora where they are at hand."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from summ.data.corpus import Corpus, prepare
from summ.data.prose import Prose, prepare_prose
from summ.types import Tokens


def invented_sentences(count: int, seed: int, words: tuple[int, int] = (4, 12)) -> list[str]:
    """Natural-looking lines of syllable words: capitals, numbers, commas, clitics."""
    rng = np.random.default_rng(seed)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    lexicon = ["".join(rng.choice(syllables, size=rng.integers(1, 4))) for _ in range(400)]
    odds = 1.0 / np.arange(1, len(lexicon) + 1)
    lines = []
    for _ in range(count):
        size = rng.integers(words[0], words[1] + 1)
        line = [str(w) for w in rng.choice(lexicon, size=size, p=odds / odds.sum())]
        place = rng.integers(size)
        line[place] = [line[place] + "'s", f"{rng.integers(2000)}", line[place] + ","][
            rng.integers(3)
        ]
        lines.append(" ".join(line).capitalize() + ".")
    return lines


def write_lines(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def invented_prose(place: Path, sizes: Sequence[int]) -> Prose:
    """Documents of so many sentences each, prepared; every sentence is unique."""
    lines = iter(invented_sentences(sum(sizes), 6))
    files = [place / f"{number:02}.txt" for number in range(len(sizes))]
    for file, size in zip(files, sizes, strict=True):
        file.write_text("\n\n".join(next(lines) for _ in range(size)))
    prepare_prose(files, place / "prose", 600)
    return Prose.open(place / "prose")


def rows_of_words(prose: Prose, words: Tokens, pieces: int) -> list[int]:
    """Which sentences of unique ones these are, cut to so many pieces, the end mark included."""
    known = {
        tuple(prose.sentences.ids(row)[: pieces - 1].tolist()): row
        for row in range(len(prose.sentences))
    }
    rows = []
    for ids, mask in zip(words.ids, words.mask, strict=True):
        *text, last = ids[mask].tolist()
        assert last == prose.vocabulary.eos
        rows.append(known[tuple(text)])
    return rows


@pytest.fixture(scope="session")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared corpus of 700 documents and 500 sentences."""
    folder = tmp_path_factory.mktemp("corpus")
    documents = write_lines(folder / "documents.txt", invented_sentences(700, 1, (12, 40)))
    sentences = write_lines(folder / "sentences.txt", invented_sentences(500, 2))
    prepare([documents], [sentences], folder / "prepared", 600)
    return folder / "prepared"


@pytest.fixture(scope="session")
def corpus(corpus_folder: Path) -> Corpus:
    return Corpus.open(corpus_folder)
